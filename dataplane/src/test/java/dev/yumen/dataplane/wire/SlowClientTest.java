package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.continueAndReadBody;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.readBody;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.stream;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that take their time: each limit ends them, and only them. */
class SlowClientTest {
  private static final ScriptedUpstream UPSTREAM =
      ScriptedUpstream.startWithReceiveBuffer(64 * 1024, echo());

  /** Of clients that are to be ended, and of none that may be held up by the machine it runs on. */
  private static final GatewayFixture GATEWAY =
      limited("header-timeout: 400ms, body-timeout: 300ms, write-timeout: 500ms");

  /** Of clients that pause for longer than some limits and are not to be ended. */
  private static final GatewayFixture PATIENT =
      limited("body-timeout: 3s, min-rate: 10000, min-rate-grace: 3s");

  /** Longer than the limits of the patient one. */
  private static final Duration LONG = Duration.ofSeconds(4);

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, PATIENT, UPSTREAM);

  private static GatewayFixture limited(String limits) {
    return GatewayFixture.start(
        """
        limits: {%s}
        upstreams: {service: {endpoints: %s}}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
            .formatted(limits, UPSTREAM.address()));
  }

  /** Sends a byte every so often until the gateway has had enough. */
  private static void drip(RawClient client, String text, Duration pause) {
    for (byte each : text.getBytes(US_ASCII)) {
      try {
        client.send(new byte[] {each});
      } catch (UncheckedIOException closed) {
        return;
      }
      LockSupport.parkNanos(pause.toNanos());
    }
  }

  private static RawClient narrowClient(GatewayFixture gateway) {
    return RawClient.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()), 4096);
  }

  private static void assertTimedOut(RawClient client) {
    RawResponse answer = client.readResponse();
    assertEquals(408, answer.status());
    assertEquals("close", answer.header("connection"));
    assertTrue(client.isClosedByPeer());
  }

  @Test
  void aHeadThatComesByteByByteIsEndedAtItsLimit() {
    long counted = GATEWAY.rejected("header_timeout");
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () ->
                      drip(
                          client,
                          "GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n",
                          Duration.ofMillis(50)));
      assertTimedOut(client);
      client.reset();
      sender.interrupt();
    }
    assertEquals(counted + 1, GATEWAY.rejected("header_timeout"));
    assertEquals(before, UPSTREAM.requests().size());
  }

  @Test
  void anEmptyLineBehindABodyIsNotTheBeginningOfARequest() {
    try (GatewayFixture gateway = limited("keep-alive: 2s, header-timeout: 400ms");
        RawClient client = gateway.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi\r\n");
      assertEquals(200, client.readResponse().status());
      assertEquals("", new String(client.readUntilClosed(), US_ASCII));
    }
  }

  @Test
  void aConnectionThatSaysNothingIsClosed() {
    try (GatewayFixture gateway = limited("keep-alive: 300ms");
        RawClient client = gateway.connect()) {
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void aRestedConnectionIsClosedInOrderAndCountsAsNothing() {
    try (GatewayFixture gateway = limited("keep-alive: 2s");
        RawClient client = gateway.connect()) {
      assertEquals(200, client.get("/").status());
      assertEquals(RawClient.End.CLOSED, client.readEnd());
      assertEquals(0, gateway.rejected("header_timeout"));
    }
  }

  @Test
  void aBodyThatStopsIsEndedAtItsLimit() {
    long counted = GATEWAY.rejected("body_timeout");
    int before = UPSTREAM.requests().size();
    CountDownLatch cancelled = new CountDownLatch(1);
    UPSTREAM.next(untilClosed(cancelled));
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
      assertTimedOut(client);
    }
    assertEquals(counted + 1, GATEWAY.rejected("body_timeout"));
    Eventually.within(Duration.ofSeconds(5), () -> cancelled.getCount() == 0);
    assertFalse(UPSTREAM.awaitRequest(before + 1).isComplete());
  }

  private static Behaviour untilClosed(CountDownLatch cancelled) {
    return request -> {
      request.awaitClosedByPeer();
      cancelled.countDown();
      request.close();
    };
  }

  @Test
  void aBodyThatComesByteByByteIsEndedByItsRate() {
    CountDownLatch cancelled = new CountDownLatch(1);
    UPSTREAM.next(untilClosed(cancelled));
    try (GatewayFixture gateway = limited("min-rate: 10000, min-rate-grace: 400ms");
        RawClient client = gateway.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
      Thread sender =
          Thread.ofVirtual().start(() -> drip(client, "x".repeat(1000), Duration.ofMillis(20)));
      assertTimedOut(client);
      client.reset();
      sender.interrupt();
      assertEquals(1, gateway.rejected("body_too_slow"));
      Eventually.within(Duration.ofSeconds(5), () -> cancelled.getCount() == 0);
    }
  }

  @Test
  void aDiscardedBodyThatStopsIsEndedToo() {
    long counted = GATEWAY.rejected("body_timeout");
    UPSTREAM.next(request -> request.respond(403, Map.of(), new byte[0]));
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
      assertEquals(403, client.readResponse().status());
      assertTrue(client.isClosedByPeer());
    }
    assertEquals(counted + 1, GATEWAY.rejected("body_timeout"));
  }

  @Test
  void aClientThatReadsNothingIsClosed() {
    long counted = GATEWAY.rejected("slow_reader");
    CountDownLatch cancelled = new CountDownLatch(1);
    UPSTREAM.next(endless(cancelled, new AtomicLong()));
    try (RawClient client = narrowClient(GATEWAY)) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      Eventually.within(Duration.ofSeconds(5), () -> cancelled.getCount() == 0);
      assertNotEquals(RawClient.End.STILL_OPEN, client.readEnd());
    }
    assertEquals(counted + 1, GATEWAY.rejected("slow_reader"));
    GATEWAY.awaitIdle();
  }

  /** Streams until the gateway has enough; counts what it took. */
  private static Behaviour endless(CountDownLatch cancelled, AtomicLong written) {
    return request -> {
      request.write("HTTP/1.1 200 OK\r\n\r\n");
      byte[] piece = new byte[16 * 1024];
      try {
        while (true) {
          request.write(piece);
          written.addAndGet(piece.length);
        }
      } catch (IOException e) {
        cancelled.countDown();
        throw e;
      }
    };
  }

  @Test
  void anOldClientThatReadsTooSlowlySeesNoOrderlyEnd() {
    CountDownLatch cancelled = new CountDownLatch(1);
    UPSTREAM.next(endless(cancelled, new AtomicLong()));
    try (RawClient client = narrowClient(GATEWAY)) {
      client.send("GET / HTTP/1.0\r\nHost: h\r\n\r\n");
      Eventually.within(Duration.ofSeconds(5), () -> cancelled.getCount() == 0);
      assertEquals(RawClient.End.RESET, client.readEnd());
    }
  }

  @Test
  void aClientThatReadsSteadilyIsLeftAlone() {
    UPSTREAM.next(stream(3_000_000));
    try (RawClient client = narrowClient(PATIENT)) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      client.readHead();
      for (int offset = 0; offset < 3_000_000; offset += 100_000) {
        client.readPattern(offset, 100_000);
        LockSupport.parkNanos(40_000_000);
      }
    }
  }

  @Test
  void aClientThatAsksWithoutReadingIsNotReadForEver() {
    long counted = GATEWAY.rejected("slow_reader");
    AtomicLong sent = new AtomicLong();
    try (RawClient client = narrowClient(GATEWAY)) {
      String request = "GET /" + "x".repeat(4000) + " HTTP/1.1\r\nHost: h\r\n\r\n";
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (sent.get() < 500_000_000) {
                        client.send(request);
                        sent.addAndGet(request.length());
                      }
                    } catch (UncheckedIOException closed) {
                      // as it should
                    }
                  });
      Eventually.within(
          Duration.ofSeconds(20), () -> GATEWAY.rejected("slow_reader") == counted + 1);
      client.reset();
      sender.interrupt();
    }
    assertTrue(sent.get() < 100_000_000, () -> sent + " bytes taken");
  }

  @Test
  void waitingForContinueIsNotSlow() {
    CountDownLatch go = new CountDownLatch(1);
    UPSTREAM.next(await(go).then(continueAndReadBody()).then(respond(200, "done")));
    try (RawClient client = PATIENT.connect()) {
      client.send(
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
      assertTrue(client.isQuietFor(LONG));
      go.countDown();
      assertEquals(100, client.readResponse().status());
      client.send("body");
      assertEquals("done", client.readResponse().text());
    }
  }

  @Test
  void aBodyIsNotBlamedForItsHead() {
    long half = LONG.toNanos() / 2;
    try (RawClient client = PATIENT.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\n");
      LockSupport.parkNanos(half);
      client.send("Content-Length: 8\r\n\r\nhalf");
      LockSupport.parkNanos(half);
      client.send("half");
      assertEquals(200, client.readResponse().status());
    }
  }

  @Test
  void aClientIsNotBlamedForASlowUpstream() {
    UPSTREAM.next(
        request -> {
          LockSupport.parkNanos(LONG.toNanos());
          request.readBody();
          request.respond(200, Map.of(), new byte[0]);
        });
    try (RawClient client = PATIENT.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\n\r\n");
      client.sendPattern(20_000_000);
      assertEquals(200, client.readResponse().status());
    }
  }

  @Test
  void slowClientsCostNoThreads() {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      clients.add(GATEWAY.connect().send("GET / HT"));
    }
    int before = ManagementFactory.getThreadMXBean().getThreadCount();
    for (int i = 0; i < 150; i++) {
      clients.add(
          GATEWAY.connect().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n"));
    }
    assertTrue(ManagementFactory.getThreadMXBean().getThreadCount() <= before + 8);
    clients.forEach(RawClient::close);
    GATEWAY.awaitMetric("gateway_connections{listener=\"http\"}", 0);
    GATEWAY.awaitIdle();
  }

  // ---- backpressure ----

  @Test
  void nothingIsReadAheadForAClientThatDoesNotRead() {
    AtomicLong written = new AtomicLong();
    CountDownLatch cancelled = new CountDownLatch(1);
    UPSTREAM.next(endless(cancelled, written));
    try (RawClient client = narrowClient(GATEWAY)) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      Eventually.within(Duration.ofSeconds(10), () -> cancelled.getCount() == 0);
    }
    // Kernel buffers of three sockets and one of ours.
    assertTrue(written.get() < 20_000_000, () -> written + " bytes taken");
  }

  @Test
  void nothingIsReadAheadForAnUpstreamThatDoesNotRead() {
    AtomicLong sent = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    UPSTREAM.next(await(done).then(readBody()).then(Incoming::close));
    try (RawClient client = PATIENT.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n");
      byte[] piece = new byte[64 * 1024];
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (sent.get() < 1_000_000_000) {
                        client.send(piece);
                        sent.addAndGet(piece.length);
                      }
                    } catch (UncheckedIOException closed) {
                      // the test is over
                    }
                  });
      long[] last = {-1};
      Eventually.within(
          Duration.ofSeconds(10),
          () -> {
            LockSupport.parkNanos(100_000_000);
            boolean stalled = sent.get() == last[0] && last[0] > 0;
            last[0] = sent.get();
            return stalled;
          });
      assertTrue(sent.get() < 30_000_000, () -> sent + " bytes taken");
      client.reset();
      done.countDown();
      sender.interrupt();
    }
    PATIENT.awaitIdle();
  }

  // ---- the last answer of a connection ----

  @Test
  void theLastAnswerIsSentWholeHoweverLongTheClientTakes() throws IOException {
    Path folder = Files.createTempDirectory("static");
    Path file = folder.resolve("large.bin");
    Files.write(file, PatternBytes.of(12_000_000));
    try (GatewayFixture gateway =
        GatewayFixture.start(
            "limits: {keep-alive: 2s}\n"
                + "routes: [{id: files, match: {path: \"/**\"}, static: {folder: \""
                + folder
                + "\"}}]")) {
      try (RawClient client = narrowClient(gateway)) {
        client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        client.readHead();
        client.readPattern(100_000);
        // The client ends its side while most of the answer is still to be sent.
        client.shutdownOutput();
        client.readPattern(100_000, 11_900_000);
        assertEquals(RawClient.End.CLOSED, client.readEnd());
      }
      try (RawClient client = narrowClient(gateway)) {
        client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        client.readHead();
        // Longer than the gateway waits for a client to close after its last answer.
        LockSupport.parkNanos(2_300_000_000L);
        client.readPattern(12_000_000);
        assertEquals(RawClient.End.CLOSED, client.readEnd());
      }
      try (RawClient client = narrowClient(gateway)) {
        client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
        client.readHead();
        // The rest of a connection begins when its answer was sent, not when it was made.
        LockSupport.parkNanos(3_000_000_000L);
        client.readPattern(12_000_000);
      }
    } finally {
      Files.delete(file);
      Files.delete(folder);
    }
  }

  // ---- how many there may be ----

  @Test
  void connectionsBeyondTheLimitsAreClosedAtOnceAndCounted() {
    try (GatewayFixture gateway =
        GatewayFixture.start(
            """
            limits: {connections: 5, connections-per-client: 3}
            routes: [{id: fixed, match: {path: "/"}, respond: {body: fixed}}]
            """)) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        RawClient client = gateway.connect();
        clients.add(client);
        assertEquals("fixed", client.get("/").text());
      }
      try (RawClient refused = gateway.connect()) {
        assertNotEquals(RawClient.End.STILL_OPEN, refused.readEnd());
      }
      assertEquals(1, gateway.rejected("too_many_connections_of_client"));
      clients.removeFirst().close();
      gateway.awaitMetric("gateway_connections{listener=\"http\"}", 2);
      try (RawClient again = gateway.connect()) {
        assertEquals("fixed", again.get("/").text());
      }
      clients.forEach(RawClient::close);
    }
  }
}
