package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stopping without losing a stream (RFC 9113 §6.8), and reloading without touching one. */
@Timeout(60)
class Http2DrainTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());

  private static String config(String shutdown, String fixed) {
    return """
    shutdown: %s
    upstreams: {service: {endpoints: %s}}
    routes:
      - {id: all, match: {path: "/**"}, to: service}
      - {id: fixed, match: {path: "/fixed"}, respond: {body: %s}}
    """
        .formatted(shutdown, UPSTREAM.address(), fixed);
  }

  @BeforeEach
  void dropQueued() {
    UPSTREAM.dropQueued();
  }

  @AfterAll
  static void close() {
    UPSTREAM.close();
  }

  @Test
  void streamsInFlightAreFinished() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    try (GatewayFixture gateway = GatewayFixture.start(config("{drain: 30s}", "fixed"));
        Http2Client client = Http2Client.connect(gateway.port())) {
      List<Integer> streams = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        UPSTREAM.next(await(slow).then(respond(200, "late")));
        streams.add(client.get("/"));
      }
      gateway.awaitMetric("gateway_requests_in_flight", 20);
      CompletableFuture<Boolean> drained = gateway.gateway().drain();
      Http2Frame first = client.awaitGoAway();
      assertEquals(Http2Frame.NO_ERROR, first.error());
      assertEquals(Integer.MAX_VALUE, first.lastStream());
      // What was on its way when the first GOAWAY came is still taken.
      Http2Answer late = client.answer(client.get("/fixed"));
      assertEquals("fixed", late.text());
      assertFalse(drained.isDone());
      slow.countDown();
      for (int stream : streams) {
        assertEquals("late", client.answer(stream).text());
      }
      assertEquals(RawClient.End.CLOSED, client.readEnd());
      client.close();
      assertTrue(drained.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void idleConnectionsAreClosedInOrder() throws Exception {
    try (GatewayFixture gateway = GatewayFixture.start(config("{drain: 30s}", "fixed"));
        Http2Client used = Http2Client.connect(gateway.port());
        Http2Client fresh = Http2Client.connect(gateway.port())) {
      assertEquals("fixed", used.answer(used.get("/fixed")).text());
      fresh.ping();
      CompletableFuture<Boolean> drained = gateway.gateway().drain();
      for (Http2Client client : List.of(used, fresh)) {
        assertEquals(RawClient.End.CLOSED, client.readEnd());
        assertEquals(Http2Frame.NO_ERROR, client.awaitGoAway().error());
        client.close();
      }
      assertTrue(drained.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void aClientThatDoesNotAnswerThePingIsLeftAllTheSame() throws Exception {
    try (GatewayFixture gateway = GatewayFixture.start(config("{drain: 30s}", "fixed"));
        Http2Client client = Http2Client.connect(gateway.port()).keepPings()) {
      client.ping();
      CompletableFuture<Boolean> drained = gateway.gateway().drain();
      assertEquals(RawClient.End.CLOSED, client.readEnd());
      client.close();
      assertTrue(drained.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void whatDoesNotEndInTimeIsCutVisibly() throws Exception {
    try (GatewayFixture gateway = GatewayFixture.start(config("{drain: 300ms}", "fixed"));
        Http2Client client = Http2Client.connect(gateway.port())) {
      UPSTREAM.next(
          request -> {
            request.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
            request.awaitClosedByPeer();
            request.close();
          });
      int stream = client.get("/");
      client.head(stream);
      assertFalse(gateway.gateway().drain().get(30, TimeUnit.SECONDS));
      assertTrue(client.readEnd() != RawClient.End.STILL_OPEN);
      assertFalse(client.soFar(stream).isEnded());
    }
  }

  @Test
  void aReloadKeepsConnectionsAndStreams() {
    CountDownLatch slow = new CountDownLatch(1);
    try (GatewayFixture gateway = GatewayFixture.start(config("{drain: 30s}", "one"));
        Http2Client client = Http2Client.connect(gateway.port())) {
      UPSTREAM.next(await(slow).then(respond(200, "of the old one")));
      int old = client.get("/");
      gateway.awaitMetric("gateway_requests_in_flight", 1);
      assertEquals("one", client.answer(client.get("/fixed")).text());
      assertEquals(List.of(), gateway.apply(config("{drain: 30s}", "two")));
      assertEquals("two", client.answer(client.get("/fixed")).text());
      slow.countDown();
      assertEquals("of the old one", client.answer(old).text());
      assertTrue(client.ping().goAways().isEmpty());
    }
  }

  @Test
  void aConnectionIsLeftAfterItsNumberOfRequests() {
    try (GatewayFixture gateway =
            GatewayFixture.start(
                config("{drain: 30s}", "fixed") + "limits: {requests-per-connection: 3}\n");
        Http2Client client = Http2Client.connect(gateway.port())) {
      for (int i = 0; i < 3; i++) {
        assertEquals("fixed", client.answer(client.get("/fixed")).text());
      }
      assertEquals(Http2Frame.NO_ERROR, client.awaitGoAway().error());
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void theSecondGoAwayNamesTheLastStreamThatWasTaken() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    try (GatewayFixture gateway = GatewayFixture.start(config("{drain: 30s}", "fixed"));
        Http2Client client = Http2Client.connect(gateway.port())) {
      UPSTREAM.next(await(slow).then(respond(200, "late")));
      int stream = client.get("/");
      gateway.awaitMetric("gateway_requests_in_flight", 1);
      CompletableFuture<Boolean> drained = gateway.gateway().drain();
      client.await("two GOAWAYs", () -> client.goAways().size() == 2);
      assertEquals(Integer.MAX_VALUE, client.goAways().get(0).lastStream());
      assertEquals(stream, client.goAways().get(1).lastStream());
      slow.countDown();
      assertEquals("late", client.answer(stream).text());
      assertEquals(RawClient.End.CLOSED, client.readEnd());
      client.close();
      assertTrue(drained.get(30, TimeUnit.SECONDS));
    }
  }
}
