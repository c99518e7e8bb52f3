package dev.yumen.dataplane.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that go through as they come. */
class TcpTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Sends back what comes, and ends when the peer has ended. */
  static final Behaviour ECHO =
      request -> {
        byte[] piece = new byte[16 * 1024];
        for (int count = request.read(piece); count >= 0; count = request.read(piece)) {
          request.write(piece, count);
        }
      };

  static GatewayFixture gateway(String tcp, String upstream, String more) {
    return GatewayFixture.start(
        """
        listeners: {db: {address: "127.0.0.1:0", tcp: {%s}}}
        upstreams: {service: {%s}}
        %s
        """
            .formatted(tcp, upstream, more));
  }

  private static GatewayFixture gateway(ScriptedUpstream service) {
    return gateway("to: service", "endpoints: " + service.address(), "");
  }

  private static RawClient connect(GatewayFixture gateway) {
    return RawClient.connect(gateway.port("db"));
  }

  private static long active(GatewayFixture gateway) {
    return gateway.metric("gateway_upstream_connections{upstream=\"service\",state=\"active\"}");
  }

  @Test
  void bytesGoBothWays() {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(ECHO);
        GatewayFixture gateway = gateway(service);
        RawClient client = connect(gateway)) {
      client.send("one").readUntil("one");
      client.send("two").readUntil("two");
      assertEquals(1, service.connections());
      assertEquals(1, active(gateway));
      assertEquals(
          6,
          gateway.metric("gateway_listener_bytes_total{listener=\"db\",direction=\"received\"}"));
      assertEquals(
          6, gateway.metric("gateway_listener_bytes_total{listener=\"db\",direction=\"sent\"}"));
      client.shutdownOutput();
      assertEquals(RawClient.End.CLOSED, client.readEnd());
      gateway.awaitMetric("gateway_connections{listener=\"db\"}", 0);
      Eventually.within(PATIENCE, () -> active(gateway) == 0);
    }
  }

  @Test
  void theServiceMaySpeakFirst() {
    Behaviour greeting =
        request -> {
          request.write("220 ready\r\n");
          request.shutdownOutput();
        };
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(greeting);
        GatewayFixture gateway = gateway(service);
        RawClient client = connect(gateway)) {
      client.readUntil("220 ready\r\n");
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void endOfAClientsBytesIsPassedOnAndTheAnswerStillComes() {
    CountDownLatch ended = new CountDownLatch(1);
    Behaviour answersAtTheEnd =
        request -> {
          StringBuilder all = new StringBuilder();
          byte[] piece = new byte[100];
          for (int count = request.read(piece); count >= 0; count = request.read(piece)) {
            all.append(new String(piece, 0, count, ISO_8859_1));
          }
          ended.countDown();
          request.write("got " + all);
        };
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(answersAtTheEnd);
        GatewayFixture gateway = gateway(service);
        RawClient client = connect(gateway)) {
      client.send("all of it").shutdownOutput();
      assertEquals("got all of it", new String(client.readUntilClosed(), ISO_8859_1));
      assertEquals(0, ended.getCount());
    }
  }

  @Test
  void endOfAServicesBytesIsPassedOnAndTheClientMaySpeakOn() throws Exception {
    CompletableFuture<String> heard = new CompletableFuture<>();
    Behaviour endsFirst =
        request -> {
          request.write("bye");
          request.shutdownOutput();
          byte[] piece = new byte[100];
          int count = request.read(piece);
          heard.complete(new String(piece, 0, count, ISO_8859_1));
        };
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(endsFirst);
        GatewayFixture gateway = gateway(service);
        RawClient client = connect(gateway)) {
      assertEquals("bye", new String(client.readUntilClosed(), ISO_8859_1));
      client.send("still here");
      assertEquals("still here", heard.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void aResetIsAResetForTheOtherSide() {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(ECHO);
        GatewayFixture gateway = gateway(service)) {
      try (RawClient client = connect(gateway)) {
        client.send("x").readUntil("x");
        service.resetConnections();
        assertEquals(RawClient.End.RESET, client.readEnd());
      }
      RawClient client = connect(gateway);
      client.send("y").readUntil("y");
      client.reset();
      service.awaitOpenConnections(0);
      gateway.awaitMetric("gateway_connections{listener=\"db\"}", 0);
    }
  }

  @Test
  void largeStreamsArriveWholeBothWays() throws Exception {
    long size = 30L << 20;
    Behaviour both =
        request -> {
          Thread answer =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try {
                          sendPattern(request, size);
                          request.shutdownOutput();
                        } catch (IOException e) {
                          throw new UncheckedIOException(e);
                        }
                      });
          readPattern(request, size);
          try {
            answer.join();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(both);
        GatewayFixture gateway = gateway(service);
        RawClient client = connect(gateway)) {
      CompletableFuture<Void> sent =
          CompletableFuture.runAsync(() -> client.sendPattern(size).shutdownOutput());
      client.readPattern(size);
      assertEquals(RawClient.End.CLOSED, client.readEnd());
      sent.get(30, TimeUnit.SECONDS);
    }
  }

  private static void sendPattern(Incoming request, long size) throws IOException {
    byte[] piece = new byte[64 * 1024];
    for (long at = 0; at < size; at += piece.length) {
      PatternBytes.fill(piece, piece.length, at);
      request.write(piece, piece.length);
    }
  }

  private static void readPattern(Incoming request, long size) throws IOException {
    byte[] piece = new byte[64 * 1024];
    long at = 0;
    while (at < size) {
      int count = request.read(piece);
      PatternBytes.check(piece, count, at);
      at += count;
    }
  }

  /** What neither side has read yet is bounded: the writer is stopped. */
  @Test
  void aClientThatDoesNotReadStopsTheService() {
    AtomicLong written = new AtomicLong();
    Behaviour endless =
        request -> {
          byte[] piece = new byte[16 * 1024];
          while (true) {
            request.write(piece);
            written.addAndGet(piece.length);
          }
        };
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(endless);
        GatewayFixture gateway = gateway(service);
        RawClient client =
            RawClient.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port("db")),
                8 * 1024)) {
      assertStops(written);
      // All of it is in the kernel's buffers but for limits.buffer and one reading.
      long before = sent(gateway);
      client.readExactly(4 << 20);
      assertTrue(sent(gateway) > before);
      service.closeConnections();
    }
  }

  @Test
  void aServiceThatDoesNotReadStopsTheClient() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    AtomicLong written = new AtomicLong();
    Behaviour deaf =
        request -> {
          try {
            done.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(deaf);
        GatewayFixture gateway = gateway(service);
        RawClient client = connect(gateway)) {
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (true) {
                        client.send(new byte[16 * 1024]);
                        written.addAndGet(16 * 1024);
                      }
                    } catch (UncheckedIOException ended) {
                      // the end of the test
                    }
                  });
      assertStops(written);
      done.countDown();
      service.resetConnections();
      writer.join();
    }
  }

  private static void assertStops(AtomicLong written) {
    long[] last = {-1};
    Eventually.within(
        PATIENCE,
        "a writer that is stopped",
        () -> {
          long now = written.get();
          boolean still = now > 0 && now == last[0] && stillAfterAMoment(written, now);
          last[0] = now;
          return still;
        });
  }

  private static boolean stillAfterAMoment(AtomicLong written, long now) {
    return !Eventually.holdsWithin(Duration.ofMillis(300), () -> written.get() != now);
  }

  private static long sent(GatewayFixture gateway) {
    return gateway.metric("gateway_listener_bytes_total{listener=\"db\",direction=\"sent\"}");
  }

  @Test
  void connectionsAreBalanced() {
    try (ScriptedUpstream one = ScriptedUpstream.startOnConnect(ECHO);
        ScriptedUpstream two = ScriptedUpstream.startOnConnect(ECHO);
        GatewayFixture gateway =
            gateway(
                "to: service",
                "endpoints: [\"%s\", \"%s\"], balance: least-request"
                    .formatted(one.address(), two.address()),
                "runtime: {loops: 1}")) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        clients.add(connect(gateway).send("a"));
        clients.getLast().readUntil("a");
      }
      assertEquals(5, one.connections());
      assertEquals(5, two.connections());
      clients.forEach(RawClient::close);
    }
  }

  @Test
  void anEndpointThatRefusesIsPassedOver() {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(ECHO);
        GatewayFixture gateway =
            gateway(
                "to: service",
                "endpoints: [\"127.0.0.1:%d\", \"%s\"]"
                    .formatted(ScriptedUpstream.unusedPort(), service.address()),
                "")) {
      for (int i = 0; i < 6; i++) {
        try (RawClient client = connect(gateway)) {
          client.send("a").readUntil("a");
        }
      }
      assertEquals(6, service.connections());
      assertTrue(
          gateway.metric("gateway_upstream_connects_total{upstream=\"service\",result=\"failed\"}")
              > 0);
    }
  }

  @Test
  void withoutAnEndpointTheClientIsClosedAndCounted() {
    try (GatewayFixture gateway =
            gateway("to: service", "endpoints: 127.0.0.1:" + ScriptedUpstream.unusedPort(), "");
        RawClient client = connect(gateway)) {
      assertTrue(client.isClosedByPeer());
      assertEquals(
          1,
          gateway.metric(
              "gateway_connections_refused_total{listener=\"db\",reason=\"tcp_connect_failed\"}"));
      gateway.awaitMetric("gateway_connections{listener=\"db\"}", 0);
    }
  }

  @Test
  void moreConnectionsThanAllowedAreClosed() {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(ECHO);
        GatewayFixture gateway =
            gateway(
                "to: service",
                "endpoints: " + service.address(),
                "limits: {connections-per-client: 1}");
        RawClient first = connect(gateway)) {
      first.send("a").readUntil("a");
      try (RawClient second = connect(gateway)) {
        assertTrue(second.isClosedByPeer());
      }
      assertEquals(
          1,
          gateway.metric(
              "gateway_connections_refused_total{listener=\"db\",reason=\"too_many_connections_of_client\"}"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"idle-timeout: 2s", "lifetime: 2s"})
  void aConnectionEndsInTime(String limit) {
    String reason = limit.startsWith("idle") ? "tcp_idle" : "tcp_lifetime";
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(ECHO);
        GatewayFixture gateway =
            gateway("to: service, " + limit, "endpoints: " + service.address(), "");
        RawClient client = connect(gateway)) {
      client.send("a").readUntil("a");
      assertEquals(RawClient.End.RESET, client.readEnd());
      service.awaitOpenConnections(0);
      assertEquals(1, gateway.rejected(reason));
    }
  }

  @Test
  void openConnectionsOutliveReloadsAndNewOnesTakeTheNewWay() {
    String yaml =
        """
        listeners: {db: {address: "127.0.0.1:0", tcp: {to: service}}}
        upstreams: {service: {endpoints: "%s"}}
        """;
    try (ScriptedUpstream before = ScriptedUpstream.startOnConnect(ECHO);
        ScriptedUpstream after = ScriptedUpstream.startOnConnect(ECHO);
        GatewayFixture gateway = GatewayFixture.start(yaml.formatted(before.address()));
        RawClient old = connect(gateway)) {
      old.send("a").readUntil("a");
      int states = gateway.gateway().heldStates();
      for (int i = 0; i < 5; i++) {
        gateway.apply(yaml.formatted(i % 2 == 0 ? after.address() : before.address()));
      }
      old.send("b").readUntil("b");
      try (RawClient next = connect(gateway)) {
        next.send("c").readUntil("c");
      }
      assertEquals(1, before.connections());
      assertEquals(1, after.connections());
      // An open connection holds nothing of the configuration that it began with.
      Eventually.within(PATIENCE, () -> gateway.gateway().heldStates() == states);
      old.send("d").readUntil("d");
    }
  }

  @Test
  void aListenerMayChangeItsKindWithoutClosingItsPort() {
    String yaml =
        """
        listeners: {db: {address: "127.0.0.1:0"%s}}
        upstreams: {service: {endpoints: "%s"}}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """;
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(ECHO);
        GatewayFixture gateway = GatewayFixture.start(yaml.formatted("", service.address()))) {
      int port = gateway.port("db");
      gateway.apply(yaml.formatted(", tcp: {to: service}", service.address()));
      assertEquals(port, gateway.port("db"));
      try (RawClient client = connect(gateway)) {
        client.send("no http").readUntil("no http");
      }
    }
  }

  @Test
  void aDrainWaitsForConnectionsAndThenCutsThem() throws Exception {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(ECHO)) {
      try (GatewayFixture gateway =
              gateway("to: service", "endpoints: " + service.address(), "shutdown: {drain: 30s}");
          RawClient client = connect(gateway)) {
        client.send("a").readUntil("a");
        int port = gateway.port("db");
        CompletableFuture<Boolean> drained = gateway.gateway().drain();
        Eventually.within(
            PATIENCE,
            () -> {
              try (RawClient late = RawClient.connect(port)) {
                return false;
              } catch (UncheckedIOException refused) {
                return true;
              }
            });
        client.send("b").readUntil("b");
        assertFalse(drained.isDone());
        client.shutdownOutput();
        assertEquals(RawClient.End.CLOSED, client.readEnd());
        assertTrue(drained.get(30, TimeUnit.SECONDS));
      }
      try (GatewayFixture gateway =
              gateway(
                  "to: service", "endpoints: " + service.address(), "shutdown: {drain: 200ms}");
          RawClient client = connect(gateway)) {
        client.send("a").readUntil("a");
        assertFalse(gateway.gateway().drain().get(30, TimeUnit.SECONDS));
        assertEquals(RawClient.End.RESET, client.readEnd());
      }
    }
  }

  @Test
  void aPortInUseIsOneClearSentence() {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(ECHO)) {
      AssertionError failure =
          assertThrows(
              AssertionError.class,
              () ->
                  GatewayFixture.start(
                      """
                      listeners: {db: {address: "%1$s", tcp: {to: service}}}
                      upstreams: {service: {endpoints: "%1$s"}}
                      """
                          .formatted(service.address())));
      assertTrue(failure.toString().contains("the port is in use"), failure.toString());
    }
  }
}
