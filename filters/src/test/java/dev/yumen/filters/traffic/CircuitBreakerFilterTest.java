package dev.yumen.filters.traffic;

import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.file.Path;
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
  void anotherUpstreamTakesThePlaceWhileItIsOpen() {
    try (ScriptedUpstream other = ScriptedUpstream.start(respond(200, "other"));
        FilterHarness gateway =
            FilterHarness.run(
                """
                listeners: {http: {address: "127.0.0.1:8080"}}
                upstreams: {users: {endpoints: ["127.0.0.1:9001"]}, other: {endpoints: ['%s']}}
                routes:
                  - id: test
                    to: users
                    filters:
                      - circuit-breaker: {consecutive-errors: 1, fallback: {upstream: other}}
                      %s
                """
                    .formatted(other.address(), FAULT),
                Path.of("target"))) {
      assertEquals(500, fault(gateway, 500));
      assertEquals("other", gateway.get("/").text());
    }
  }

  @Test
  void anotherUpstreamIsForTheOpenBreakerOnly() {
    List<String> problems =
        FilterHarness.problems("- circuit-breaker: {fallback: {upstream: users, on: 503}}");
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains("fallback.on"), problems::toString);
  }
}
