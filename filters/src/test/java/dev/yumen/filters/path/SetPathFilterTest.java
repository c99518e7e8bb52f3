package dev.yumen.filters.path;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.filters.FilterHarness;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SetPathFilterTest {

  @ParameterizedTest
  @CsvSource({
    "'/v1/${path.id}', /users/7?x=1, /v1/7?x=1",
    "'/fixed', /users/7, /fixed",
    "'/v2/${path}', /users/7, /v2/users/7",
    "'/by-name/${query.name}', /users/7?name=a/b, /by-name/a%2Fb?name=a/b",
    "'/${path.id}', /users/a%20b, /a%20b",
    "'/${path.id}', /users/a@b:c, /a@b:c",
  })
  void thePathIsRenderedAndTheQueryStays(String path, String target, String upstream) {
    try (FilterHarness gateway =
        FilterHarness.of("/users/{id}", "- set-path: \"" + path + "\"", "")) {
      gateway.get(target);
      assertEquals(upstream, gateway.seen().target());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "%2e%2e", "."})
  void aValueNeverWalksUp(String name) {
    try (FilterHarness gateway = FilterHarness.of("- set-path: \"/files/${query.name}\"")) {
      assertEquals(400, gateway.get("/?name=" + name).status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @CsvSource({"..;x, ..%3Bx", "%252e%252e, %252e%252e", "../.., ..%2F.."})
  void whatOnlyLooksLikeDotsStaysOneEncodedSegment(String name, String segment) {
    try (FilterHarness gateway = FilterHarness.of("- set-path: \"/files/${query.name}\"")) {
      gateway.get("/?name=" + name);
      assertEquals("/files/" + segment, gateway.seen().requestLine().split("[ ?]", -1)[1]);
    }
  }

  @Test
  void anUnknownVariableIsRefused() {
    List<String> problems = FilterHarness.problems("- set-path: \"/${nope}\"");
    assertEquals(1, problems.size(), problems::toString);
  }
}
