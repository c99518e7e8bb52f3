package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Endpoints that are names: asked for again as their answers grow old. */
class NamesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final NameServer NAMES = NameServer.start();

  static {
    NAMES.put("two.example", 0, "127.0.0.1", "127.0.0.1");
  }

  @AfterAll
  static void close() {
    UPSTREAM.close();
    NAMES.close();
  }

  private static GatewayFixture gateway(String name) {
    return GatewayFixture.start(
        """
        upstreams:
          service:
            endpoints: "%s:%d"
            dns: {servers: ["%s"], min-ttl: 100ms, max-ttl: 2s}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
            .formatted(name, UPSTREAM.port(), NAMES.address()));
  }

  private static void awaitEndpoints(GatewayFixture gateway, int count) {
    gateway.awaitMetric("gateway_upstream_endpoints{upstream=\"service\"}", count);
  }

  @Test
  void aNameIsResolvedBeforeTheFirstRequest() {
    NAMES.put("known.example", 60, "127.0.0.1");
    try (GatewayFixture gateway = gateway("known.example");
        RawClient client = gateway.connect()) {
      assertEquals(200, client.get("/").status());
    }
  }

  @Test
  void addressesChangeWhenTheirTimeHasPassed() {
    NAMES.put("moving.example", 0, "127.0.0.1");
    try (GatewayFixture gateway = gateway("moving.example");
        RawClient client = gateway.connect()) {
      assertEquals(200, client.get("/").status());
      awaitEndpoints(gateway, 1);
      NAMES.put("moving.example", 0, "127.0.0.1", "127.0.0.9");
      awaitEndpoints(gateway, 2);
      // One of them refuses connections; requests go to the other one.
      for (int i = 0; i < 4; i++) {
        assertEquals(200, client.get("/").status());
      }
      NAMES.put("moving.example", 0, "127.0.0.9");
      awaitEndpoints(gateway, 1);
      RawResponse refused = client.get("/");
      assertEquals(502, refused.status());
      assertTrue(refused.text().contains("UPSTREAM_CONNECT_REFUSED"));
      // The pool of the address that is gone is closed.
      UPSTREAM.awaitOpenConnections(0);
      NAMES.put("moving.example", 0, "127.0.0.1");
      Eventually.within(PATIENCE, () -> client.get("/").status() == 200);
    }
  }

  @Test
  void anOutageOfTheNameServerKeepsWhatIsKnown() {
    NAMES.put("lost.example", 0, "127.0.0.1");
    try (GatewayFixture gateway = gateway("lost.example");
        RawClient client = gateway.connect()) {
      assertEquals(200, client.get("/").status());
      NAMES.remove("lost.example");
      int asked = NAMES.asked();
      Eventually.within(PATIENCE, () -> NAMES.asked() > asked + 4);
      assertEquals(200, client.get("/").status());
      NAMES.silent(true);
      int before = NAMES.asked();
      Eventually.within(PATIENCE, () -> NAMES.asked() > before + 1);
      assertEquals(200, client.get("/").status());
      awaitEndpoints(gateway, 1);
    } finally {
      NAMES.silent(false);
    }
  }

  @Test
  void anUnknownNameIsNoEndpointUntilItResolves() {
    try (GatewayFixture gateway = gateway("late.example");
        RawClient client = gateway.connect()) {
      RawResponse none = client.get("/");
      assertEquals(503, none.status());
      assertTrue(none.text().contains("NO_ENDPOINT"));
      NAMES.put("late.example", 60, "127.0.0.1");
      Eventually.within(PATIENCE, () -> client.get("/").status() == 200);
    }
  }

  @Test
  void aLongTimeToLiveIsCutByTheSetting() {
    NAMES.put("long.example", 86_400, "127.0.0.1");
    try (GatewayFixture gateway = gateway("long.example")) {
      awaitEndpoints(gateway, 1);
      NAMES.put("long.example", 86_400, "127.0.0.1", "127.0.0.9");
      awaitEndpoints(gateway, 2);
    }
  }

  @Test
  void namesOfTheHostsFileNeedNoServer() {
    int asked = NAMES.asked();
    try (GatewayFixture gateway = gateway("localhost");
        RawClient client = gateway.connect()) {
      assertEquals(200, client.get("/").status());
    }
    assertEquals(asked, NAMES.asked());
  }

  @Test
  void anAddressThatIsGivenTwiceIsOneEndpoint() {
    try (GatewayFixture gateway = gateway("two.example")) {
      awaitEndpoints(gateway, 1);
    }
  }
}
