package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Endpoints that fall ill are not used, and are used again when they are well. */
@Timeout(60)
class HealthTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String USABLE = "gateway_upstream_endpoints{upstream=\"service\"}";

  private final AtomicReference<Behaviour> a = new AtomicReference<>(respond(200, "a"));
  private final AtomicReference<Behaviour> b = new AtomicReference<>(respond(200, "b"));
  private final ScriptedUpstream first = ScriptedUpstream.start(request -> a.get().serve(request));
  private final ScriptedUpstream second = ScriptedUpstream.start(request -> b.get().serve(request));

  @AfterEach
  void close() {
    first.close();
    second.close();
  }

  private GatewayFixture gateway(String settings) {
    return GatewayFixture.start(yaml(settings));
  }

  private String yaml(String settings) {
    return """
        runtime: {loops: 1}
        upstreams:
          service: {endpoints: ["%s", "%s"]%s}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
        .formatted(first.address(), second.address(), settings.isEmpty() ? "" : ", " + settings);
  }

  private static Map<String, Integer> answers(GatewayFixture gateway, int count) {
    Map<String, Integer> answers = new TreeMap<>();
    try (RawClient client = gateway.connect()) {
      for (int i = 0; i < count; i++) {
        answers.merge(client.get("/").text(), 1, Integer::sum);
      }
    }
    return answers;
  }

  private static long ejections(GatewayFixture gateway, String reason) {
    return gateway.metric(
        "gateway_upstream_ejections_total{upstream=\"service\",reason=\"" + reason + "\"}");
  }

  // ---- ejection ----

  @Test
  void failuresInARowTakeAnEndpointOutOfUse() {
    a.set(respond(503, "ill"));
    try (GatewayFixture gateway = gateway("outlier-ejection: {ejection-time: 1h}")) {
      assertEquals(Map.of("b", 15, "ill", 5), answers(gateway, 20));
      assertEquals(1, ejections(gateway, "consecutive"));
      assertEquals(1, gateway.metric(USABLE));
    }
  }

  @Test
  void oneGoodAnswerEndsTheRow() {
    try (GatewayFixture gateway = gateway("outlier-ejection: {consecutive-failures: 3}")) {
      for (int i = 0; i < 3; i++) {
        first.next(respond(503, "ill")).next(respond(503, "ill")).next(respond(200, "a"));
      }
      assertEquals(Map.of("a", 4, "b", 10, "ill", 6), answers(gateway, 20));
    }
  }

  @Test
  void itIsUsedAgainWhenItsTimeIsOver() {
    a.set(respond(503, "ill"));
    try (GatewayFixture gateway = gateway("outlier-ejection: {ejection-time: 2s}")) {
      answers(gateway, 10);
      gateway.awaitMetric(USABLE, 1);
      a.set(respond(200, "a"));
      gateway.awaitMetric(USABLE, 2);
      assertEquals(Map.of("a", 5, "b", 5), answers(gateway, 10));
    }
  }

  @Test
  void whoFailsAfterItsReturnGoesAtOnceAndForLonger() {
    a.set(respond(503, "ill"));
    try (GatewayFixture gateway = gateway("outlier-ejection: {ejection-time: 600ms}")) {
      answers(gateway, 10);
      for (int ejections = 2; ejections < 5; ejections++) {
        gateway.awaitMetric(USABLE, 2);
        assertEquals(Map.of("b", 3, "ill", 1), answers(gateway, 4));
        assertEquals(ejections, ejections(gateway, "consecutive"));
      }
    }
  }

  @Test
  void theLastEndpointsAreNotEjected() {
    a.set(respond(503, "ill"));
    b.set(respond(503, "ill"));
    try (GatewayFixture gateway = gateway("outlier-ejection: {}")) {
      assertEquals(Map.of("ill", 30), answers(gateway, 30));
      assertEquals(1, gateway.metric(USABLE));
    }
  }

  @Test
  void aShareOfFailuresTakesItOut() {
    a.set(respond(503, "ill"));
    String settings =
        "outlier-ejection: {consecutive-failures: 0, error-ratio: 0.5, minimum-calls: 5, window: 2s}";
    try (GatewayFixture gateway = gateway(settings)) {
      Eventually.within(
          PATIENCE,
          () -> {
            answers(gateway, 20);
            return ejections(gateway, "error_ratio") == 1;
          });
      assertEquals(Map.of("b", 10), answers(gateway, 10));
    }
  }

  @Test
  void theSlowOneIsTakenOut() {
    a.set(
        request -> {
          // So slow that a pause of the machine does not make the other one the slower one.
          LockSupport.parkNanos(200_000_000);
          respond(200, "a").serve(request);
        });
    String settings = "outlier-ejection: {latency-factor: 3, minimum-calls: 5, window: 2s}";
    try (GatewayFixture gateway = gateway(settings)) {
      Eventually.within(
          PATIENCE,
          () -> {
            answers(gateway, 12);
            return ejections(gateway, "latency") == 1;
          });
      assertEquals(Map.of("b", 10), answers(gateway, 10));
    }
  }

  @Test
  void aReloadDoesNotForgetWhoIsIll() {
    a.set(respond(503, "ill"));
    String hour = "outlier-ejection: {ejection-time: 1h}";
    try (GatewayFixture gateway = gateway(hour)) {
      answers(gateway, 10);
      gateway.apply(yaml(hour + ", balance: random"));
      assertEquals(Map.of("b", 30), answers(gateway, 30));
    }
  }

  // ---- checks ----

  private static Behaviour healthOr(String status, Behaviour other) {
    return request -> {
      if (request.recorded().target().startsWith("/health")) {
        request.readBody();
        request.write("HTTP/1.1 " + status + " x\r\nContent-Length: 2\r\n\r\nok");
      } else {
        other.serve(request);
      }
    };
  }

  private static final String CHECKED =
      "health-check: {path: \"/health?deep=1\", interval: 100ms, host: check.example,"
          + " headers: {X-Check: \"1\"}, unhealthy-after: 2, status: [204, 2xx]}";

  @Test
  void whatFailsItsChecksIsNotUsedUntilItPassesThem() {
    a.set(healthOr("500", respond(200, "a")));
    b.set(healthOr("204", respond(200, "b")));
    try (GatewayFixture gateway = gateway(CHECKED)) {
      gateway.awaitMetric(USABLE, 1);
      assertEquals(Map.of("b", 10), answers(gateway, 10));
      a.set(healthOr("200", respond(200, "a")));
      gateway.awaitMetric(USABLE, 2);
      assertEquals(Map.of("a", 5, "b", 5), answers(gateway, 10));
      Recorded check = first.awaitRequest(1);
      assertEquals("/health?deep=1", check.target());
      assertEquals("check.example", check.header("host"));
      assertEquals("1", check.header("x-check"));
    }
  }

  @Test
  void anEndpointThatNobodyListensAtIsFoundByChecks() {
    first.close();
    b.set(healthOr("200", respond(200, "b")));
    try (GatewayFixture gateway = gateway(CHECKED)) {
      gateway.awaitMetric(USABLE, 1);
      gateway.awaitMetric("gateway_upstream_retries_total{upstream=\"service\"}", 0);
      assertEquals(Map.of("b", 10), answers(gateway, 10));
    }
  }

  @Test
  void anAnswerThatDoesNotComeInTimeIsNone() {
    a.set(request -> request.readBody());
    b.set(healthOr("200", respond(200, "b")));
    String settings =
        "health-check: {path: /health, interval: 100ms, timeout: 100ms, unhealthy-after: 2}";
    try (GatewayFixture gateway = gateway(settings)) {
      gateway.awaitMetric(USABLE, 1);
    }
  }

  @Test
  void theBodyHasToSayWhatIsWanted() {
    a.set(respond(200, "{\"status\":\n\"down\"}"));
    b.set(respond(200, "{\"status\":\"up\"}"));
    String settings = "health-check: {interval: 100ms, body: '\"up\"'}";
    try (GatewayFixture gateway = gateway(settings)) {
      gateway.awaitMetric(USABLE, 1);
      assertEquals(Map.of("{\"status\":\"up\"}", 4), answers(gateway, 4));
      try (RawClient management = RawClient.connect(gateway.port("management"))) {
        String page = management.get("/upstreams").text();
        assertTrue(
            page.contains("{\\\"status\\\": \\\"down\\\"}"), page); // no line of its own in the log
      }
    }
  }

  @Test
  void aConnectionIsEnoughForTcp() {
    int port = first.port();
    first.close();
    try (GatewayFixture gateway =
        gateway("health-check: {type: tcp, interval: 100ms, unhealthy-after: 1}")) {
      gateway.awaitMetric(USABLE, 1);
      try (ScriptedUpstream back = ScriptedUpstream.start(port, respond(200, "back"))) {
        gateway.awaitMetric(USABLE, 2);
        assertEquals(Map.of("b", 5, "back", 5), answers(gateway, 10));
        assertTrue(back.connections() > 0);
      }
    }
  }

  @Test
  void goodChecksBringAnEjectedEndpointBackEarly() {
    a.set(healthOr("200", respond(503, "ill")));
    b.set(healthOr("200", respond(200, "b")));
    String settings = CHECKED + ", outlier-ejection: {ejection-time: 1h}";
    try (GatewayFixture gateway = gateway(settings)) {
      answers(gateway, 10);
      assertEquals(1, ejections(gateway, "consecutive"));
      a.set(healthOr("200", respond(200, "a")));
      gateway.awaitMetric(USABLE, 2);
      assertEquals(Map.of("a", 5, "b", 5), answers(gateway, 10));
    }
  }

  // ---- too few ----

  @Test
  void whenNoneIsWellAllAreUsed() {
    a.set(healthOr("500", respond(200, "a")));
    b.set(healthOr("500", respond(200, "b")));
    try (GatewayFixture gateway = gateway(CHECKED)) {
      String bad =
          "gateway_upstream_health_checks_total{upstream=\"service\",result=\"unhealthy\"}";
      Eventually.within(PATIENCE, () -> gateway.metric(bad) >= 6);
      gateway.awaitMetric(USABLE, 2);
      assertEquals(Map.of("a", 5, "b", 5), answers(gateway, 10));
    }
  }

  @Test
  void withoutPanicNoneIsUsed() {
    a.set(healthOr("500", respond(200, "a")));
    b.set(healthOr("500", respond(200, "b")));
    try (GatewayFixture gateway = gateway(CHECKED + ", panic-threshold: 0")) {
      gateway.awaitMetric(USABLE, 0);
      try (RawClient client = gateway.connect()) {
        assertEquals(503, client.get("/").status());
      }
    }
  }

  // ---- for people ----

  @Test
  void managementTellsHowEndpointsAreDoing() {
    a.set(healthOr("500", respond(200, "a")));
    b.set(healthOr("200", respond(503, "ill")));
    String settings =
        CHECKED
            + ", outlier-ejection: {consecutive-failures: 1, max-ejected: 1, ejection-time: 1h}";
    try (GatewayFixture gateway = gateway(settings);
        RawClient management = RawClient.connect(gateway.port("management"))) {
      gateway.awaitMetric(USABLE, 1);
      String healthy = "\"used\":true,\"active\":0,\"checks\":\"healthy\"}";
      Eventually.within(PATIENCE, () -> management.get("/upstreams").text().contains(healthy));
      String ill = management.get("/upstreams").text();
      assertTrue(ill.startsWith("{\"service\":{\"endpoints\":[{\"address\":\"127.0.0.1:"), ill);
      String unhealthy = "\"used\":false,\"active\":0,\"checks\":\"unhealthy\"";
      assertTrue(ill.contains(unhealthy + ",\"last-check\":\"status 500\"}"), ill);
    }
  }
}
