package dev.yumen.filters.path;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.filters.FilterHarness;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StripPrefixFilterTest {

  @ParameterizedTest
  @CsvSource({
    "/api, /api/users?x=1, /users?x=1",
    "/api, /api, /",
    "/api, /api/, /",
    "/api, /apis, /apis",
    "/api, /v1/api/x, /v1/api/x",
    "/api/v1, /api/v1/x%20y, /x%20y",
    "{segments: 1}, /a/b/c, /b/c",
    "{segments: 2}, /a/b/c, /c",
    "{segments: 2}, /a/b, /",
    "{segments: 5}, /a/b, /",
  })
  void wholeSegmentsAreTakenAway(String settings, String target, String upstream) {
    try (FilterHarness gateway = FilterHarness.of("- strip-prefix: " + settings)) {
      gateway.get(target);
      assertEquals(upstream, gateway.seen().target());
    }
  }

  @Test
  void noHalfSegmentIsLeftToWalkUp() {
    try (FilterHarness gateway = FilterHarness.of("- strip-prefix: /files")) {
      gateway.get("/files../secret");
      assertEquals("/files../secret", gateway.seen().target());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api",
        "/api/",
        "/a b",
        "{segments: 0}",
        "{}",
        "{prefix: /a, segments: 1}",
        "/a/.."
      })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- strip-prefix: " + settings);
    assertEquals(1, problems.size(), problems::toString);
  }
}
