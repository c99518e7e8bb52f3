package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.stream;
import static dev.yumen.testkit.Behaviours.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Windows of HTTP/2 on one side, sockets on the other: whoever is slow slows the other down. */
@Timeout(60)
class Http2FlowTest {
  private static final int LARGE = 50 << 20;
  private static final int MEDIUM = 24 << 20;

  /** What sockets of this machine hold at most between two ends, and some. */
  private static final long IN_SOCKETS = 16 << 20;

  /** Without a window for so long, none will come. */
  private static final Duration STALL = Duration.ofMillis(1_500);

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final ScriptedUpstream UPSTREAM =
      ScriptedUpstream.startWithReceiveBuffer(64 * 1024, respond(200, "usual"));
  private static final String ROUTE =
      """

      upstreams: {service: {endpoints: %s}}
      routes: [{id: all, match: {path: "/**"}, to: service}]
      """
          .formatted(UPSTREAM.address());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          "limits: {http2: {stream-window: 128KiB, connection-window: 256KiB}}" + ROUTE);

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, UPSTREAM);

  private static Http2Client connect(int... settings) {
    return Http2Client.connect(GATEWAY.port(), settings);
  }

  /** A large answer that counts what the socket took. */
  private static Behaviour counted(int length, AtomicLong taken) {
    return request -> {
      request.readBody();
      request.write("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
      byte[] piece = new byte[32 * 1024];
      for (int sent = 0; sent < length; sent += piece.length) {
        PatternBytes.fill(piece, piece.length, sent);
        request.write(piece);
        taken.addAndGet(piece.length);
      }
    };
  }

  /** The value once it stays the same for a while, reading meanwhile what comes. */
  private static long settled(Http2Client client, AtomicLong value) {
    long[] last = {-1};
    int[] looks = {0};
    client.timeout(Duration.ofMillis(100));
    Eventually.within(
        Duration.ofSeconds(10),
        "the upstream waits",
        () -> {
          assertEquals(RawClient.End.STILL_OPEN, client.readEnd());
          long now = value.get();
          looks[0] = now == last[0] && now > 0 ? looks[0] + 1 : 0;
          last[0] = now;
          return looks[0] == 3; // once may be a machine that stood still
        });
    client.timeout(Duration.ofSeconds(10));
    return last[0];
  }

  private static long buffers() {
    return GATEWAY.metric("gateway_buffer_memory_bytes{kind=\"direct\"}")
        + GATEWAY.metric("gateway_buffer_memory_bytes{kind=\"heap\"}");
  }

  // ---- answers ----

  @Test
  void aClosedStreamWindowPausesTheUpstream() {
    AtomicLong taken = new AtomicLong();
    UPSTREAM.next(counted(LARGE, taken));
    try (Http2Client client = connect(Http2Frame.INITIAL_WINDOW_SIZE, 1000).keepWindows()) {
      int stream = client.get("/large");
      client.checkPattern(stream).head(stream);
      long before = buffers();
      assertTrue(settled(client, taken) < IN_SOCKETS, () -> taken + " bytes taken");
      assertEquals(1000, client.soFar(stream).bodyLength());
      assertTrue(buffers() - before < (2 << 20), () -> before + " became " + buffers());
      client.giveWindow(0, LARGE).giveWindow(stream, LARGE);
      assertEquals(LARGE, client.answer(stream).bodyLength());
      assertTrue(client.soFar(stream).isEnded());
    }
  }

  @Test
  void aClosedConnectionWindowPausesEveryUpstream() {
    AtomicLong first = new AtomicLong();
    AtomicLong second = new AtomicLong();
    UPSTREAM.next(counted(MEDIUM, first)).next(counted(MEDIUM, second));
    try (Http2Client client = connect(Http2Frame.INITIAL_WINDOW_SIZE, 1 << 30).keepWindows()) {
      int one = client.get("/large");
      int two = client.get("/large");
      client.checkPattern(one).checkPattern(two);
      assertTrue(settled(client, first) < IN_SOCKETS, () -> first + " bytes taken");
      assertTrue(settled(client, second) < IN_SOCKETS, () -> second + " bytes taken");
      assertEquals(65_535, client.soFar(one).bodyLength() + client.soFar(two).bodyLength());
      client.giveWindow(0, 1 << 30);
      assertEquals(MEDIUM, client.answer(one).bodyLength());
      assertEquals(MEDIUM, client.answer(two).bodyLength());
    }
  }

  @Test
  void aShortPauseIsNoReasonToGiveUp() {
    UPSTREAM.next(stream(300_000));
    try (Http2Client client = connect().keepWindows()) {
      int stream = client.get("/");
      client.checkPattern(stream).head(stream);
      // Shorter than write-timeout, but longer than the time between two looks at the stream.
      client.timeout(Duration.ofMillis(1_100));
      assertEquals(RawClient.End.STILL_OPEN, client.readEnd());
      client.timeout(Duration.ofSeconds(10)).giveWindow(stream, 300_000).giveWindow(0, 300_000);
      assertEquals(300_000, client.answer(stream).bodyLength(), client.soFar(stream)::toString);
    }
  }

  @Test
  void aServiceThatGoesOnSendingWhileItIsPausedIsResumed() {
    int most = 96 * 1024;
    CountDownLatch some = new CountDownLatch(1);
    CountDownLatch more = new CountDownLatch(1);
    CountDownLatch sent = new CountDownLatch(1);
    try (Http2Service shared =
            Http2Service.answering(
                call -> {
                  call.head(200).connection().sendPattern(call, most, false, PATIENCE);
                  call.ping();
                  some.countDown();
                  Eventually.within(PATIENCE, () -> more.getCount() == 0);
                  // Within the windows of the gateway, which has asked for a pause long ago.
                  call.data(new byte[1]).ping();
                  sent.countDown();
                  call.trailers("grpc-status", "0");
                });
        GatewayFixture gateway =
            GatewayFixture.start(
                """
                upstreams: {service: {endpoints: %s, protocol: h2c}}
                routes: [{id: all, match: {path: "/**"}, to: service}]
                """
                    .formatted(shared.address()));
        Http2Client client =
            Http2Client.connect(gateway.port(), Http2Frame.INITIAL_WINDOW_SIZE, 0).keepWindows()) {
      int stream = client.get("/");
      Eventually.within(PATIENCE, () -> some.getCount() == 0);
      int half = 48 * 1024;
      client
          .giveWindow(stream, half)
          .await("half", () -> client.soFar(stream).bodyLength() >= half);
      more.countDown();
      Eventually.within(PATIENCE, () -> sent.getCount() == 0);
      client.giveWindow(0, 1 << 20).giveWindow(stream, 1 << 20);
      assertEquals(most + 1, client.answer(stream).bodyLength());
      assertEquals("0", client.soFar(stream).trailers().getFirst().getValue());
    }
  }

  @Test
  void aWindowKeptAtZeroEndsTheStreamInTime() {
    CountDownLatch cancelled = new CountDownLatch(1);
    UPSTREAM.next(
        request -> {
          request.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\npart");
          request.awaitClosedByPeer();
          cancelled.countDown();
          request.close();
        });
    try (GatewayFixture gateway = GatewayFixture.start("limits: {write-timeout: 300ms}" + ROUTE);
        Http2Client client =
            Http2Client.connect(gateway.port(), Http2Frame.INITIAL_WINDOW_SIZE, 0)) {
      Http2Answer answer = client.answer(client.get("/"));
      assertEquals(200, answer.status());
      assertEquals(Http2Frame.CANCEL, answer.resetBy());
      assertEquals(1, gateway.rejected("slow_reader"));
      Eventually.within(PATIENCE, () -> cancelled.getCount() == 0);
      assertTrue(client.ping().goAways().isEmpty());
    }
  }

  // ---- requests ----

  @Test
  void aSlowUpstreamPausesTheClient() {
    CountDownLatch reading = new CountDownLatch(1);
    UPSTREAM.next(await(reading).then(respond(200, "got it all")));
    int before = UPSTREAM.requests().size();
    try (Http2Client client = connect()) {
      int stream = client.request("POST", "/", false);
      long sent = client.sendPattern(stream, 0, MEDIUM, true, STALL);
      assertTrue(sent < IN_SOCKETS, () -> sent + " bytes sent");
      assertEquals(0, client.sendWindow(stream));
      reading.countDown();
      assertEquals(MEDIUM, client.sendPattern(stream, sent, MEDIUM, true, PATIENCE));
      assertEquals("got it all", client.answer(stream).text());
    }
    Recorded request = UPSTREAM.awaitRequest(before + 1);
    assertEquals(MEDIUM, request.bodyLength());
    CRC32C expected = new CRC32C();
    expected.update(PatternBytes.of(MEDIUM));
    assertEquals(expected.getValue(), request.bodyChecksum());
  }

  @Test
  void aStalledRequestLeavesWindowToOthers() {
    CountDownLatch reading = new CountDownLatch(1);
    UPSTREAM.next(await(reading).then(respond(200, "late")));
    try (Http2Client client = connect()) {
      int stalled = client.request("POST", "/", false);
      client.sendPattern(stalled, 0, MEDIUM, true, STALL);
      int other = client.request("POST", "/", false);
      client.sendPattern(other, 100_000, true);
      assertEquals("usual", client.answer(other).text());
      // What the reset stream held of the connection's window comes back.
      client.send(Http2Frame.reset(stalled, Http2Frame.CANCEL));
      int third = client.request("POST", "/", false);
      client.sendPattern(third, 1_000_000, true);
      assertEquals("usual", client.answer(third).text());
    }
    reading.countDown();
    GATEWAY.awaitIdle();
  }

  @Test
  void anEndBehindTheLastByteOfAWindowComes() {
    CountDownLatch read = new CountDownLatch(1);
    String chunk = "bb8\r\n" + "x".repeat(3_000) + "\r\n";
    UPSTREAM.next(
        write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)
            .then(await(read))
            .then(write("0\r\n\r\n")));
    try (Http2Client client = connect(Http2Frame.INITIAL_WINDOW_SIZE, 0).keepWindows()) {
      int stream = client.get("/");
      assertEquals(200, client.head(stream).status());
      client.ping();
      assertEquals(0, client.soFar(stream).bodyLength());
      client.changeWindows(3_000);
      client.await("the body", () -> client.soFar(stream).bodyLength() == 3_000);
      read.countDown();
      assertTrue(client.answer(stream).isEnded());
    }
  }

  @Test
  void aClientThatReadsSlowlyButSteadilyGetsAll() {
    UPSTREAM.next(stream(LARGE));
    try (GatewayFixture gateway = GatewayFixture.start("limits: {write-timeout: 3s}" + ROUTE);
        Http2Client client = Http2Client.connect(gateway.port()).keepWindows()) {
      int stream = client.get("/");
      client.checkPattern(stream).head(stream);
      // Whenever the gateway looks, the window is used up, as with any client slower than upstream.
      long end = System.nanoTime() + 5_000_000_000L;
      client.timeout(Duration.ofMillis(50));
      while (System.nanoTime() < end) {
        assertEquals(RawClient.End.STILL_OPEN, client.readEnd());
        assertFalse(client.soFar(stream).isReset(), () -> client.soFar(stream).toString());
        client.giveWindow(0, 60_000).giveWindow(stream, 60_000);
      }
      client.timeout(Duration.ofSeconds(10)).giveWindow(0, LARGE).giveWindow(stream, LARGE);
      assertEquals(LARGE, client.answer(stream).bodyLength());
    }
  }

  @Test
  void aClientMayGiveBackItsWindowFrameByFrame() {
    UPSTREAM.next(stream(LARGE));
    try (Http2Client client = connect().giveBackAtOnce()) {
      int stream = client.get("/");
      assertEquals(LARGE, client.checkPattern(stream).answer(stream).bodyLength());
    }
  }

  @Test
  void aStreamWithoutWindowDoesNotHoldUpTheOthers() {
    AtomicLong taken = new AtomicLong();
    UPSTREAM.next(counted(MEDIUM, taken));
    try (Http2Client client = connect(Http2Frame.INITIAL_WINDOW_SIZE, 1000).keepWindows()) {
      int stalled = client.get("/large");
      client.head(stalled);
      settled(client, taken);
      for (int i = 0; i < 10; i++) {
        assertEquals("usual", client.answer(client.get("/")).text());
      }
      client.send(Http2Frame.reset(stalled, Http2Frame.CANCEL));
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void anEarlyAnswerIsSentWholeBeforeTheClientIsAskedToStop() {
    try (Http2Client client =
        Http2Client.connect(GATEWAY.port(), Http2Frame.INITIAL_WINDOW_SIZE, 0).keepWindows()) {
      UPSTREAM.next(write("HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nfixed"));
      int stream = client.request("POST", "/", false);
      client.sendPattern(stream, 0, 1_000_000, false, STALL);
      client.ping();
      Http2Answer answer = client.soFar(stream);
      assertFalse(answer.isReset(), answer::toString);
      client.giveWindow(stream, 1000);
      client.await("the whole answer", answer::isEnded);
      assertEquals("fixed", answer.text());
    }
  }
}
