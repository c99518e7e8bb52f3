package dev.yumen.dataplane.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Http2Accepted;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.Http2Request;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sockets of clients on one side, windows of services that speak HTTP/2 on the other. */
@Timeout(60)
class Http2UpstreamFlowTest {
  private static final int LARGE = 24 << 20;

  /** What sockets of this machine and the gateway hold at most between two ends, and some. */
  private static final long IN_SOCKETS = 16 << 20;

  /** The gateway's window for one answer. */
  private static final int WINDOW = 256 * 1024;

  /** Without a window for so long, none will come. */
  private static final Duration STALL = Duration.ofMillis(1_500);

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Http2Service UPSTREAM = Http2Service.start();
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          runtime: {loops: 1}
          limits: {body: 1GiB}
          upstreams:
            service: {endpoints: "%1$s", protocol: h2c}
            slow: {endpoints: "%1$s", protocol: h2c, timeout: {idle: 250ms}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: slow, match: {path: "/slow"}, to: slow}
          """
              .formatted(UPSTREAM.address()));

  @AfterEach
  void closeConnections() {
    UPSTREAM.closeConnections();
    UPSTREAM.settings();
    GATEWAY.awaitUnconnected("service", "slow");
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  private static String post(String path, long length) {
    return "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + length + "\r\n\r\n";
  }

  /** Sends a body by a thread of its own, and counts what the socket took. */
  private static Thread sendCounted(RawClient client, long length, AtomicLong taken) {
    return Thread.ofVirtual()
        .start(
            () -> {
              byte[] piece = new byte[32 * 1024];
              try {
                for (long sent = 0; sent < length; sent += piece.length) {
                  PatternBytes.fill(piece, piece.length, sent);
                  client.send(piece);
                  taken.addAndGet(piece.length);
                }
              } catch (UncheckedIOException e) {
                // the gateway closed: as the test wants it
              }
            });
  }

  /** The value once it stays the same for a while. */
  private static long settled(AtomicLong value) {
    while (true) {
      long before = value.get();
      if (!Eventually.holdsWithin(STALL, () -> value.get() != before) && before > 0) {
        return before;
      }
    }
  }

  private static long buffers() {
    return GATEWAY.metric("gateway_buffer_memory_bytes{kind=\"direct\"}")
        + GATEWAY.metric("gateway_buffer_memory_bytes{kind=\"heap\"}");
  }

  private static void assertAnswers(Http2Accepted connection) {
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      Http2Request request = UPSTREAM.next().answer(200, "fine");
      assertEquals(connection, request.connection());
      assertEquals("fine", client.readResponse().text());
    }
  }

  // ---- requests ----

  @Test
  void aServiceThatGivesNoWindowPausesTheClient() throws InterruptedException {
    UPSTREAM.settings(Http2Frame.INITIAL_WINDOW_SIZE, 0);
    try (RawClient client = GATEWAY.connect()) {
      client.send(post("/", LARGE));
      Http2Request request = UPSTREAM.next().checkPattern();
      long before = buffers();
      AtomicLong taken = new AtomicLong();
      Thread sender = sendCounted(client, LARGE, taken);
      assertTrue(settled(taken) < IN_SOCKETS, () -> taken + " bytes were taken");
      assertTrue(buffers() - before <= 8 << 20, () -> before + " -> " + buffers());
      assertEquals(0, request.bodyLength());
      assertAnswers(request.connection());
      request.connection().giveWindow(request.stream(), 1000);
      request.awaitBody(1000);
      request.connection().changeWindows(1 << 20);
      assertEquals(LARGE, request.awaitEnd().bodyLength());
      request.answer(200, "ok");
      assertEquals("ok", client.readResponse().text());
      sender.join();
    }
  }

  @Test
  void aServiceThatGivesNoWindowForLongIsGivenUp() throws InterruptedException {
    UPSTREAM.settings(Http2Frame.INITIAL_WINDOW_SIZE, 0);
    try (RawClient client = GATEWAY.connect()) {
      client.send(post("/slow", LARGE));
      Http2Request request = UPSTREAM.next();
      Thread sender = sendCounted(client, LARGE, new AtomicLong());
      RawResponse answer = client.readResponse();
      assertEquals(504, answer.status());
      assertTrue(answer.text().contains("UPSTREAM_TIMEOUT"), answer::text);
      assertEquals(Http2Frame.CANCEL, request.awaitReset());
      client.reset();
      sender.join();
    }
  }

  @Test
  void aClientOfHttp2IsPausedByTheServicesWindow() {
    UPSTREAM.settings(Http2Frame.INITIAL_WINDOW_SIZE, 0);
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = client.request("POST", "/", false);
      Http2Request request = UPSTREAM.next().checkPattern();
      long sent = client.sendPattern(stream, 0, LARGE, true, STALL);
      assertTrue(sent <= 1 << 20, () -> sent + " bytes were taken");
      request.connection().changeWindows(1 << 20);
      assertEquals(LARGE, client.sendPattern(stream, sent, LARGE, true, PATIENCE));
      assertEquals(LARGE, request.awaitEnd().bodyLength());
      request.answer(200, "ok");
      assertEquals("ok", client.answer(stream).text());
    }
  }

  @Test
  void theWindowOfAServicesConnectionHoldsForAllRequests() {
    try (RawClient one = GATEWAY.connect();
        RawClient two = GATEWAY.connect()) {
      one.send(post("/", 50_000));
      Http2Request first = UPSTREAM.next().checkPattern();
      Http2Accepted connection = first.connection().keepWindows();
      one.sendPattern(50_000);
      first.awaitEnd();
      two.send(post("/", 50_000)).sendPattern(50_000);
      Http2Request second = UPSTREAM.next().checkPattern().awaitBody(15_535);
      connection.ping();
      assertEquals(15_535, second.bodyLength());
      connection.giveWindow(second.stream(), 100_000).ping();
      assertEquals(15_535, second.bodyLength());
      connection.giveWindow(0, 100_000);
      assertEquals(50_000, second.awaitEnd().bodyLength());
      first.answer(200, "one");
      second.answer(200, "two");
      assertEquals("one", one.readResponse().text());
      assertEquals("two", two.readResponse().text());
    }
  }

  @Test
  void windowsThatShrinkBelowZeroAreHeeded() {
    try (RawClient client = GATEWAY.connect()) {
      client.send(post("/", 60_000));
      Http2Request request = UPSTREAM.next().checkPattern();
      Http2Accepted connection = request.connection().keepWindows();
      client.sendPattern(30_000);
      request.awaitBody(30_000);
      // 35,535 bytes of window were left; now there are 24,465 too few.
      connection.changeWindows(5_535).ping();
      client.send(Arrays.copyOfRange(PatternBytes.of(60_000), 30_000, 60_000));
      connection.giveWindow(request.stream(), 24_465).ping();
      assertEquals(30_000, request.bodyLength());
      connection.giveWindow(request.stream(), 1);
      request.awaitBody(30_001);
      connection.ping();
      assertEquals(30_001, request.bodyLength());
      connection.changeWindows(60_000);
      assertEquals(60_000, request.awaitEnd().bodyLength());
      request.answer(200, "ok");
      assertEquals("ok", client.readResponse().text());
    }
  }

  // ---- answers ----

  @Test
  void theWindowOfAnAnswerIsGivenBackAsTheClientReads() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      Http2Request request = UPSTREAM.next().head(200, "content-length", LARGE + "");
      Thread.ofVirtual()
          .start(() -> request.connection().sendPattern(request, LARGE, true, PATIENCE));
      client.readHead();
      client.readPattern(LARGE);
      assertAnswers(request.connection());
    }
  }

  @Test
  void aClientThatReadsNothingHoldsBackTheWindowOfItsAnswerAlone() {
    InetSocketAddress gateway =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), GATEWAY.port());
    try (RawClient client = RawClient.connect(gateway, 16 * 1024)) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      Http2Request request = UPSTREAM.next().head(200, "content-length", LARGE + "");
      Http2Accepted connection = request.connection();
      long before = buffers();
      long sent = connection.sendPattern(request, LARGE, true, STALL);
      assertTrue(sent < IN_SOCKETS, () -> sent + " bytes were taken");
      assertTrue(buffers() - before <= 8 << 20, () -> before + " -> " + buffers());
      assertTrue(connection.sendWindow(0) > WINDOW, "others have room");
      assertAnswers(connection);
      client.readHead();
      client.readPattern(sent);
      assertTrue(
          Eventually.holdsWithin(PATIENCE, () -> connection.sendWindow(request.stream()) > 0));
    }
  }

  @Test
  void moreThanTheWindowCostsTheStream() {
    InetSocketAddress gateway =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), GATEWAY.port());
    try (RawClient client = RawClient.connect(gateway, 16 * 1024)) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      Http2Request request = UPSTREAM.next().head(200);
      Http2Accepted connection = request.connection();
      assertTrue(connection.sendPattern(request, LARGE, false, STALL) < IN_SOCKETS);
      Http2Frame[] beyond = new Http2Frame[2 * WINDOW / 16_384];
      Arrays.fill(beyond, Http2Frame.data(request.stream(), false, new byte[16_384]));
      request.send(beyond);
      assertEquals(Http2Frame.FLOW_CONTROL_ERROR, request.awaitReset());
      assertAnswers(connection);
    }
  }

  @Test
  void whatCancelledAnswersLeftBehindIsGivenBackToTheConnection() {
    Http2Accepted connection = null;
    for (int i = 0; i < 110; i++) {
      try (RawClient client = GATEWAY.connect()) {
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        Http2Request request = UPSTREAM.next().head(200, "content-length", LARGE + "");
        connection = request.connection();
        client.readHead();
        client.reset();
        connection.sendPattern(request, WINDOW, false, Duration.ZERO);
        request.awaitReset();
      }
    }
    assertNotNull(connection);
    connection.ping();
    Http2Accepted used = connection;
    assertTrue(used.sendWindow(0) > 8 << 20, () -> used.sendWindow(0) + "");
    assertAnswers(used);
  }

  @Test
  void aServiceThatDribblesItsAnswerIsForwardedAtOnce() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      Http2Request request = UPSTREAM.next().head(200);
      for (int i = 0; i < 200; i++) {
        request.data("piece " + i + ";");
        client.readUntil("piece " + i + ";");
      }
      request.end("");
      client.readUntil("0\r\n\r\n");
      assertFalse(request.isReset());
      assertNotEquals(0, request.connection().sendWindow(0));
    }
  }
}
