package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints that are chosen by a key, by tier, by zone, and those that warm up. */
@Timeout(60)
class EndpointChoiceTest {
  private static final ScriptedUpstream A = ScriptedUpstream.start(respond(200, "a"));
  private static final ScriptedUpstream B = ScriptedUpstream.start(respond(200, "b"));
  private static final ScriptedUpstream C = ScriptedUpstream.start(respond(200, "c"));

  @AfterAll
  static void close() {
    A.close();
    B.close();
    C.close();
  }

  private static GatewayFixture gateway(String upstream) {
    return GatewayFixture.start(yaml(upstream));
  }

  private static String yaml(String upstream) {
    return """
        runtime: {loops: 1, zone: east}
        upstreams:
          service: {%s}
        routes:
          - {id: user, match: {path: "/users/{id}"}, to: service}
          - {id: all, match: {path: "/**"}, to: service}
        """
        .formatted(upstream.formatted(A.address(), B.address(), C.address()));
  }

  private static Map<String, Integer> shares(GatewayFixture gateway, int count) {
    Map<String, Integer> shares = new TreeMap<>();
    try (RawClient client = gateway.connect()) {
      for (int i = 0; i < count; i++) {
        shares.merge(client.get("/").text(), 1, Integer::sum);
      }
    }
    return shares;
  }

  // ---- by a key ----

  private static final String KEYED =
      "endpoints: ['%%s', '%%s', '%%s'], balance: {consistent-hash: {key: '%s'%s}}";

  private static String answer(RawClient client, String target, String fields) {
    client.send("GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    return client.readResponse().text();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ", algorithm: ring", ", bounded-load: 1.25"})
  void requestsWithTheSameKeyMeet(String settings) {
    try (GatewayFixture gateway = gateway(KEYED.formatted("header:X-User", settings));
        RawClient client = gateway.connect()) {
      Set<String> all = new HashSet<>();
      for (int user = 0; user < 30; user++) {
        String fields = "X-User: u" + user + "\r\n";
        String first = answer(client, "/", fields);
        all.add(first);
        assertEquals(first, answer(client, "/other", fields));
      }
      assertEquals(Set.of("a", "b", "c"), all);
    }
  }

  @Test
  void variablesOfThePathAreKeys() {
    try (GatewayFixture gateway = gateway(KEYED.formatted("path:id", ""));
        RawClient client = gateway.connect()) {
      Set<String> all = new HashSet<>();
      for (int user = 0; user < 30; user++) {
        String first = answer(client, "/users/" + user, "");
        all.add(first);
        assertEquals(first, answer(client, "/users/" + user, ""));
      }
      assertEquals(Set.of("a", "b", "c"), all);
    }
  }

  @Test
  void withoutTheKeyAnyEndpointServes() {
    try (GatewayFixture gateway = gateway(KEYED.formatted("header:X-User", ""))) {
      assertEquals(Set.of("a", "b", "c"), shares(gateway, 60).keySet());
    }
  }

  @Test
  void withoutTheKeyTheAddressMayServe() {
    String settings = ", missing-key: address";
    try (GatewayFixture gateway = gateway(KEYED.formatted("header:X-User", settings))) {
      assertEquals(1, shares(gateway, 30).size());
    }
  }

  @Test
  void withoutTheKeyARequestMayBeRefused() {
    String settings = ", missing-key: reject";
    try (GatewayFixture gateway = gateway(KEYED.formatted("header:X-User", settings));
        RawClient client = gateway.connect()) {
      assertEquals(400, client.get("/").status());
      assertNotEquals("", answer(client, "/", "X-User: u\r\n"));
    }
  }

  @Test
  void theKeyOfAnEndpointThatIsGoneFindsAnother() {
    try (GatewayFixture gateway =
            gateway(
                "endpoints: ['%s', '%s', '127.0.0.1:"
                    + ScriptedUpstream.unusedPort()
                    + "'], balance: {consistent-hash: {key: 'header:X-User'}}");
        RawClient client = gateway.connect()) {
      for (int user = 0; user < 30; user++) {
        String fields = "X-User: u" + user + "\r\n";
        String first = answer(client, "/", fields);
        assertTrue(Set.of("a", "b").contains(first), first);
        assertEquals(first, answer(client, "/", fields));
      }
    }
  }

  // ---- by tier and zone ----

  private static final String ILL_AFTER_ONE =
      ", outlier-ejection: {consecutive-failures: 1, max-ejected: 1, ejection-time: 1h}";

  @Test
  void theNextTierServesWhenTheFirstIsNotWell() {
    try (GatewayFixture gateway =
        gateway(
            "endpoints: ['%s', {address: '%s', priority: 1}, {address: '%s', priority: 2}]"
                + ILL_AFTER_ONE)) {
      assertEquals(Map.of("a", 10), shares(gateway, 10));
      A.next(respond(503, "ill"));
      assertEquals(Map.of("ill", 1, "b", 9), shares(gateway, 10));
      B.next(respond(503, "ill"));
      assertEquals(Map.of("ill", 1, "c", 9), shares(gateway, 10));
    }
  }

  @Test
  void theOwnZoneIsPreferredWhileItIsWell() {
    try (GatewayFixture gateway =
        gateway(
            "endpoints: [{address: '%s', zone: east}, {address: '%s', zone: west}, '%s']"
                + ILL_AFTER_ONE)) {
      assertEquals(Map.of("a", 10), shares(gateway, 10));
      A.next(respond(503, "ill"));
      assertEquals(Map.of("ill", 1), shares(gateway, 1));
      assertEquals(Map.of("b", 5, "c", 5), shares(gateway, 10));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "['127.0.0.1:%1$d', {address: '%2$s', priority: 1}]",
        "['127.0.0.1:%1$d', '127.0.0.1:%1$d', {address: '%2$s', priority: 1}]",
        "[{address: '127.0.0.1:%1$d', zone: east}, {address: '%2$s', zone: west}]"
      })
  void whoeverIsWellServesWhenTheChosenTierOrZoneIsDead(String endpoints) {
    String upstream =
        "endpoints: " + endpoints.formatted(ScriptedUpstream.unusedPort(), B.address());
    try (GatewayFixture gateway = gateway(upstream)) {
      assertEquals(Map.of("b", 20), shares(gateway, 20));
    }
  }
}
