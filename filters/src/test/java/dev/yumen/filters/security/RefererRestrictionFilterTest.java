package dev.yumen.filters.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefererRestrictionFilterTest {
  private static final String SITES =
      """
      - referer-restriction:
          allow: [example.com, "*.example.com", "[::1]"]
          deny: ads.example.com
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Referer: https://example.com/page             | 200",
        "Referer: http://EXAMPLE.com:8080?x            | 200",
        "Referer: https://example.com./page            | 200",
        "Referer: https://a.b.example.com/             | 200",
        "Referer: http://[::1]:8080/                   | 200",
        "Referer: https://ads.example.com/             | 403",
        "Referer: https://ads.example.com./            | 403",
        "Referer: https://badexample.com/              | 403",
        "Referer: https://.example.com/                | 403",
        "Referer: https://example.com.evil.test/       | 403",
        "Referer: https://evil.test/https://example.com/ | 403",
        "Referer: https://example.com@evil.test/       | 403",
        "Referer: https://evil.test\\@example.com/     | 403",
        "Referer: https://example.com%2eevil.test/     | 403",
        "Referer: ftp://example.com/                   | 403",
        "Referer: //example.com/                       | 403",
        "Referer: example.com                          | 403",
        "Referer:                                      | 403",
        "X-Any: thing                                  | 403",
      })
  void requestsAreLetInByTheHostOfTheirPage(String field, int status) {
    try (FilterHarness gateway = FilterHarness.of(SITES)) {
      assertEquals(status, gateway.get("/", field).status());
      assertEquals(status == 200 ? 1 : 0, gateway.forwarded());
    }
  }

  @Test
  void twoReferersAreNone() {
    try (FilterHarness gateway = FilterHarness.of(SITES)) {
      String good = "Referer: https://example.com/";
      assertEquals(403, gateway.get("/", good, good).status());
    }
  }

  @Test
  void withDenyAloneAllOthersMay() {
    try (FilterHarness gateway =
        FilterHarness.of("- referer-restriction: {deny: \"*.ads.test\", missing: allow}")) {
      assertEquals(200, gateway.get("/").status());
      assertEquals(200, gateway.get("/", "Referer: https://ads.test/").status());
      assertEquals(403, gateway.get("/", "Referer: https://x.ads.test/").status());
      assertEquals(403, gateway.get("/", "Referer: nonsense").status());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                              | referer-restriction: no hosts",
        "{allow: \"https://example.com\"} | allow",
        "{allow: Example.com}            | allow",
        "{deny: \"a.*.com\"}             | deny",
        "{deny: a.com, missing: maybe}   | missing",
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String problem) {
    List<String> problems = FilterHarness.problems("- referer-restriction: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(problem), problems::toString);
  }
}
