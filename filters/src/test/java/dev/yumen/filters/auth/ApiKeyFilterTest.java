package dev.yumen.filters.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyFilterTest {
  private static final String CONSUMERS =
      """
      consumers:
        - {name: ann, groups: [vip, staff], credentials: [{api-key: key-of-ann}]}
        - {name: "böb, jr", credentials: [{api-key: key-of-bob}, {api-key: second-key}]}
      """;

  private static FilterHarness gateway(String settings) {
    return FilterHarness.of("/**", "- api-key: " + settings, CONSUMERS);
  }

  @Test
  void aKnownKeyBecomesItsConsumer() {
    try (FilterHarness gateway = gateway("{}")) {
      assertEquals(200, gateway.get("/", "X-API-Key: key-of-ann").status());
      assertEquals("ann", gateway.seen().header("X-Consumer-ID"));
      assertEquals("vip,staff", gateway.seen().header("X-Consumer-Groups"));
      assertEquals(200, gateway.get("/", "X-API-Key: second-key").status());
      assertEquals("b%C3%B6b%2C%20jr", gateway.seen().header("X-Consumer-ID"));
      assertNull(gateway.seen().header("X-Consumer-Groups"));
    }
  }

  @Test
  void theKeyIsNotForwarded() {
    try (FilterHarness gateway = gateway("{header: X-Key, query: key, cookie: key}")) {
      gateway.get("/a?x=1&key=key-of-ann&y", "X-Key: key-of-ann", "Cookie: a=1; key=k; b=2");
      assertEquals("/a?x=1&y", gateway.seen().target());
      assertNull(gateway.seen().header("X-Key"));
      assertEquals("a=1; b=2", gateway.seen().header("Cookie"));
      assertFalse(gateway.seen().head().contains("key-of-ann"));
    }
  }

  @Test
  void theKeyIsForwardedWhenWanted() {
    try (FilterHarness gateway = gateway("{hide-credentials: false}")) {
      gateway.get("/", "X-API-Key: key-of-ann");
      assertEquals("key-of-ann", gateway.seen().header("X-API-Key"));
    }
  }

  @Test
  void everyPlaceWorks() {
    try (FilterHarness gateway = gateway("{query: key, cookie: session}")) {
      assertEquals(200, gateway.get("/?key=key%2Dof-ann").status());
      assertEquals(200, gateway.get("/", "Cookie: session=key-of-ann").status());
      assertEquals(401, gateway.get("/", "X-API-Key: key-of-ann").status());
    }
  }

  @Test
  void withoutAKeyTheClientIsAskedForOne() {
    try (FilterHarness gateway = gateway("{realm: shop}")) {
      RawResponse answer = gateway.get("/");
      assertEquals(401, answer.status());
      assertEquals("ApiKey realm=\"shop\"", answer.header("WWW-Authenticate"));
      assertTrue(answer.text().contains("AUTH_MISSING"), answer::text);
      assertEquals(0, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"key-of-an", "key-of-ann2", "KEY-OF-ANN", "ann"})
  void anotherKeyIsInvalid(String key) {
    try (FilterHarness gateway = gateway("{}")) {
      RawResponse answer = gateway.get("/", "X-API-Key: " + key);
      assertEquals(401, answer.status());
      assertTrue(answer.text().contains("AUTH_INVALID"), answer::text);
      assertFalse(answer.text().contains(key), answer::text);
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void identityFromClientsIsStrippedInEverySpelling() {
    try (FilterHarness gateway = gateway("{}")) {
      gateway.get(
          "/",
          "X-API-Key: second-key",
          "X-Consumer-ID: admin",
          "X_Consumer_ID: admin",
          "x-consumer_id: admin",
          "X-CONSUMER-GROUPS: root",
          "X_Consumer-Groups: root",
          "Connection: X-Consumer-ID");
      assertFalse(gateway.seen().head().contains("admin"), gateway.seen()::head);
      assertFalse(gateway.seen().head().contains("root"), gateway.seen()::head);
      assertEquals("b%C3%B6b%2C%20jr", gateway.seen().header("X-Consumer-ID"));
    }
  }

  @Test
  void laterFiltersKnowTheConsumer() {
    try (FilterHarness gateway =
        FilterHarness.of("/**", "- api-key\n- rate-limit: {rate: 1/h, key: consumer}", CONSUMERS)) {
      assertEquals(200, gateway.get("/", "X-API-Key: key-of-bob").status());
      assertEquals(429, gateway.get("/", "X-API-Key: second-key").status());
      assertEquals(200, gateway.get("/", "X-API-Key: key-of-ann").status());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{header: \"a b\"}", "{header: Host}", "{query: \"\"}", "{realm: \"a\\\"b\"}"})
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- api-key: " + settings, CONSUMERS);
    assertEquals(1, problems.size(), problems::toString);
  }

  @Test
  void aGatewayWithoutAnyKeyIsRefused() {
    List<String> problems = FilterHarness.problems("- api-key");
    assertEquals(1, problems.size(), problems::toString);
  }
}
