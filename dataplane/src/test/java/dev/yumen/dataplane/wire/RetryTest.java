package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.close;
import static dev.yumen.testkit.Behaviours.neverAnswer;
import static dev.yumen.testkit.Behaviours.readBody;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are tried again, and those that must not be. */
@Timeout(60)
class RetryTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  private static final String POST =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n%s\r\nbody";

  private final ScriptedUpstream first = ScriptedUpstream.start(respond(200, "first"));
  private final ScriptedUpstream second = ScriptedUpstream.start(respond(200, "second"));

  @AfterEach
  void closeServices() {
    first.close();
    second.close();
  }

  private GatewayFixture gateway(String retry) {
    return gateway(retry, "'" + first.address() + "', '" + second.address() + "'");
  }

  private GatewayFixture gateway(String retry, String endpoints) {
    return GatewayFixture.start(
        """
        runtime: {loops: 1}
        upstreams:
          service:
            endpoints: [%s]
            retry: %s
            outlier-ejection: {consecutive-failures: 0}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
            .formatted(endpoints, retry));
  }

  private static RawResponse send(GatewayFixture gateway, String request) {
    try (RawClient client = gateway.connect()) {
      client.send(request);
      return client.readResponse();
    }
  }

  private static long retries(GatewayFixture gateway) {
    return gateway.metric("gateway_upstream_retries_total{upstream=\"service\"}");
  }

  private int requests() {
    return first.requests().size() + second.requests().size();
  }

  // ---- statuses ----

  private static final String ON_503 = "{on: 503, backoff: 1ms}";

  @Test
  void aStatusIsTriedAgainElsewhere() {
    first.next(respond(503, "busy"));
    try (GatewayFixture gateway = gateway(ON_503)) {
      assertEquals("second", send(gateway, GET).text());
      assertEquals(1, retries(gateway));
      assertEquals(2, requests());
    }
  }

  @Test
  void otherStatusesGoToTheClient() {
    first.next(respond(502, "bad"));
    try (GatewayFixture gateway = gateway(ON_503)) {
      assertEquals("bad", send(gateway, GET).text());
      assertEquals(0, retries(gateway));
    }
  }

  @Test
  void theLastAnswerGoesToTheClient() {
    first.next(respond(503, "busy"));
    second.next(respond(503, "busy too"));
    try (GatewayFixture gateway = gateway(ON_503)) {
      RawResponse answer = send(gateway, GET);
      assertEquals(503, answer.status());
      assertEquals("busy too", answer.text());
    }
  }

  @Test
  void aLoneEndpointIsTriedAgainAsOftenAsAllowed() {
    for (int i = 0; i < 3; i++) {
      first.next(respond(500, "no"));
    }
    String lone = "'" + first.address() + "'";
    try (GatewayFixture gateway = gateway("{attempts: 3, on: [5xx], backoff: 1ms}", lone)) {
      assertEquals("first", send(gateway, GET).text());
      assertEquals(3, retries(gateway));
    }
  }

  // ---- what must not be repeated ----

  @ParameterizedTest
  @ValueSource(strings = {"reset", "503"})
  void aPostIsNotSentTwice(String how) {
    Behaviour failing = how.equals("503") ? respond(503, "busy") : readBody().then(close());
    first.next(failing);
    try (GatewayFixture gateway = gateway("{attempts: 5, on: [reset, timeout, 5xx]}")) {
      int expected = how.equals("503") ? 503 : 502;
      assertEquals(expected, send(gateway, POST.formatted("")).status());
      assertEquals(1, requests());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ", methods: [POST]"})
  void aPostThatMayBeRepeatedIs(String methods) {
    first.next(readBody().then(close()));
    String key = methods.isEmpty() ? "Idempotency-Key: 7\r\n" : "";
    try (GatewayFixture gateway = gateway("{backoff: 1ms" + methods + "}")) {
      assertEquals("second", send(gateway, POST.formatted(key)).text());
      assertEquals("body", second.awaitRequest(1).text());
    }
  }

  @Test
  void aPostThatNobodyHasSeenGoesElsewhere() {
    String gone = "'127.0.0.1:" + ScriptedUpstream.unusedPort() + "', '" + second.address() + "'";
    try (GatewayFixture gateway = gateway("{on: connect-failure}", gone)) {
      for (int i = 0; i < 4; i++) {
        assertEquals("second", send(gateway, POST.formatted("")).text());
      }
    }
  }

  @Test
  void aLargeBodyIsNotKept() {
    first.next(readBody().then(close()));
    String put = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\n\r\n" + "b".repeat(2000);
    try (GatewayFixture gateway = gateway("{max-body: 1KiB}")) {
      assertEquals(502, send(gateway, put).status());
      assertEquals(1, requests());
    }
  }

  @Test
  void withoutAttemptsNothingIsTriedAgain() {
    first.next(close());
    try (GatewayFixture gateway = gateway("0")) {
      assertEquals(502, send(gateway, GET).status());
      assertEquals(1, requests());
    }
  }

  // ---- resets, time-outs, refused connections ----

  @Test
  void aResetIsTriedAgainElsewhereByItself() {
    first.next(close());
    try (GatewayFixture gateway = gateway("{}")) {
      assertEquals("second", send(gateway, GET).text());
    }
  }

  @Test
  void anAttemptThatTakesTooLongIsGivenUp() {
    first.next(readBody());
    String retry = "{on: timeout, per-try-timeout: 2s, backoff: 1ms}";
    try (GatewayFixture gateway = gateway(retry)) {
      assertEquals("second", send(gateway, GET).text());
      assertEquals(1, gateway.metric(upstreamResult("UPSTREAM_TIMEOUT")));
    }
  }

  @Test
  void theLastAttemptThatTakesTooLongIsAGatewayTimeout() {
    first.next(readBody());
    second.next(readBody());
    try (GatewayFixture gateway = gateway("{on: timeout, per-try-timeout: 1500ms, backoff: 1ms}")) {
      assertEquals(504, send(gateway, GET).status());
      assertEquals(2, requests());
    }
  }

  private static String upstreamResult(String code) {
    return "gateway_upstream_requests_total{upstream=\"service\",result=\"" + code + "\"}";
  }

  @Test
  void aPostWhoseConnectionIsNotMadeInTimeGoesElsewhere() throws IOException {
    try (FullPort full = new FullPort();
        GatewayFixture gateway =
            gateway(
                "{on: [timeout, connect-failure], per-try-timeout: 2s, backoff: 1ms}",
                "'127.0.0.1:" + full.port() + "', '" + second.address() + "'")) {
      for (int i = 1; i <= 4; i++) {
        assertEquals("second", send(gateway, POST.formatted("")).text());
        assertEquals("body", second.awaitRequest(i).text());
      }
    }
  }

  @Test
  void aServiceThatIsBackSoonIsWaitedFor() {
    int port = ScriptedUpstream.unusedPort();
    String retry = "{attempts: 100, on: connect-failure, backoff: 100ms, max-backoff: 100ms}";
    try (GatewayFixture gateway = gateway(retry, "'127.0.0.1:" + port + "'");
        RawClient client = gateway.connect()) {
      client.send(GET);
      String refused = upstreamResult("UPSTREAM_CONNECT_REFUSED");
      Eventually.within(Duration.ofSeconds(10), () -> gateway.metric(refused) >= 2);
      try (ScriptedUpstream back = ScriptedUpstream.start(port, respond(200, "back"))) {
        assertEquals("back", client.readResponse().text());
        assertEquals(1, back.requests().size());
      }
    }
  }

  // ---- pauses and the budget ----

  @Test
  void aShortRetryAfterIsKept() {
    first.next(respond(503, Map.of("Retry-After", "1"), "later"));
    long start = System.nanoTime();
    try (GatewayFixture gateway = gateway("{on: 503, max-backoff: 2s}")) {
      assertEquals("second", send(gateway, GET).text());
      assertTrue(System.nanoTime() - start >= 1_000_000_000L);
    }
  }

  @Test
  void aLongRetryAfterGoesToTheClient() {
    first.next(respond(503, Map.of("Retry-After", "60"), "later"));
    try (GatewayFixture gateway = gateway("{on: 503, max-backoff: 2s}")) {
      assertEquals("later", send(gateway, GET).text());
    }
  }

  @Test
  void whenTooMuchFailsNotEverythingIsTriedAgain() {
    try (GatewayFixture gateway = gateway("{on: 5xx, backoff: 0s, budget: 0}");
        RawClient client = gateway.connect()) {
      for (int i = 0; i < 600; i++) {
        first.next(respond(500, "no"));
        second.next(respond(500, "no"));
      }
      for (int i = 0; i < 400; i++) {
        client.get("/");
      }
      // A hundred are saved at the start, then ten a second.
      assertTrue(retries(gateway) >= 100 && retries(gateway) < 300, () -> "" + retries(gateway));
      String refused =
          "gateway_upstream_retries_refused_total{upstream=\"service\",reason=\"budget\"}";
      assertEquals(400, retries(gateway) + gateway.metric(refused));
    }
  }

  @Test
  void aClientThatIsGoneEndsThePause() {
    first.next(respond(503, Map.of("Retry-After", "60"), "busy"));
    try (GatewayFixture gateway = gateway("{on: 503, attempts: 2, backoff: 1m, max-backoff: 1m}")) {
      try (RawClient client = gateway.connect()) {
        client.send(GET);
        gateway.awaitMetric(
            "gateway_upstream_requests_total{upstream=\"service\",result=\"5xx\"}", 1);
      }
      gateway.awaitIdle();
      assertEquals(1, requests());
    }
  }

  // ---- deadlines ----

  @Test
  void theServiceHearsHowLongTheClientStillWaits() {
    try (GatewayFixture gateway = gateway("0", "'" + first.address() + "'")) {
      String get = "GET / HTTP/1.1\r\nHost: h\r\nX-Request-Timeout: 30\r\n\r\n";
      assertEquals("first", send(gateway, get).text());
      String told = first.awaitRequest(1).header("x-request-timeout");
      assertTrue(told != null && told.matches("(2[5-9]|30)\\.[0-9]{3}"), told);
    }
  }

  @Test
  void aClientThatWaitsNoMoreGets504() {
    first.next(neverAnswer());
    try (GatewayFixture gateway = gateway("0", "'" + first.address() + "'")) {
      String get = "GET / HTTP/1.1\r\nHost: h\r\nX-Request-Timeout: 2s\r\n\r\n";
      assertEquals(504, send(gateway, get).status());
      assertEquals(504, send(gateway, get.replace("2s", "0")).status());
      assertEquals(1, requests(), "none for the one that does not wait at all");
    }
  }
}
