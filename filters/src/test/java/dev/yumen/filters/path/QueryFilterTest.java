package dev.yumen.filters.path;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.filters.FilterHarness;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryFilterTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{set: {v: 2}}                  | /a?v=1&x=y&v=3   | /a?x=y&v=2",
        "{set: {v: 2}}                  | /a               | /a?v=2",
        "{set: {v: '${header.X-None}'}} | /a?v=1&x=y       | /a?x=y",
        "{add: {v: 'a b&c'}}            | /a?v=1           | /a?v=1&v=a%20b%26c",
        "{add: {p: '/${path}'}}         | /a/b             | /a/b?p=%2Fa%2Fb",
        "{remove: [v]}                  | /a?v=1           | /a",
        "{remove: [v]}                  | /a               | /a",
        "{remove: ['a b']}              | /a?a%20b=1&a+b=2&c | /a?c",
        "{rename: {old: new}}           | /a?old=x%20y&new=1&z | /a?new=x%20y&z",
        "{rename: {old: new}}           | /a?new=1         | /a?new=1",
        "{rewrite: {d: {pattern: '^([0-9]+)-([0-9]+)$', to: '${2}/${1}'}}} "
            + "| /a?d=20-11&d=x | /a?d=11%2F20&d=x",
      })
  void parametersAreEdited(String settings, String target, String upstream) {
    try (FilterHarness gateway = FilterHarness.of("- query: " + settings)) {
      gateway.get(target);
      assertEquals(upstream, gateway.seen().target());
    }
  }

  @Test
  void untouchedParametersStayByteForByte() {
    try (FilterHarness gateway = FilterHarness.of("- query: {add: {z: 1}}")) {
      gateway.get("/a?x=%e4+%2B&empty=&flag&x=2");
      assertEquals("/a?x=%e4+%2B&empty=&flag&x=2&z=1", gateway.seen().target());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{set: {v: \"${nope}\"}}",
        "{rewrite: {v: {pattern: \"(\", to: x}}}",
        "{rewrite: {v: {pattern: a, to: \"${1}\"}}}"
      })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- query: " + settings);
    assertEquals(1, problems.size(), problems::toString);
  }
}
