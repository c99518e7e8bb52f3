package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.close;
import static dev.yumen.testkit.Behaviours.readBody;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that are sent to another endpoint, too, while the first one is silent. */
@Timeout(60)
class HedgeTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

  private static final String RESULTS =
      "gateway_upstream_requests_total{upstream=\"service\",result=\"%s\"}";

  private final ScriptedUpstream first = ScriptedUpstream.start(respond(200, "first"));
  private final ScriptedUpstream second = ScriptedUpstream.start(respond(200, "second"));
  private final CountDownLatch mayAnswer = new CountDownLatch(1);

  @AfterEach
  void closeServices() {
    mayAnswer.countDown();
    first.close();
    second.close();
  }

  private GatewayFixture gateway(String settings) {
    return gateway(settings, "'" + first.address() + "', '" + second.address() + "'");
  }

  private static GatewayFixture gateway(String settings, String endpoints) {
    return GatewayFixture.start(
        """
        runtime: {loops: 1}
        upstreams:
          service:
            endpoints: [%s]
            outlier-ejection: {consecutive-failures: 0}
            %s
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
            .formatted(endpoints, settings));
  }

  private static RawResponse send(GatewayFixture gateway, String request) {
    try (RawClient client = gateway.connect()) {
      client.send(request);
      return client.readResponse();
    }
  }

  private static long hedges(GatewayFixture gateway) {
    return gateway.metric("gateway_upstream_hedges_total{upstream=\"service\"}");
  }

  private static long results(GatewayFixture gateway, String result) {
    return gateway.metric(RESULTS.formatted(result));
  }

  private static long won(GatewayFixture gateway) {
    return gateway.metric("gateway_upstream_hedges_won_total{upstream=\"service\"}");
  }

  @Test
  void theOtherEndpointAnswersForASilentOne() {
    first.next(readBody());
    try (GatewayFixture gateway = gateway("hedge: 20ms")) {
      assertEquals("second", send(gateway, GET).text());
      assertEquals(1, hedges(gateway));
      assertEquals(1, won(gateway));
      assertEquals(0, gateway.metric("gateway_upstream_retries_total{upstream=\"service\"}"));
      first.awaitOpenConnections(0);
      gateway.awaitIdle();
    }
  }

  @Test
  void whatIsAnsweredInTimeIsSentOnce() {
    try (GatewayFixture gateway = gateway("hedge: 30s")) {
      assertEquals("first", send(gateway, GET).text());
      assertEquals(0, hedges(gateway));
      assertEquals(0, second.requests().size());
    }
  }

  @Test
  void theFirstEndpointMayStillWin() {
    first.next(await(mayAnswer).then(respond(200, "late")));
    second.next(readBody());
    try (GatewayFixture gateway = gateway("hedge: 20ms");
        RawClient client = gateway.connect()) {
      client.send(GET);
      second.awaitRequest(1);
      mayAnswer.countDown();
      assertEquals("late", client.readResponse().text());
      assertEquals(1, hedges(gateway));
      assertEquals(0, won(gateway));
      second.awaitOpenConnections(0);
      assertEquals("first", client.get("/").text(), "the connection to the winner is kept");
    }
  }

  @Test
  void aPostIsSentOnceUnlessItMayBeRepeated() {
    first.next(readBody());
    String post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n%s\r\nbody";
    try (GatewayFixture gateway = gateway("hedge: 1ms\n    timeout: {header: 3s}")) {
      assertEquals(504, send(gateway, post.formatted("")).status());
      assertEquals(0, second.requests().size());
      second.next(readBody());
      assertEquals("first", send(gateway, post.formatted("Idempotency-Key: 7\r\n")).text());
    }
  }

  @Test
  void aBodyGoesToBoth() {
    first.next(readBody());
    String put = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo";
    try (GatewayFixture gateway = gateway("hedge: 5ms\n    retry: 0");
        RawClient client = gateway.connect()) {
      client.send(put);
      first.awaitOpenConnections(1);
      assertEquals(0, hedges(gateway), "not all of the request is there");
      client.send("dy");
      assertEquals("second", client.readResponse().text());
      assertEquals("body", first.awaitRequest(1).text());
      assertEquals("body", second.awaitRequest(1).text());
    }
  }

  @Test
  void aConnectionThatIsNotMadeIsNotWaitedFor() throws IOException {
    try (FullPort full = new FullPort();
        GatewayFixture gateway =
            gateway("hedge: 20ms", "'127.0.0.1:" + full.port() + "', '" + second.address() + "'")) {
      assertEquals("second", send(gateway, GET).text());
      gateway.awaitIdle();
    }
  }

  @Test
  void anAnswerThatWouldBeTriedAgainDoesNotWin() {
    first.next(await(mayAnswer).then(respond(200, "late")));
    second.next(respond(503, "busy"));
    try (GatewayFixture gateway = gateway("hedge: 20ms\n    retry: {on: 503}");
        RawClient client = gateway.connect()) {
      client.send(GET);
      gateway.awaitMetric(RESULTS.formatted("5xx"), 1);
      mayAnswer.countDown();
      assertEquals("late", client.readResponse().text());
    }
  }

  @Test
  void whenAllHaveFailedTheRequestHas() {
    first.next(await(mayAnswer).then(close()));
    second.next(close());
    try (GatewayFixture gateway = gateway("hedge: 20ms\n    retry: 0");
        RawClient client = gateway.connect()) {
      client.send(GET);
      gateway.awaitMetric(RESULTS.formatted("UPSTREAM_RESET"), 1);
      mayAnswer.countDown();
      assertEquals(502, client.readResponse().status());
      assertEquals(2, results(gateway, "UPSTREAM_RESET"));
    }
  }

  @Test
  void theLastOfThemIsTriedAgain() {
    first.next(await(mayAnswer).then(close()));
    second.next(close());
    try (GatewayFixture gateway = gateway("hedge: 20ms\n    retry: {backoff: 1ms}");
        RawClient client = gateway.connect()) {
      client.send(GET);
      gateway.awaitMetric(RESULTS.formatted("UPSTREAM_RESET"), 1);
      mayAnswer.countDown();
      assertEquals(200, client.readResponse().status());
      assertEquals(3, first.requests().size() + second.requests().size());
    }
  }

  @Test
  void theOnlyEndpointGetsTheRequestOnce() {
    first.next(readBody());
    String lone = "'" + first.address() + "'";
    try (GatewayFixture gateway = gateway("hedge: 1ms\n    timeout: {header: 300ms}", lone)) {
      assertEquals(504, send(gateway, GET).status());
      assertEquals(0, hedges(gateway));
      assertEquals(1, first.requests().size());
    }
  }

  @Test
  void allOfThemTogetherHaveTheTimeOfOne() {
    first.next(readBody());
    second.next(readBody());
    try (GatewayFixture gateway = gateway("hedge: 20ms\n    timeout: {header: 3s}")) {
      assertEquals(504, send(gateway, GET).status());
      assertEquals(2, results(gateway, "UPSTREAM_TIMEOUT"));
      gateway.awaitIdle();
    }
  }

  @Test
  void aClientThatGoesEndsAllOfThem() {
    first.next(readBody());
    second.next(readBody());
    try (GatewayFixture gateway = gateway("hedge: 20ms")) {
      try (RawClient client = gateway.connect()) {
        client.send(GET);
        second.awaitRequest(1);
      }
      gateway.awaitIdle();
      first.awaitOpenConnections(0);
      second.awaitOpenConnections(0);
    }
  }

  @Test
  void asManyAreBegunAsAllowed() {
    first.next(readBody());
    second.next(readBody());
    try (ScriptedUpstream third = ScriptedUpstream.start(respond(200, "third"));
        GatewayFixture gateway =
            gateway(
                "hedge: {after: 20ms, attempts: 2}",
                "'%s', '%s', '%s'".formatted(first.address(), second.address(), third.address()))) {
      assertEquals("third", send(gateway, GET).text());
      assertEquals(2, hedges(gateway));
    }
  }

  @Test
  void aCircuitBreakerIsNotPassedBy() {
    first.next(close()).next(readBody());
    second.next(readBody()); // whichever is asked whether the service is well
    String breaker =
        "circuit-breaker: {consecutive-errors: 1, minimum-calls: 1, open-time: 10ms, probes: 1}";
    try (GatewayFixture gateway =
        gateway("hedge: 20ms\n    retry: 0\n    timeout: {header: 3s}\n    " + breaker)) {
      assertEquals(502, send(gateway, GET).status());
      Eventually.within(Duration.ofSeconds(10), () -> send(gateway, GET).status() == 504);
      assertEquals(0, hedges(gateway));
    }
  }
}
