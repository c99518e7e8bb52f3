package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CircuitBreakerFilterTest {
  private static final String FAULT =
      "- fault: {when: {headers: {X-Fault: 'yes'}}, abort: {header: X-Status}}\n";

  private static int fault(FilterHarness gateway, int status) {
    return gateway.get("/users/7", "X-Fault: yes", "X-Status: " + status).status();
  }

  @Test
  void failingRequestsOpenIt() {
    try (FilterHarness gateway =
        FilterHarness.of("- circuit-breaker: {consecutive-errors: 2, open-time: 1h}\n" + FAULT)) {
      fault(gateway, 500);
      assertEquals(200, gateway.get("/").status());
      fault(gateway, 500);
      assertEquals(200, gateway.get("/").status(), "never two in a row");
      fault(gateway, 503);
      fault(gateway, 500);
      RawResponse refused = gateway.get("/");
      assertEquals(503, refused.status());
      assertEquals("3600", refused.header("Retry-After"));
      assertTrue(refused.text().contains("\"code\":\"CIRCUIT_OPEN\""), refused.text());
      assertEquals(2, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "grade: exception-ratio, count: 0.5, time-window: 10s, min-request-amount: 2",
        "grade: exception-count, count: 2, stat-interval: 1m"
      })
  void rulesOfSentinelAreUnderstood(String rule) {
    try (FilterHarness gateway = FilterHarness.of("- circuit-breaker: {" + rule + "}\n" + FAULT)) {
      fault(gateway, 500);
      assertEquals(500, fault(gateway, 500));
      assertEquals(503, fault(gateway, 500));
    }
  }

  @Test
  void whatCountsAsAFailureIsWritten() {
    try (FilterHarness gateway =
        FilterHarness.of(
            "- circuit-breaker: {consecutive-errors: 1, failures: [404, 502-503]}\n" + FAULT)) {
      fault(gateway, 500);
      assertEquals(404, fault(gateway, 404));
      assertEquals(503, gateway.get("/").status());
    }
  }

  @Test
  void anAnswerTakesThePlaceOfFailures() {
    try (FilterHarness gateway =
        FilterHarness.of(
            "- circuit-breaker: {fallback: {respond: {status: 203, body: kept}, on: [failure,"
                + " 404]}}\n"
                + FAULT)) {
      assertEquals(203, fault(gateway, 404));
      assertEquals(203, fault(gateway, 503));
      assertEquals(500, fault(gateway, 500), "not written");
    }
  }

  @Test
  void anotherUpstreamIsRefused() {
    List<String> problems =
        FilterHarness.problems("- circuit-breaker: {fallback: {upstream: other}}");
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains("fallback.upstream"), problems::toString);
  }
}
