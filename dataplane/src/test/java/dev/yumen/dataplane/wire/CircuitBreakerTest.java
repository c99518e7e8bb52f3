package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.close;
import static dev.yumen.testkit.Behaviours.neverAnswer;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.Problem;
import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An upstream that fails is spared. */
@Timeout(60)
class CircuitBreakerTest {
  private static final String POST =
      "POST /users/7 HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
  private static final String OPENED =
      "gateway_circuit_breaker_opened_total{kind=\"upstream\",name=\"service\"}";
  private static final String FALLBACKS =
      "gateway_fallbacks_total{kind=\"upstream\",name=\"service\"}";
  private static final String ANSWER =
      "respond: {body: '{\"id\":\"${path.id}\",\"name\":\"默认用户\",\"fallback\":true}'}";

  private final AtomicReference<Behaviour> usual = new AtomicReference<>(respond(500, "broken"));
  private final ScriptedUpstream service =
      ScriptedUpstream.start(request -> usual.get().serve(request));
  private final ScriptedUpstream other = ScriptedUpstream.start(respond(200, "other"));

  @AfterEach
  void closeServices() {
    service.close();
    other.close();
  }

  private String config(String breaker) {
    return """
        runtime: {loops: 1}
        upstreams:
          service:
            endpoints: ['%s']
            timeout: {header: 3s}
            retry: 0
            outlier-ejection: {consecutive-failures: 0}
            circuit-breaker: %s
          other: {endpoints: ['%s']}
        routes:
          - {id: users, match: {path: "/users/{id}"}, to: service}
          - {id: other, match: {path: "/other"}, to: other}
        """
        .formatted(service.address(), breaker, other.address());
  }

  private GatewayFixture gateway(String breaker) {
    return GatewayFixture.start(config(breaker));
  }

  private static RawResponse get(GatewayFixture gateway) {
    return send(gateway, "GET /users/7 HTTP/1.1\r\nHost: h\r\n\r\n");
  }

  private static RawResponse send(GatewayFixture gateway, String request) {
    try (RawClient client = gateway.connect()) {
      client.send(request);
      return client.readResponse();
    }
  }

  @Test
  void failingAnswersOpenItAndTheServiceIsLeftAlone() {
    try (GatewayFixture gateway = gateway("{consecutive-errors: 3, open-time: 1h}")) {
      for (int i = 0; i < 3; i++) {
        assertEquals("broken", get(gateway).text());
      }
      RawResponse refused = get(gateway);
      assertEquals(503, refused.status());
      assertTrue(refused.text().contains("\"code\":\"CIRCUIT_OPEN\""), refused.text());
      assertEquals("3600", refused.header("retry-after"));
      assertEquals(3, service.requests().size());
      assertEquals(1, gateway.metric(OPENED));
      try (RawClient management = RawClient.connect(gateway.port("management"))) {
        String page = management.get("/upstreams").text();
        assertTrue(page.contains("\"circuit-breaker\":\"open\""), page);
      }
      assertEquals(
          1,
          gateway.metric(
              "gateway_circuit_breaker_refused_total{kind=\"upstream\",name=\"service\"}"));
    }
  }

  @Test
  void lostConnectionsAndSilenceAreFailures() {
    try (GatewayFixture gateway = gateway("{consecutive-errors: 2, open-time: 1h}")) {
      service.next(close());
      assertEquals(502, get(gateway).status());
      service.next(neverAnswer());
      assertEquals(504, get(gateway).status());
      assertEquals(503, get(gateway).status());
    }
  }

  @Test
  void itClosesByItselfWhenTheServiceIsWell() {
    try (GatewayFixture gateway = gateway("{consecutive-errors: 1, open-time: 20ms, probes: 2}")) {
      get(gateway);
      usual.set(respond(200, "well"));
      Eventually.within(
          Duration.ofSeconds(10), "an answer of the service", () -> get(gateway).status() == 200);
      for (int i = 0; i < 10; i++) {
        assertEquals("well", get(gateway).text());
      }
    }
  }

  @Test
  void clientsThatGoAwayAreNoFailures() {
    usual.set(neverAnswer());
    try (GatewayFixture gateway = gateway("{consecutive-errors: 1, open-time: 1h}")) {
      RawClient client = gateway.connect();
      client.send("GET /users/7 HTTP/1.1\r\nHost: h\r\n\r\n");
      service.awaitRequest(1);
      client.reset();
      gateway.awaitIdle();
      assertEquals(0, gateway.metric(OPENED));
    }
  }

  @Test
  void itStaysOpenAcrossAReloadThatChangesTheEndpoints() {
    String breaker = "{consecutive-errors: 1, open-time: 1h}";
    try (GatewayFixture gateway = gateway(breaker)) {
      get(gateway);
      assertEquals(
          List.<Problem>of(),
          gateway.apply(config(breaker).replace("retry: 0", "retry: 0\n    slow-start: 1s")));
      assertEquals(503, get(gateway).status());
      assertEquals(1, service.requests().size());
    }
  }

  // ---- fallbacks ----

  @Test
  void anAnswerOfItsOwnTakesThePlaceWhileItIsOpen() {
    try (GatewayFixture gateway =
        gateway("{consecutive-errors: 1, open-time: 1h, fallback: {%s}}".formatted(ANSWER))) {
      assertEquals("broken", get(gateway).text(), "the breaker was closed");
      RawResponse answer = get(gateway);
      assertEquals(200, answer.status());
      assertEquals("{\"id\":\"7\",\"name\":\"默认用户\",\"fallback\":true}", answer.text());
      assertEquals("application/json", answer.header("content-type"));
      assertEquals(1, gateway.metric(FALLBACKS));
    }
  }

  @Test
  void anotherUpstreamTakesThePlace() {
    try (GatewayFixture gateway =
        gateway("{consecutive-errors: 1, open-time: 1h, fallback: {upstream: other}}")) {
      get(gateway);
      assertEquals("other", get(gateway).text());
      assertEquals("other", send(gateway, POST).text());
      assertEquals("body", other.awaitRequest(2).text());
    }
  }

  @Test
  void failuresAndStatusesFallBackWhenWritten() {
    try (GatewayFixture gateway =
        gateway("{fallback: {upstream: other, on: [open, failure, 500]}}")) {
      assertEquals("other", get(gateway).text(), "for a status");
      service.next(close());
      assertEquals("other", get(gateway).text(), "for a lost connection");
      service.next(neverAnswer());
      assertEquals("other", get(gateway).text(), "for silence");
    }
  }

  @Test
  void aPostThatMayHaveHadAnEffectDoesNotReachTheOtherUpstream() {
    try (GatewayFixture gateway =
        gateway("{fallback: {upstream: other, on: [open, failure, 500]}}")) {
      assertEquals(500, send(gateway, POST).status());
      service.next(close());
      assertEquals(502, send(gateway, POST).status());
      assertEquals(0, other.requests().size());
    }
  }

  @Test
  void aPostGetsAnAnswerOfItsOwnAllTheSame() {
    try (GatewayFixture gateway =
        gateway("{fallback: {%s, on: [failure, 5xx]}}".formatted(ANSWER))) {
      assertEquals(200, send(gateway, POST).status());
      service.next(close());
      assertEquals(200, send(gateway, POST).status());
    }
  }

  @Test
  void theOtherUpstreamMayFailToo() {
    other.next(close()).next(close());
    try (GatewayFixture gateway = gateway("{fallback: {upstream: other, on: 500}}")) {
      assertEquals(502, get(gateway).status());
      gateway.awaitIdle();
    }
  }
}
