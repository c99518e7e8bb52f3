package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.close;
import static dev.yumen.testkit.Behaviours.neverAnswer;
import static dev.yumen.testkit.Behaviours.readBody;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.stream;
import static dev.yumen.testkit.Behaviours.upgradeAndEcho;
import static dev.yumen.testkit.Behaviours.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.MirrorRef;
import dev.yumen.api.UpstreamName;
import dev.yumen.api.Verdict;
import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Http2Request;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of requests, which the requests do not notice. */
@Timeout(60)
class MirrorTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

  /** What a copy may use. */
  @Describe("Where copies go, and what they may use.")
  record Copy(
      @Describe("Where to.") UpstreamName to,
      @Describe("Time.") @Default("10s") Duration timeout,
      @Describe("Body.") @Default("64KiB") DataSize maxBody,
      @Describe("Number.") @Default("100") int maxInFlight) {}

  private static final FilterType<Copy> COPY =
      new FilterType<>(
          "copy",
          Copy.class,
          (copy, context) -> {
            long most = copy.maxBody.bytes();
            MirrorRef to =
                context.mirror(copy.to, new MirrorRef.Limits(copy.timeout, most, copy.maxInFlight));
            return copying(to);
          });

  /** Waits a little before it lets requests go on, so that their bodies come before. */
  private static final FilterType<TestFilters.Nothing> LATER =
      TestFilters.onRequest(
          "later",
          exchange ->
              Verdict.await(
                  CompletableFuture.supplyAsync(
                      Verdict::proceed,
                      CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS))));

  private static Filter copying(MirrorRef to) {
    return new Filter() {
      @Override
      public Verdict onRequest(Exchange exchange) {
        exchange.mirror(to);
        return Verdict.proceed();
      }
    };
  }

  private final ScriptedUpstream service = ScriptedUpstream.start(respond(200, "service"));
  private final ScriptedUpstream shadow = ScriptedUpstream.start(respond(200, "shadow"));

  @AfterEach
  void closeServices() {
    service.close();
    shadow.close();
  }

  private String configuration(String endpoint, String copy) {
    return """
    runtime: {loops: 1}
    upstreams:
      service: {endpoints: "%s", timeout: {idle: 1m}}
      shadow: {endpoints: %s}
    routes:
      - {id: all, match: {path: "/**"}, to: service, filters: [%s]}
    """
        .formatted(service.address(), endpoint, copy);
  }

  private GatewayFixture gateway(String copy) {
    return gateway(shadow.address(), copy);
  }

  private GatewayFixture gateway(String endpoint, String copy) {
    return GatewayFixture.start(configuration(endpoint, copy), COPY, LATER);
  }

  private static String outcome(String outcome) {
    return "gateway_mirrored_total{upstream=\"shadow\",outcome=\"" + outcome + "\"}";
  }

  /** Waits for what became of the one copy, and that nothing is left of it. */
  private static void awaitOne(GatewayFixture gateway, String outcome) {
    gateway.awaitMetric(outcome(outcome), 1);
    gateway.awaitIdle();
    gateway.awaitMetric(GatewayFixture.connectionsTo("shadow", "active"), 0);
    try (RawClient management = RawClient.connect(gateway.port("management"))) {
      String page = management.get("/upstreams").text();
      String shadows = page.substring(page.indexOf("\"shadow\""));
      assertTrue(shadows.contains("\"active\":0"), page);
    }
  }

  // ---- what is copied ----

  @Test
  void theBodyIsCopied() {
    try (GatewayFixture gateway = gateway("copy: {to: shadow}");
        RawClient client = gateway.connect()) {
      client.send(
          "PUT /p?q=1 HTTP/1.1\r\nHost: h\r\nX-A: \u00e9\r\nX-A: b\r\nTE: trailers\r\n"
              + "Connection: TE, X-Hop\r\nX-Hop: 1\r\nExpect: 100-continue\r\n"
              + "Content-Length: 4\r\n\r\nbody");
      assertEquals("service", client.readResponse().text());
      Recorded copy = shadow.awaitRequest(1);
      assertEquals("PUT /p?q=1 HTTP/1.1", copy.requestLine());
      assertEquals(2, copy.headerValues("X-A").size());
      assertEquals("h", copy.header("Host"));
      assertEquals("4", copy.header("Content-Length"));
      assertEquals("all", copy.header("X-Mirrored-From"));
      assertEquals("127.0.0.1", copy.header("X-Forwarded-For"));
      assertNull(copy.header("Expect"));
      assertNull(copy.header("X-Hop"));
      awaitOne(gateway, "answered");
      assertEquals("body", copy.text());
      assertEquals("body", service.requests().getFirst().text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy: {to: shadow}", "copy: {to: shadow}, later: {}"})
  void aBodyOfUnknownLengthIsCopiedHoweverItComes(String filters) {
    try (GatewayFixture gateway = gateway(filters);
        RawClient client = gateway.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n");
      if (!filters.contains("later")) {
        service.awaitRequest(1);
      }
      client.send("3\r\nmor\r\n0\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      awaitOne(gateway, "answered");
      Recorded copy = shadow.requests().getFirst();
      assertEquals("bodymor", copy.text());
      assertEquals("7", copy.header("Content-Length"));
    }
  }

  @Test
  void severalFiltersMakeSeveralCopies() {
    try (GatewayFixture gateway = gateway("copy: {to: shadow}, copy: {to: service}");
        RawClient client = gateway.connect()) {
      client.send(GET);
      assertEquals(200, client.readResponse().status());
      awaitOne(gateway, "answered");
      assertEquals(1, shadow.requests().size());
      Eventually.within(Duration.ofSeconds(10), () -> service.requests().size() == 2);
    }
  }

  @Test
  void connectionsToTheShadowAreKept() {
    try (GatewayFixture gateway = gateway("copy: {to: shadow}");
        RawClient client = gateway.connect()) {
      for (int i = 1; i <= 3; i++) {
        assertEquals("service", client.get("/").text());
        gateway.awaitMetric(outcome("answered"), i);
      }
      assertEquals(1, shadow.connections());
    }
  }

  @Test
  void aCopyGoesOverHttp2() {
    try (Http2Service other = Http2Service.start();
        GatewayFixture gateway =
            gateway(other.address() + ", protocol: h2c", "copy: {to: shadow}");
        RawClient client = gateway.connect()) {
      client.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      assertEquals("service", client.readResponse().text());
      Http2Request copy = other.next();
      assertEquals("all", copy.header("x-mirrored-from"));
      copy.awaitEnd();
      assertEquals("body", copy.text());
      copy.onlyHead(204);
      awaitOne(gateway, "answered");
    }
  }

  // ---- what becomes of it ----

  @Test
  void theAnswerIsReadAndDropped() {
    shadow.next(stream(3_000_000));
    try (GatewayFixture gateway = gateway("copy: {to: shadow}");
        RawClient client = gateway.connect()) {
      assertEquals("service", client.get("/").text());
      awaitOne(gateway, "answered");
      assertEquals(
          1, gateway.metric("gateway_upstream_requests_total{upstream=\"shadow\",result=\"2xx\"}"));
    }
  }

  @Test
  void aShadowThatHangsIsGivenUpWithoutTheRequest() {
    shadow.next(neverAnswer());
    try (GatewayFixture gateway = gateway("copy: {to: shadow, timeout: 3s}");
        RawClient client = gateway.connect()) {
      assertEquals("service", client.get("/").text());
      assertEquals(0, gateway.metric(outcome("timed_out")));
      assertEquals("service", client.get("/").text());
      awaitOne(gateway, "timed_out");
    }
  }

  @Test
  void aShadowThatDoesNotReadSlowsNothing() {
    CountDownLatch end = new CountDownLatch(1);
    int length = 8_000_000;
    service.next(readBody().then(respond(200, "service")));
    try (ScriptedUpstream stuck = ScriptedUpstream.startWithReceiveBuffer(4096, await(end));
        GatewayFixture gateway =
            gateway(stuck.address(), "copy: {to: shadow, timeout: 5s, max-body: 9MB}");
        RawClient client = gateway.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + length + "\r\n\r\n");
      client.sendPattern(length);
      assertEquals("service", client.readResponse().text());
      assertEquals(0, gateway.metric(outcome("timed_out")));
      assertEquals(length, service.requests().getFirst().bodyLength());
      awaitOne(gateway, "timed_out");
      end.countDown();
    }
  }

  @Test
  void aDeadShadowIsNotNoticed() {
    String nobody = "127.0.0.1:" + ScriptedUpstream.unusedPort();
    try (GatewayFixture gateway = gateway(nobody, "copy: {to: shadow}");
        RawClient client = gateway.connect()) {
      assertEquals("service", client.get("/").text());
      awaitOne(gateway, "failed");
      assertEquals(0, gateway.failed("UPSTREAM_CONNECT_REFUSED"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aShadowThatBreaksOffIsNotNoticed(boolean answering) {
    Behaviour partly = write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
    shadow.next(answering ? partly.then(close()) : close());
    try (GatewayFixture gateway = gateway("copy: {to: shadow}");
        RawClient client = gateway.connect()) {
      assertEquals("service", client.get("/").text());
      awaitOne(gateway, "failed");
      assertEquals(1, shadow.requests().size());
    }
  }

  // ---- bounds ----

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length: 2000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n7d0\r\n"})
  void aLongBodyIsNotCopied(String framing) {
    try (GatewayFixture gateway = gateway("copy: {to: shadow, max-body: 1KiB}");
        RawClient client = gateway.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\n" + framing + "b".repeat(2000));
      client.send(framing.startsWith("T") ? "\r\n0\r\n\r\n" : "");
      assertEquals("service", client.readResponse().text());
      awaitOne(gateway, "body_too_large");
      assertEquals(2000, service.requests().getFirst().bodyLength());
      assertEquals(0, shadow.connections());
    }
  }

  @Test
  void beyondTheMostThereIsNoCopy() {
    CountDownLatch answer = new CountDownLatch(1);
    shadow.next(await(answer).then(respond(200, "late")));
    try (GatewayFixture gateway = gateway("copy: {to: shadow, max-in-flight: 1}");
        RawClient client = gateway.connect()) {
      assertEquals("service", client.get("/").text());
      shadow.awaitRequest(1);
      assertEquals("service", client.get("/").text());
      assertEquals(1, gateway.metric(outcome("too_many")));
      answer.countDown();
      awaitOne(gateway, "answered");
      assertEquals("service", client.get("/").text());
      gateway.awaitMetric(outcome("answered"), 2);
    }
  }

  // ---- the request's own fate ----

  @Test
  void aRequestThatBreaksOffIsNotCopied() {
    try (GatewayFixture gateway = gateway("copy: {to: shadow}")) {
      try (RawClient client = gateway.connect()) {
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
        service.awaitRequest(1);
      }
      awaitOne(gateway, "incomplete");
      assertEquals(0, shadow.connections());
    }
  }

  @Test
  void anAnswerBeforeTheBodysEndMakesNoHalfCopy() {
    service.next(request -> request.write("HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n"));
    try (GatewayFixture gateway = gateway("copy: {to: shadow}");
        RawClient client = gateway.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
      assertEquals(413, client.readResponse().status());
      awaitOne(gateway, "incomplete");
      assertEquals(0, shadow.connections());
    }
  }

  @Test
  void aClientThatLeavesDoesNotEndTheCopy() {
    CountDownLatch answer = new CountDownLatch(1);
    service.next(neverAnswer());
    shadow.next(await(answer).then(respond(200, "late")));
    try (GatewayFixture gateway = gateway("copy: {to: shadow}")) {
      try (RawClient client = gateway.connect()) {
        client.send(GET);
        shadow.awaitRequest(1);
      }
      gateway.awaitIdle();
      answer.countDown();
      awaitOne(gateway, "answered");
    }
  }

  @Test
  void aRequestThatIsTriedAgainIsCopiedOnce() {
    service.next(close());
    try (GatewayFixture gateway = gateway("copy: {to: shadow}");
        RawClient client = gateway.connect()) {
      client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      assertEquals("service", client.readResponse().text());
      awaitOne(gateway, "answered");
      assertEquals("body", shadow.requests().getFirst().text());
      assertEquals(2, service.requests().size());
      assertEquals(1, shadow.requests().size());
    }
  }

  @Test
  void anUpgradeIsNotCopied() {
    service.next(upgradeAndEcho());
    try (GatewayFixture gateway = gateway("copy: {to: shadow}");
        RawClient client = gateway.connect()) {
      client.send(
          "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      client.readHead();
      assertEquals(0, shadow.connections());
    }
  }

  // ---- the gateway's own fate ----

  @Test
  void aCopyOutlivesAReload() {
    CountDownLatch answer = new CountDownLatch(1);
    shadow.next(await(answer).then(respond(200, "late")));
    try (GatewayFixture gateway = gateway("copy: {to: shadow}");
        RawClient client = gateway.connect()) {
      assertEquals("service", client.get("/").text());
      shadow.awaitRequest(1);
      gateway.apply(configuration(shadow.address() + ", slow-start: 1s", "copy: {to: shadow}"));
      answer.countDown();
      awaitOne(gateway, "answered");
    }
  }

  @Test
  void aStopDoesNotWaitForCopies() {
    shadow.next(neverAnswer());
    long start = System.nanoTime();
    try (GatewayFixture gateway = gateway("copy: {to: shadow, timeout: 50s}");
        RawClient client = gateway.connect()) {
      assertEquals("service", client.get("/").text());
      shadow.awaitRequest(1);
    }
    assertTrue(System.nanoTime() - start < 20_000_000_000L);
  }
}
