package dev.yumen.filters.path;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.filters.FilterHarness;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddPrefixFilterTest {

  @ParameterizedTest
  @CsvSource({"/users?x=1, /v1/users?x=1", "/, /v1/", "/a%20b, /v1/a%20b"})
  void thePrefixStandsInFront(String target, String upstream) {
    try (FilterHarness gateway = FilterHarness.of("- add-prefix: /v1")) {
      gateway.get(target);
      assertEquals(upstream, gateway.seen().target());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "/v1/", "/", "/v 1", "/v1?x", "/a/../b", "/%zz"})
  void settingsThatCouldNotWorkAreRefused(String prefix) {
    List<String> problems = FilterHarness.problems("- add-prefix: \"" + prefix + "\"");
    assertEquals(1, problems.size(), problems::toString);
  }
}
