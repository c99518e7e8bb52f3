package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.neverAnswer;
import static dev.yumen.testkit.Behaviours.readBody;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.stream;
import static dev.yumen.testkit.Behaviours.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that go away, wholly or by half: the upstream is not kept busy for nobody. */
class AbortTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final FullServer FULL = FullServer.start();
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          limits: {half-close: 2s}
          upstreams:
            service: {endpoints: %s}
            full: {endpoints: "127.0.0.1:%d", timeout: {connect: 30s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: full, match: {path: /full}, to: full}
          """
              .formatted(UPSTREAM.address(), FULL.port()));

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, UPSTREAM, FULL);

  /** A server whose queue of connections is full: the next one is neither taken nor refused. */
  private record FullServer(ServerSocket server, List<Socket> inQueue) implements AutoCloseable {
    static FullServer start() {
      try {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        List<Socket> inQueue = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          inQueue.add(new Socket(server.getInetAddress(), server.getLocalPort()));
        }
        return new FullServer(server, inQueue);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    int port() {
      return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      server.close();
      for (Socket socket : inQueue) {
        socket.close();
      }
    }
  }

  private static Behaviour untilClosed(CountDownLatch closed) {
    return request -> {
      request.awaitClosedByPeer();
      closed.countDown();
      request.close();
    };
  }

  private static void awaitZero(CountDownLatch latch) {
    Eventually.within(PATIENCE, "closed at the upstream", () -> latch.getCount() == 0);
  }

  @Test
  void aResetBeforeTheAnswerCancelsTheRequest() {
    CountDownLatch closed = new CountDownLatch(1);
    int before = UPSTREAM.requests().size();
    UPSTREAM.next(readBody().then(untilClosed(closed)));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      UPSTREAM.awaitRequest(before + 1);
      client.reset();
    }
    awaitZero(closed);
    GATEWAY.awaitIdle();
  }

  @Test
  void closingBeforeTheAnswerCancelsTheRequestWhenTheHalfCloseLimitHasPassed() {
    CountDownLatch closed = new CountDownLatch(1);
    int before = UPSTREAM.requests().size();
    long failures = GATEWAY.failed("CLIENT_ABORT");
    UPSTREAM.next(readBody().then(untilClosed(closed)));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      UPSTREAM.awaitRequest(before + 1);
    }
    awaitZero(closed);
    GATEWAY.awaitIdle();
    assertEquals(failures + 1, GATEWAY.failed("CLIENT_ABORT"));
  }

  @Test
  void aResetWithinTheAnswersBodyCancelsTheRequest() {
    CountDownLatch closed = new CountDownLatch(1);
    UPSTREAM.next(
        write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
            .then(untilClosed(closed)));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      client.readUntil("first");
      client.reset();
    }
    awaitZero(closed);
    GATEWAY.awaitIdle();
  }

  @Test
  void aClientThatStopsReadingAndResetsCancelsALargeAnswer() {
    CountDownLatch failed = new CountDownLatch(1);
    UPSTREAM.next(
        request -> {
          try {
            stream(1L << 32).serve(request);
          } catch (IOException e) {
            failed.countDown();
            throw e;
          }
        });
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      client.readHead();
      client.readPattern(1000);
      client.reset();
    }
    awaitZero(failed);
    GATEWAY.awaitIdle();
  }

  @Test
  void aResetWithinTheRequestsBodyCancelsTheRequest() {
    CountDownLatch closed = new CountDownLatch(1);
    int before = UPSTREAM.requests().size();
    UPSTREAM.next(untilClosed(closed));
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhello");
      UPSTREAM.awaitRequest(before + 1);
      client.reset();
    }
    awaitZero(closed);
    GATEWAY.awaitIdle();
  }

  @Test
  void halfABodyIsNeverPassedOnAsAWholeOne() {
    for (String framing : List.of("Content-Length: 100", "Transfer-Encoding: chunked")) {
      int before = UPSTREAM.requests().size();
      try (RawClient client = GATEWAY.connect()) {
        client.send("POST / HTTP/1.1\r\nHost: h\r\n" + framing + "\r\n\r\n5\r\nhello\r\n");
        int connection = UPSTREAM.awaitRequest(before + 1).connection();
        client.shutdownOutput();
        assertTrue(client.isClosedByPeer());
        GATEWAY.awaitIdle();
        assertFalse(UPSTREAM.received(connection).contains("\r\n0\r\n"));
        assertFalse(UPSTREAM.requests().get(before).isComplete());
      }
    }
  }

  @Test
  void aClientThatLeavesWhileTheUpstreamIsConnectedCancelsTheAttempt() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /full HTTP/1.1\r\nHost: h\r\n\r\n");
      GATEWAY.awaitMetric("gateway_requests_in_flight", 1);
      client.reset();
    }
    GATEWAY.awaitIdle();
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /full HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      GATEWAY.awaitMetric("gateway_requests_in_flight", 1);
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void aHalfClosedClientStillGetsItsAnswer() {
    UPSTREAM.next(respond(200, "late"));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").shutdownOutput();
      assertEquals("late", client.readResponse().text());
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void aHalfClosedClientGetsALongAnswerWhole() {
    UPSTREAM.next(stream(3_000_000));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").shutdownOutput();
      client.readHead();
      client.readPattern(3_000_000);
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void pipelinedRequestsOfAHalfClosedClientAreAnswered() {
    UPSTREAM.next(respond(200, "one")).next(respond(200, "two"));
    try (RawClient client = GATEWAY.connect()) {
      client
          .send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
          .shutdownOutput();
      assertEquals("one", client.readResponse().text());
      assertEquals("two", client.readResponse().text());
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void closingAfterAHalfOfTheHeadIsNoRequest() {
    int before = UPSTREAM.requests().size();
    long truncated = GATEWAY.rejected("truncated_head");
    for (String half : List.of("G", "GET / HTTP/1.1\r\nHos")) {
      try (RawClient client = GATEWAY.connect()) {
        client.send(half).shutdownOutput();
        assertEquals(0, client.readUntilClosed().length);
      }
    }
    assertEquals(truncated + 2, GATEWAY.rejected("truncated_head"));
    assertEquals(before, UPSTREAM.requests().size());
  }

  @Test
  void aClientThatFinishesReadingLateGetsTheWholeLastAnswer() {
    // It closes its sending side, and goes on reading, while the end of the answer is on its way.
    UPSTREAM.next(stream(4_000_000));
    try (RawClient client =
        RawClient.connect(
            new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), GATEWAY.port()),
            16_384)) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      client.readHead();
      client.readPattern(2_000_000);
      client.shutdownOutput();
      client.readPattern(2_000_000, 2_000_000);
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void leavingNobodyBehindCostsNothing() {
    for (int i = 0; i < 20; i++) {
      UPSTREAM.next(neverAnswer());
      try (RawClient client = GATEWAY.connect()) {
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        GATEWAY.awaitMetric("gateway_requests_in_flight", 1);
        client.reset();
      }
      GATEWAY.awaitIdle();
    }
    GATEWAY.awaitMetric("gateway_connections{listener=\"http\"}", 0);
    GATEWAY.awaitMetric("gateway_upstream_connections{upstream=\"service\",state=\"active\"}", 0);
  }
}
