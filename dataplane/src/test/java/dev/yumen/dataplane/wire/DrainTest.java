package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.readBody;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stopping without losing a request. */
class DrainTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());

  private static GatewayFixture gateway(String shutdown) {
    return GatewayFixture.start(
        """
        shutdown: %s
        upstreams: {service: {endpoints: %s}}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
            .formatted(shutdown, UPSTREAM.address()));
  }

  @BeforeEach
  void dropQueued() {
    UPSTREAM.dropQueued();
  }

  @AfterAll
  static void close() {
    UPSTREAM.close();
  }

  private static boolean takesConnections(int port) {
    try (RawClient client = RawClient.connect(port)) {
      return client.localPort() > 0;
    } catch (UncheckedIOException refused) {
      return false;
    }
  }

  @Test
  void requestsInFlightAreFinished() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    try (GatewayFixture gateway = gateway("{drain: 30s}")) {
      int port = gateway.port();
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        UPSTREAM.next(await(slow).then(respond(200, "late")));
        clients.add(gateway.connect().send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
      }
      RawClient idle = gateway.connect();
      clients.add(idle);
      gateway.awaitMetric("gateway_requests_in_flight", 20);
      gateway.awaitMetric("gateway_connections{listener=\"http\"}", 21);
      CompletableFuture<Boolean> drained = gateway.gateway().drain();
      assertEquals(RawClient.End.CLOSED, idle.readEnd());
      assertFalse(takesConnections(port));
      clients.removeLast().close();
      assertFalse(drained.isDone());
      slow.countDown();
      for (RawClient client : clients) {
        RawResponse answer = client.readResponse();
        assertEquals("late", answer.text());
        assertEquals("close", answer.header("connection"));
        assertEquals(RawClient.End.CLOSED, client.readEnd());
        client.close();
      }
      assertTrue(drained.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void idleConnectionsAreClosed() throws Exception {
    try (GatewayFixture gateway = gateway("{drain: 30s}");
        RawClient used = gateway.connect();
        RawClient fresh = gateway.connect()) {
      assertEquals(200, used.get("/").status());
      gateway.awaitMetric("gateway_connections{listener=\"http\"}", 2);
      CompletableFuture<Boolean> drained = gateway.gateway().drain();
      assertEquals(RawClient.End.CLOSED, used.readEnd());
      assertEquals(RawClient.End.CLOSED, fresh.readEnd());
      used.close();
      fresh.close();
      assertTrue(drained.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void aHeadThatHasBegunIsStillTaken() throws Exception {
    try (GatewayFixture gateway = gateway("{drain: 30s}");
        RawClient client = gateway.connect()) {
      client.send("GET / HTTP/1.1\r\nHo");
      gateway.awaitMetric("gateway_connections{listener=\"http\"}", 1);
      // The first half must be read before the drain begins; a whole exchange elsewhere says so.
      try (RawClient other = gateway.connect()) {
        other.get("/");
        other.get("/");
      }
      CompletableFuture<Boolean> drained = gateway.gateway().drain();
      int port = gateway.port();
      Eventually.within(PATIENCE, () -> !takesConnections(port));
      client.send("st: h\r\n\r\n");
      RawResponse answer = client.readResponse();
      assertEquals(200, answer.status());
      assertEquals("close", answer.header("connection"));
      client.close();
      assertTrue(drained.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void readinessIsTakenBackFirst() throws Exception {
    try (GatewayFixture gateway = gateway("{drain: 30s, notice: 3s}");
        RawClient management = RawClient.connect(gateway.port("management"))) {
      assertEquals(200, management.get("/ready").status());
      CompletableFuture<Boolean> drained = gateway.gateway().drain();
      Eventually.within(PATIENCE, () -> management.get("/ready").status() == 503);
      assertEquals(200, management.get("/health").status());
      assertTrue(management.get("/ready").text().contains("draining"));
      // Requests and connections are still taken while the news travels.
      try (RawClient client = gateway.connect()) {
        assertEquals(200, client.get("/").status());
      }
      assertTrue(drained.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void whatDoesNotEndInTimeIsCut() throws Exception {
    try (GatewayFixture gateway = gateway("{drain: 300ms}");
        RawClient client = gateway.connect()) {
      UPSTREAM.next(
          readBody()
              .then(
                  request -> {
                    request.write(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
                    request.awaitClosedByPeer();
                  }));
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      client.readUntil("ab");
      CompletableFuture<Boolean> drained = gateway.gateway().drain();
      assertFalse(drained.get(30, TimeUnit.SECONDS));
      assertTrue(client.isClosedByPeer());
      assertFalse(client.received().endsWith("0\r\n\r\n"));
    }
  }

  @Test
  void managementTellsOfItself() {
    try (GatewayFixture gateway = gateway("{drain: 1s}");
        RawClient management = RawClient.connect(gateway.port("management"));
        RawClient traffic = gateway.connect()) {
      assertEquals(200, management.get("/health").status());
      assertEquals(200, management.get("/healthz").status());
      assertTrue(management.get("/version").text().contains("yumen"));
      assertTrue(management.get("/metrics").text().contains("gateway_requests_in_flight"));
      assertEquals(404, management.get("/other").status());
      management.send("HEAD /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals(200, management.readResponse("HEAD").status());
      management.send("POST /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
      assertEquals(404, management.readResponse().status());
      assertEquals(200, management.get("/health").status());
      // The route takes everything, so the traffic port's own endpoints are not in its way.
      assertTrue(traffic.get("/health").text().contains("\"method\""));
    }
  }
}
