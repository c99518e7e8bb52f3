package dev.yumen.dataplane.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Datagrams and their sessions. */
class UdpTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String CLIENTS = "gateway_connections{listener=\"dns\"}";

  private static GatewayFixture gateway(String udp, String endpoints, String more) {
    return GatewayFixture.start(
        """
        listeners: {dns: {address: "127.0.0.1:0", udp: {to: service%s}}}
        upstreams: {service: {endpoints: [%s]}}
        %s
        """
            .formatted(udp, endpoints, more));
  }

  private static GatewayFixture gateway(UdpPeer service) {
    return gateway("", at(service), "");
  }

  private static String at(UdpPeer service) {
    return "\"127.0.0.1:" + service.port() + "\"";
  }

  private static long refused(GatewayFixture gateway, String reason) {
    return gateway.metric(
        "gateway_connections_refused_total{listener=\"dns\",reason=\"" + reason + "\"}");
  }

  @Test
  void eachClientHasItsSessionAndItsAnswers() {
    try (UdpPeer service = UdpPeer.service("a:");
        GatewayFixture gateway = gateway(service);
        UdpPeer one = UdpPeer.client();
        UdpPeer two = UdpPeer.client()) {
      int port = gateway.port("dns");
      for (int i = 0; i < 5; i++) {
        one.send("one" + i, port);
        two.send("two" + i, port);
      }
      for (int i = 0; i < 5; i++) {
        assertEquals("a:one" + i, one.read());
        assertEquals("a:two" + i, two.read());
      }
      assertEquals(2, gateway.metric(CLIENTS));
      assertEquals(2, Set.copyOf(service.senders()).size());
      assertEquals(
          40,
          gateway.metric("gateway_listener_bytes_total{listener=\"dns\",direction=\"received\"}"));
      assertEquals(
          60, gateway.metric("gateway_listener_bytes_total{listener=\"dns\",direction=\"sent\"}"));
    }
  }

  @Test
  void smallestAndLargestDatagramsPass() {
    try (UdpPeer service = UdpPeer.service("");
        GatewayFixture gateway = gateway(service);
        UdpPeer client = UdpPeer.client()) {
      for (int size : new int[] {1, 1_472, 9_000, 65_507}) {
        String text = "x".repeat(size);
        assertEquals(text, client.send(text, gateway.port("dns")).read());
      }
    }
  }

  @Test
  void aSessionEndsWhenNothingMoves() {
    try (UdpPeer service = UdpPeer.service("");
        GatewayFixture gateway = gateway(", session-timeout: 2s", at(service), "");
        UdpPeer client = UdpPeer.client()) {
      assertEquals("a", client.send("a", gateway.port("dns")).read());
      gateway.awaitMetric(CLIENTS, 0);
      assertEquals("b", client.send("b", gateway.port("dns")).read());
      assertEquals(2, new HashSet<>(service.senders()).size());
      assertEquals(2, gateway.metric("gateway_connections_accepted_total{listener=\"dns\"}"));
      gateway.awaitMetric(CLIENTS, 0);
    }
  }

  @Test
  void moreClientsThanAllowedAreDroppedAndCounted() {
    try (UdpPeer service = UdpPeer.service("");
        GatewayFixture gateway = gateway(", max-sessions: 1", at(service), "");
        UdpPeer one = UdpPeer.client();
        UdpPeer two = UdpPeer.client()) {
      int port = gateway.port("dns");
      assertEquals("a", one.send("a", port).read());
      two.send("b", port).send("c", port);
      gateway.awaitMetric(
          "gateway_connections_refused_total{listener=\"dns\",reason=\"udp_too_many_sessions\"}",
          2);
      assertTrue(two.isQuietFor(50));
      assertEquals("d", one.send("d", port).read());
      assertEquals(2, gateway.rejected("udp_too_many_sessions"));
    }
  }

  @Test
  void moreSessionsOfOneAddressThanAllowedAreDroppedAndCounted() {
    try (UdpPeer service = UdpPeer.service("");
        GatewayFixture gateway =
            gateway(", max-sessions-per-client: 1, session-timeout: 3s", at(service), "");
        UdpPeer one = UdpPeer.client();
        UdpPeer two = UdpPeer.client()) {
      int port = gateway.port("dns");
      assertEquals("a", one.send("a", port).read());
      two.send("b", port);
      Eventually.within(PATIENCE, () -> refused(gateway, "udp_too_many_sessions_of_client") == 1);
      gateway.awaitMetric(CLIENTS, 0);
      assertEquals("c", two.send("c", port).read());
    }
  }

  @Test
  void anEndpointWhereNobodyListensEndsTheSessionAndTheNextOneIsUsed() {
    int nobody;
    try (UdpPeer gone = UdpPeer.client()) {
      nobody = gone.port();
    }
    try (UdpPeer service = UdpPeer.service("");
        GatewayFixture gateway =
            gateway("", "\"127.0.0.1:" + nobody + "\", " + at(service), "runtime: {loops: 1}");
        UdpPeer client = UdpPeer.client()) {
      int port = gateway.port("dns");
      client.send("lost", port);
      gateway.awaitMetric(
          "gateway_connections_refused_total{listener=\"dns\",reason=\"udp_unreachable\"}", 1);
      gateway.awaitMetric(CLIENTS, 0);
      assertEquals("b", client.send("b", port).read());
    }
  }

  @Test
  void sessionsAreBalanced() {
    try (UdpPeer one = UdpPeer.service("1");
        UdpPeer two = UdpPeer.service("2");
        GatewayFixture gateway = gateway("", at(one) + ", " + at(two), "");
        UdpPeer a = UdpPeer.client();
        UdpPeer b = UdpPeer.client()) {
      Set<String> answers = new HashSet<>();
      answers.add(a.send("?", gateway.port("dns")).read());
      answers.add(b.send("?", gateway.port("dns")).read());
      assertEquals(Set.of("1?", "2?"), answers);
    }
  }

  @Test
  void sessionsOutliveReloadsAndNewOnesTakeTheNewWay() {
    String yaml =
        """
        listeners: {dns: {address: "127.0.0.1:0", udp: {to: service}}}
        upstreams: {service: {endpoints: [%s]}}
        """;
    try (UdpPeer before = UdpPeer.service("1");
        UdpPeer after = UdpPeer.service("2");
        GatewayFixture gateway = GatewayFixture.start(yaml.formatted(at(before)));
        UdpPeer old = UdpPeer.client();
        UdpPeer next = UdpPeer.client()) {
      int port = gateway.port("dns");
      assertEquals("1a", old.send("a", port).read());
      gateway.apply(yaml.formatted(at(after)));
      assertEquals(port, gateway.port("dns"));
      assertEquals("1b", old.send("b", port).read());
      assertEquals("2c", next.send("c", port).read());
    }
  }

  @Test
  void aListenerThatIsTakenAwayFreesItsPort() {
    String yaml =
        """
        listeners: {dns: {address: "127.0.0.1:%d"%s}}
        upstreams: {service: {endpoints: [%s]}}
        routes: [{id: all, match: {path: "/**"}, respond: {body: http}}]
        """;
    try (UdpPeer service = UdpPeer.service("");
        GatewayFixture gateway =
            GatewayFixture.start(yaml.formatted(0, ", udp: {to: service}", at(service)));
        UdpPeer client = UdpPeer.client()) {
      int port = gateway.port("dns");
      assertEquals("a", client.send("a", port).read());
      gateway.apply(yaml.formatted(0, "", at(service)));
      gateway.awaitMetric(CLIENTS, 0);
      gateway.apply(yaml.formatted(port, ", udp: {to: service}", at(service)));
      assertEquals(port, gateway.port("dns"));
      assertEquals("b", client.send("b", port).read());
    }
  }

  @Test
  void aDrainHearsKnownClientsOnly() throws Exception {
    try (UdpPeer service = UdpPeer.service("");
        GatewayFixture gateway =
            gateway(", session-timeout: 3s", at(service), "shutdown: {drain: 30s}");
        UdpPeer known = UdpPeer.client()) {
      int port = gateway.port("dns");
      assertEquals("a", known.send("a", port).read());
      CompletableFuture<Boolean> drained = gateway.gateway().drain();
      Eventually.within(
          PATIENCE,
          () -> {
            // a new client each time: one that came before the drain began stays known
            try (UdpPeer late = UdpPeer.client()) {
              late.send("b", port);
            }
            return refused(gateway, "udp_draining") > 0;
          });
      assertEquals("c", known.send("c", port).read());
      assertFalse(drained.isDone());
      assertTrue(drained.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void aPortInUseIsOneClearSentence() {
    try (UdpPeer taken = UdpPeer.client()) {
      AssertionError failure =
          assertThrows(
              AssertionError.class,
              () ->
                  GatewayFixture.start(
                      """
                      listeners: {dns: {address: "127.0.0.1:%d", udp: {to: service}}}
                      upstreams: {service: {endpoints: "127.0.0.1:9"}}
                      """
                          .formatted(taken.port())));
      assertTrue(
          failure
              .toString()
              .contains(
                  "listener dns can not listen on 127.0.0.1:"
                      + taken.port()
                      + ": the port is in use"),
          failure.toString());
    }
  }
}
