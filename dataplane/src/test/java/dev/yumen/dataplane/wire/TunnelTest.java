package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.raw;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** WebSocket by Upgrade: once the handshake is right, bytes go through as they are. */
class TunnelTest {
  /** The pair of RFC 6455 §1.3. */
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  private static final String SWITCHED =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Accept: "
          + ACCEPT
          + "\r\n\r\n";

  private static final String ASKING =
      "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
          + KEY
          + "\r\n\r\n";

  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          listeners: {http: {address: "127.0.0.1:0", protocols: [http1]}}
          upstreams: {service: {endpoints: %s}}
          routes: [{id: all, match: {path: "/**"}, to: service}]
          """
              .formatted(UPSTREAM.address()));

  /** With limits that end what rests; half of them is longer than a machine stands still. */
  private static final GatewayFixture LIMITED =
      GatewayFixture.start(
          """
          listeners: {http: {address: "127.0.0.1:0", protocols: [http1]}}
          limits: {tunnel-idle: 4s}
          upstreams: {service: {endpoints: %s, timeout: {request: 2s, idle: 2s}}}
          routes: [{id: all, match: {path: "/**"}, to: service}]
          """
              .formatted(UPSTREAM.address()));

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, LIMITED, UPSTREAM);

  private static void echoBytes(Incoming tunnel) throws IOException {
    byte[] piece = new byte[16 * 1024];
    for (int count; (count = tunnel.read(piece)) >= 0; ) {
      tunnel.write(piece, count);
    }
  }

  private static Behaviour switched(Behaviour then) {
    return raw(SWITCHED).then(then).then(Incoming::close);
  }

  @Test
  void bytesGoBothWays() {
    int before = UPSTREAM.requests().size();
    UPSTREAM.next(switched(TunnelTest::echoBytes));
    try (RawClient client = GATEWAY.connect()) {
      client.send(ASKING);
      RawResponse answer = client.readResponse();
      assertEquals(101, answer.status());
      assertEquals("websocket", answer.header("upgrade"));
      assertTrue("upgrade".equalsIgnoreCase(answer.header("connection")));
      assertEquals(ACCEPT, answer.header("sec-websocket-accept"));
      assertNull(answer.header("content-length"));
      Recorded seen = UPSTREAM.awaitRequest(before + 1);
      assertEquals("websocket", seen.header("upgrade"));
      assertTrue("upgrade".equalsIgnoreCase(seen.header("connection")));
      assertEquals(KEY, seen.header("sec-websocket-key"));
      for (int i = 0; i < 10; i++) {
        client.send("\u0081\u0005hello" + i);
        assertEquals("\u0081\u0005hello" + i, client.readUntil("hello" + i));
      }
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void megabytesGoBothWaysAtOnce() throws InterruptedException {
    UPSTREAM.next(switched(TunnelTest::echoBytes));
    try (RawClient client = GATEWAY.connect()) {
      client.send(ASKING);
      assertEquals(101, client.readResponse().status());
      Thread sender = Thread.ofVirtual().start(() -> client.sendPattern(5_000_000));
      client.readPattern(5_000_000);
      sender.join();
    }
  }

  @Test
  void bytesRightBehindTheSwitchAreNotLost() {
    UPSTREAM.next(raw(SWITCHED + "welcome").then(TunnelTest::echoBytes).then(Incoming::close));
    try (RawClient client = GATEWAY.connect()) {
      client.send(ASKING);
      assertEquals(101, client.readResponse().status());
      client.readUntil("welcome");
    }
  }

  @Test
  void theClientsEndReachesTheUpstreamWhichMayGoOn() {
    UPSTREAM.next(
        switched(
            tunnel -> {
              byte[] piece = new byte[100];
              while (tunnel.read(piece) >= 0) {
                // up to the client's end
              }
              tunnel.write("after your end");
            }));
    try (RawClient client = GATEWAY.connect()) {
      client.send(ASKING);
      assertEquals(101, client.readResponse().status());
      client.send("bye").shutdownOutput();
      assertEquals("after your end", new String(client.readUntilClosed(), US_ASCII));
    }
    GATEWAY.awaitIdle();
  }

  @RepeatedTest(20) // data and end may come in one reading or in two
  void theUpstreamsEndReachesTheClientWhichMayGoOn() {
    CountDownLatch heard = new CountDownLatch(1);
    UPSTREAM.next(
        switched(
            tunnel -> {
              tunnel.write("bye");
              tunnel.shutdownOutput();
              byte[] piece = new byte[100];
              StringBuilder text = new StringBuilder();
              for (int count; (count = tunnel.read(piece)) >= 0; ) {
                text.append(new String(piece, 0, count, US_ASCII));
              }
              if (text.toString().equals("after your end")) {
                heard.countDown();
              }
            }));
    try (RawClient client = GATEWAY.connect()) {
      client.send(ASKING);
      assertEquals(101, client.readResponse().status());
      assertEquals("bye", new String(client.readUntilClosed(), US_ASCII));
      client.send("after your end").shutdownOutput();
      Eventually.within(Duration.ofSeconds(5), () -> heard.getCount() == 0);
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void theClientsLastBytesReachAnUpstreamThatEndedFirstAndReadsSlowly() {
    AtomicLong read = new AtomicLong();
    CountDownLatch ended = new CountDownLatch(1);
    UPSTREAM.next(
        switched(
            tunnel -> {
              tunnel.shutdownOutput();
              byte[] piece = new byte[20_000];
              for (int count; (count = tunnel.read(piece)) >= 0; ) {
                read.addAndGet(count);
                LockSupport.parkNanos(1_000_000);
              }
              ended.countDown();
            }));
    try (RawClient client = GATEWAY.connect()) {
      client.send(ASKING);
      assertEquals(101, client.readResponse().status());
      client.readUntilClosed();
      client.sendPattern(8_000_000).shutdownOutput();
      Eventually.within(Duration.ofSeconds(20), () -> ended.getCount() == 0);
    }
    assertEquals(8_000_000, read.get());
  }

  @Test
  void aResetOfEitherSideEndsTheOther() {
    CountDownLatch closed = new CountDownLatch(1);
    UPSTREAM.next(
        switched(
            tunnel -> {
              tunnel.awaitClosedByPeer();
              closed.countDown();
            }));
    try (RawClient client = GATEWAY.connect()) {
      client.send(ASKING);
      assertEquals(101, client.readResponse().status());
      client.reset();
    }
    Eventually.within(Duration.ofSeconds(5), () -> closed.getCount() == 0);
    UPSTREAM.next(
        switched(
            tunnel -> {
              tunnel.read(new byte[5]);
              tunnel.reset();
            }));
    try (RawClient client = GATEWAY.connect()) {
      client.send(ASKING);
      assertEquals(101, client.readResponse().status());
      client.send("reset");
      assertTrue(client.isClosedByPeer());
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void aTunnelInWhichNothingMovesIsClosed() {
    UPSTREAM.next(switched(Incoming::awaitClosedByPeer));
    try (RawClient client = LIMITED.connect()) {
      client.send(ASKING);
      assertEquals(101, client.readResponse().status());
      // Longer than timeout.request and timeout.idle, which are about answers.
      assertTrue(client.isQuietFor(Duration.ofMillis(2_500)));
      assertTrue(client.isClosedByPeer());
    }
    LIMITED.awaitIdle();
  }

  @Test
  void aTunnelInWhichOneSideTalksStaysOpen() {
    UPSTREAM.next(switched(TunnelTest::echoBytes));
    try (RawClient client = LIMITED.connect()) {
      client.send(ASKING);
      assertEquals(101, client.readResponse().status());
      for (int i = 0; i < 3; i++) {
        assertTrue(client.isQuietFor(Duration.ofSeconds(2)));
        client.send("ping" + i);
        client.readUntil("ping" + i);
      }
    }
  }

  @Test
  void aRefusedUpgradeIsAnOrdinaryAnswer() {
    UPSTREAM.next(
        raw("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nUpgrade: websocket\r\n\r\nno"));
    try (RawClient client = GATEWAY.connect()) {
      client.send(ASKING);
      RawResponse answer = client.readResponse();
      assertEquals(403, answer.status());
      assertEquals("no", answer.text());
      assertNull(answer.header("upgrade"));
      assertEquals(200, client.get("/").status());
    }
  }

  @Test
  void aWrongProofOpensNoTunnel() {
    String wrong = SWITCHED.replace(ACCEPT, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    String missing = SWITCHED.replace("Sec-WebSocket-Accept: " + ACCEPT + "\r\n", "");
    String other = SWITCHED.replace("Upgrade: websocket", "Upgrade: h2c");
    for (String answer : new String[] {wrong, missing, other}) {
      CountDownLatch closed = new CountDownLatch(1);
      UPSTREAM.next(
          raw(answer + "leak")
              .then(
                  tunnel -> {
                    tunnel.awaitClosedByPeer();
                    closed.countDown();
                    tunnel.close();
                  }));
      try (RawClient client = GATEWAY.connect()) {
        client.send(ASKING);
        RawResponse refused = client.readResponse();
        assertEquals(502, refused.status());
        assertTrue(refused.text().contains("UPSTREAM_PROTOCOL"));
        assertFalse(client.received().contains("leak"));
      }
      Eventually.within(Duration.ofSeconds(5), () -> closed.getCount() == 0);
    }
  }

  @Test
  void aSwitchThatNobodyAskedForIsAFault() {
    UPSTREAM.next(raw(SWITCHED).then(Incoming::awaitClosedByPeer));
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.get("/");
      assertEquals(502, answer.status());
      assertTrue(answer.text().contains("UPSTREAM_PROTOCOL"));
    }
  }

  @Test
  void bytesSentAheadOpenNoTunnel() {
    CountDownLatch closed = new CountDownLatch(1);
    UPSTREAM.next(
        raw(SWITCHED)
            .then(
                tunnel -> {
                  tunnel.awaitClosedByPeer();
                  closed.countDown();
                  tunnel.close();
                }));
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send(ASKING + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
      RawResponse answer = client.readResponse();
      assertEquals(400, answer.status());
      assertEquals("close", answer.header("connection"));
      assertTrue(client.isClosedByPeer());
    }
    Eventually.within(Duration.ofSeconds(5), () -> closed.getCount() == 0);
    assertEquals(before + 1, UPSTREAM.requests().size());
    assertFalse(UPSTREAM.received().contains("smuggled"));
  }

  @Test
  void otherUpgradesAreNeverPassedOn() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer =
          client.get(
              "/",
              "Connection: Upgrade, HTTP2-Settings",
              "Upgrade: h2c",
              "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA");
      assertEquals(200, answer.status());
      client.get("/", "Connection: Upgrade", "Upgrade: TLS/1.0");
      client.get("/", "Upgrade: websocket");
      client.get("/", "Connection: Upgrade", "Upgrade: websocket, h2c");
    }
    for (int i = 1; i <= 4; i++) {
      Recorded seen = UPSTREAM.awaitRequest(before + i);
      assertNull(seen.header("upgrade"));
      assertNull(seen.header("connection"));
      assertNull(seen.header("http2-settings"));
    }
  }

  @Test
  void oldClientsCanNotUpgrade() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send(ASKING.replace("HTTP/1.1", "HTTP/1.0"));
      assertEquals(200, client.readResponse().status());
    }
    assertNull(UPSTREAM.awaitRequest(before + 1).header("upgrade"));
  }
}
