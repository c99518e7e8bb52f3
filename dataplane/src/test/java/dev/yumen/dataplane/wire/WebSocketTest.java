package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.raw;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.stream.WebSocketHandshake;
import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * WebSocket in HTTP/1.1 and HTTP/2 on either side, bridged. The service that speaks HTTP/2 is a
 * second gateway, in front of the same service as the first.
 */
class WebSocketTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** A piece of a text, all of it ASCII. */
  private static final String WELCOME = "\u0001\u0007welcome";

  private static final String CLOSE_1001 = "\u0088\u0002\u0003\u00e9";
  private static final String MASKED_CLOSE_1001 = "\u0088\u0082\0\0\0\0\u0003\u00e9";

  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture INNER =
      GatewayFixture.start(
          """
          upstreams: {service: {endpoints: %s}}
          routes: [{id: all, match: {path: "/**"}, to: service}]
          """
              .formatted(UPSTREAM.address()));
  private static final GatewayFixture GATEWAY = GatewayFixture.start(text("10m", "0s", "10s"));

  private static String text(String idle, String lifetime, String drain) {
    return """
    limits: {tunnel-idle: %s, tunnel-lifetime: %s}
    shutdown: {drain: %s}
    upstreams:
      direct: {endpoints: "%s"}
      inner: {endpoints: "127.0.0.1:%d", protocol: h2c}
    routes:
    - {id: direct, match: {path: "/direct/**"}, to: direct}
    - {id: inner, match: {path: "/inner/**"}, to: inner}
    - {id: own, match: {path: "/own"}, respond: {status: 403, body: "not you"}}
    """
        .formatted(idle, lifetime, drain, UPSTREAM.address(), INNER.port());
  }

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, INNER, UPSTREAM);

  /** Takes the handshake, sends something at once, and goes on as it is told. */
  private static Behaviour accepted(Behaviour then) {
    return request -> {
      String key = request.recorded().header("sec-websocket-key");
      request.write(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Accept: "
              + WebSocketHandshake.accept(key == null ? "" : key)
              + "\r\n\r\n"
              + WELCOME);
      then.serve(request);
      request.close();
    };
  }

  private static void echoBytes(Incoming tunnel) throws IOException {
    byte[] piece = new byte[16 * 1024];
    for (int count; (count = tunnel.read(piece)) >= 0; ) {
      tunnel.write(piece, count);
    }
  }

  /** Not at once: what a reset finds on its way it takes along. */
  private static void resetWhenAsked(Incoming tunnel) throws IOException {
    tunnel.read(new byte[5]);
    tunnel.reset();
  }

  static RawClient open(GatewayFixture gateway, String path) {
    RawClient client = gateway.connect();
    client.send(
        "GET "
            + path
            + " HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    return client;
  }

  private static int open(Http2Client client, String path) {
    int stream = client.newStream();
    client.send(
        Http2Frame.headers(
            stream,
            false,
            ":method",
            "CONNECT",
            ":protocol",
            "websocket",
            ":scheme",
            "http",
            ":path",
            path,
            ":authority",
            "localhost",
            "sec-websocket-version",
            "13",
            "sec-websocket-protocol",
            "chat"));
    return stream;
  }

  @ParameterizedTest
  @ValueSource(strings = {"/direct/chat?a=1", "/inner/chat?a=1"})
  void bytesGoBothWaysForAClientOfHttp1(String path) {
    int before = UPSTREAM.requests().size();
    UPSTREAM.next(accepted(WebSocketTest::echoBytes));
    try (RawClient client = open(GATEWAY, path)) {
      RawResponse answer = client.readResponse();
      assertEquals(101, answer.status());
      assertEquals("websocket", answer.header("upgrade"));
      assertTrue("upgrade".equalsIgnoreCase(answer.header("connection")));
      assertEquals("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", answer.header("sec-websocket-accept"));
      assertEquals("chat", answer.header("sec-websocket-protocol"));
      client.readUntil("welcome");
      for (int i = 0; i < 10; i++) {
        client.send("hello" + i);
        client.readUntil("hello" + i);
      }
      assertHandshakeSeen(UPSTREAM.awaitRequest(before + 1), path);
    }
    GATEWAY.awaitIdle();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/direct/chat?a=1", "/inner/chat?a=1"})
  void bytesGoBothWaysForAClientOfHttp2(String path) {
    int before = UPSTREAM.requests().size();
    UPSTREAM.next(accepted(WebSocketTest::echoBytes));
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = open(client, path);
      Http2Answer answer = client.head(stream);
      assertEquals(200, answer.status());
      assertNull(answer.header("upgrade"));
      assertNull(answer.header("connection"));
      assertNull(answer.header("sec-websocket-accept"));
      assertEquals("chat", answer.header("sec-websocket-protocol"));
      client.await("welcome", () -> answer.text().equals(WELCOME));
      client.send(Http2Frame.data(stream, false, "hello"));
      client.await("the echo", () -> answer.text().equals(WELCOME + "hello"));
      client.send(Http2Frame.data(stream, true, "bye"));
      assertEquals(WELCOME + "hellobye", client.answer(stream).text());
      assertHandshakeSeen(UPSTREAM.awaitRequest(before + 1), path);
    }
    GATEWAY.awaitIdle();
    INNER.awaitIdle();
  }

  private static void assertHandshakeSeen(Recorded seen, String path) {
    assertEquals("GET", seen.method());
    assertEquals(path, seen.target());
    assertEquals("websocket", seen.header("upgrade"));
    assertTrue("upgrade".equalsIgnoreCase(seen.header("connection")));
    assertEquals("13", seen.header("sec-websocket-version"));
    assertEquals("chat", seen.header("sec-websocket-protocol"));
    assertNotNull(seen.header("sec-websocket-key"));
    assertNull(seen.header("content-length"));
    assertNull(seen.header("transfer-encoding"));
  }

  @Test
  void megabytesGoBothWaysAtOnceOverBothVersions() throws InterruptedException {
    UPSTREAM.next(accepted(WebSocketTest::echoBytes));
    try (RawClient client = open(GATEWAY, "/inner/chat")) {
      assertEquals(101, client.readResponse().status());
      client.readUntil("welcome");
      Thread sender = Thread.ofVirtual().start(() -> client.sendPattern(5_000_000));
      client.readPattern(5_000_000);
      sender.join();
    }
    GATEWAY.awaitIdle();
    INNER.awaitIdle();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/direct/chat", "/inner/chat"})
  void eachSideMayGoOnBehindTheOthersEnd(String path) {
    AtomicReference<String> heard = new AtomicReference<>("");
    UPSTREAM.next(
        accepted(
            tunnel -> {
              tunnel.shutdownOutput();
              byte[] piece = new byte[100];
              for (int count; (count = tunnel.read(piece)) >= 0; ) {
                String more = new String(piece, 0, count, US_ASCII);
                heard.updateAndGet(text -> text + more);
              }
            }));
    try (RawClient client = open(GATEWAY, path)) {
      assertEquals(101, client.readResponse().status());
      assertEquals(WELCOME, new String(client.readUntilClosed(), US_ASCII));
      client.send("after your end").shutdownOutput();
      Eventually.within(PATIENCE, () -> heard.get().equals("after your end"));
    }
    UPSTREAM.next(
        accepted(
            tunnel -> {
              byte[] piece = new byte[100];
              while (tunnel.read(piece) >= 0) {
                // up to the client's end
              }
              tunnel.write(" and goodbye");
            }));
    try (RawClient client = open(GATEWAY, path)) {
      assertEquals(101, client.readResponse().status());
      client.send("bye").shutdownOutput();
      assertEquals(WELCOME + " and goodbye", new String(client.readUntilClosed(), US_ASCII));
    }
    GATEWAY.awaitIdle();
    INNER.awaitIdle();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/direct/chat", "/inner/chat"})
  void aResetOfEitherSideEndsTheOther(String path) {
    CountDownLatch closed = new CountDownLatch(1);
    UPSTREAM.next(
        accepted(
            tunnel -> {
              tunnel.awaitClosedByPeer();
              closed.countDown();
            }));
    try (RawClient client = open(GATEWAY, path)) {
      assertEquals(101, client.readResponse().status());
      client.reset();
    }
    Eventually.within(PATIENCE, () -> closed.getCount() == 0);
    UPSTREAM.next(accepted(WebSocketTest::resetWhenAsked));
    try (RawClient client = open(GATEWAY, path)) {
      assertEquals(101, client.readResponse().status());
      client.readUntil("welcome");
      client.send("reset");
      assertTrue(client.isClosedByPeer());
    }
    UPSTREAM.next(accepted(Incoming::reset));
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = open(client, path);
      client.await("a reset", () -> client.soFar(stream).isReset());
      UPSTREAM.next(accepted(WebSocketTest::echoBytes));
      int next = open(client, path);
      assertEquals(200, client.head(next).status());
    }
    GATEWAY.awaitIdle();
    INNER.awaitIdle();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/direct/chat", "/inner/chat"})
  void aRefusedHandshakeIsAnOrdinaryAnswer(String path) {
    UPSTREAM.next(raw("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"));
    try (RawClient client = open(GATEWAY, path)) {
      RawResponse answer = client.readResponse();
      assertEquals(401, answer.status());
      assertEquals("no", answer.text());
      assertEquals(200, client.get(path).status());
    }
    UPSTREAM.next(raw("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"));
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      Http2Answer answer = client.answer(open(client, path));
      assertEquals(401, answer.status());
      assertEquals("no", answer.text());
      assertEquals(200, client.answer(client.get(path)).status());
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void theGatewaysOwnAnswerOpensNoTunnel() {
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      Http2Answer answer = client.answer(open(client, "/own"));
      assertEquals(403, answer.status());
      assertEquals("not you", answer.text());
      assertEquals(404, client.answer(open(client, "/nothing")).status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/direct/chat", "/inner/chat"})
  void aWrongProofOpensNoTunnel(String path) {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\nleak"));
    try (RawClient client = open(GATEWAY, path)) {
      assertEquals(502, client.readResponse().status());
      assertFalse(client.received().contains("leak"));
    }
    GATEWAY.awaitIdle();
  }

  // ---- the gateway's own end of it ----

  /** What came through a tunnel up to its end, with every byte as a character. */
  private static Behaviour recordedIn(AtomicReference<String> heard) {
    return accepted(
        tunnel -> {
          byte[] piece = new byte[100];
          StringBuilder text = new StringBuilder();
          for (int count; (count = tunnel.read(piece)) >= 0; ) {
            text.append(new String(piece, 0, count, ISO_8859_1));
          }
          heard.set(text.toString());
        });
  }

  private static String rest(RawClient client) {
    return new String(client.readUntilClosed(), ISO_8859_1);
  }

  @Test
  void aDrainEndsWithGoingAwayOnBothSides() throws Exception {
    AtomicReference<String> first = new AtomicReference<>();
    AtomicReference<String> second = new AtomicReference<>();
    try (GatewayFixture gateway = GatewayFixture.start(text("10m", "0s", "3s"))) {
      UPSTREAM.next(recordedIn(first));
      try (RawClient old = open(gateway, "/direct/chat");
          Http2Client client = Http2Client.connect(gateway.port())) {
        old.readUntil("welcome");
        UPSTREAM.next(recordedIn(second));
        int stream = open(client, "/inner/chat");
        client.await("welcome", () -> client.soFar(stream).text().equals(WELCOME));
        CompletableFuture<Boolean> drained = gateway.gateway().drain();
        old.send("\u0081\u0001a");
        assertEquals(CLOSE_1001, rest(old));
        assertEquals(WELCOME + CLOSE_1001, client.answer(stream).text(ISO_8859_1));
        assertFalse(drained.get(30, TimeUnit.SECONDS));
      }
      Eventually.within(PATIENCE, () -> first.get() != null && second.get() != null);
      assertEquals("\u0081\u0001a" + MASKED_CLOSE_1001, first.get());
      assertEquals(MASKED_CLOSE_1001, second.get());
    }
  }

  @Test
  void noCloseIsPutIntoAFrame() throws Exception {
    try (GatewayFixture gateway = GatewayFixture.start(text("10m", "0s", "100ms"))) {
      UPSTREAM.next(
          accepted(
              tunnel -> {
                tunnel.write(new byte[] {(byte) 0x82, 5, 1, 2});
                tunnel.awaitClosedByPeer();
              }));
      try (RawClient client = open(gateway, "/direct/chat")) {
        client.readUntil("welcome");
        assertEquals(4, client.readExactly(4).length);
        gateway.gateway().drain().get(30, TimeUnit.SECONDS);
        assertEquals("", rest(client));
      }
    }
  }

  @Test
  void anIdleTunnelIsClosedInOrder() {
    AtomicReference<String> heard = new AtomicReference<>();
    try (GatewayFixture gateway = GatewayFixture.start(text("2s", "0s", "1s"))) {
      UPSTREAM.next(recordedIn(heard));
      try (RawClient client = open(gateway, "/direct/chat")) {
        client.readUntil("welcome");
        assertEquals(CLOSE_1001, rest(client));
      }
      Eventually.within(PATIENCE, () -> MASKED_CLOSE_1001.equals(heard.get()));
      assertEquals(1, gateway.rejected("tunnel_idle"));
      UPSTREAM.next(accepted(Incoming::awaitClosedByPeer));
      try (Http2Client client = Http2Client.connect(gateway.port())) {
        int stream = open(client, "/direct/chat");
        assertEquals(WELCOME + CLOSE_1001, client.answer(stream).text(ISO_8859_1));
      }
      assertEquals(2, gateway.rejected("tunnel_idle"));
      gateway.awaitIdle();
    }
  }

  @Test
  void aTunnelThatIsOldIsClosedThoughItIsUsed() {
    try (GatewayFixture gateway = GatewayFixture.start(text("10m", "3s", "1s"))) {
      UPSTREAM.next(accepted(WebSocketTest::echoBytes));
      try (RawClient client = open(gateway, "/inner/chat")) {
        client.readUntil("welcome");
        client.send("\u0081\u0001a");
        assertEquals("\u0081\u0001a" + CLOSE_1001, rest(client));
      }
      assertEquals(1, gateway.rejected("tunnel_lifetime"));
      gateway.awaitIdle();
    }
  }
}
