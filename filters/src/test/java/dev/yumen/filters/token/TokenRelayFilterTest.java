package dev.yumen.filters.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenRelayFilterTest {
  /** Signed by the secret of {@link #JWT}, of ann, until 2100. */
  private static final String TOKEN =
      "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJzaG9wIiwic3ViIjoiYW5uIiwiYXVkIjoidXNlcnMiLCJzY29wZSI6InJlYWQiLCJncm91cHMiOlsidmlwIl0sImV4cCI6NDEwMjQ0NDgwMH0.G9fMOFpDgUfWpqw6O7Y3c2dZi7MouSFEyfBYyaLCtn8";

  private static final String JWT =
      "jwt: {secret: example-secret-of-at-least-32-bytes, cookie: token}";
  private static final String CONSUMERS =
      "consumers: [{name: robot, credentials: [{api-key: robot-key}]}]";

  private static FilterHarness gateway(String... filters) {
    return FilterHarness.of("/**", "- " + String.join("\n- ", filters), CONSUMERS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Authorization: bearer  ", "Cookie: token="})
  void theTokenGoesOnWhereverItStood(String place) {
    try (FilterHarness gateway = gateway(JWT, "token-relay")) {
      for (int i = 0; i < 2; i++) {
        assertEquals(200, gateway.get("/", place + TOKEN).status());
        assertEquals(List.of("Bearer " + TOKEN), gateway.seen().headerValues("Authorization"));
        assertNull(gateway.seen().header("Cookie"));
      }
    }
  }

  @Test
  void otherHeadersGetTheTokenAlone() {
    try (FilterHarness gateway = gateway(JWT, "token-relay: X-Access-Token")) {
      gateway.get(
          "/", "Authorization: Bearer " + TOKEN, "X-Access-Token: evil", "X_Access_Token: evil");
      assertEquals(List.of(TOKEN), gateway.seen().headerValues("X-Access-Token"));
      assertNull(gateway.seen().header("X_Access_Token"));
      assertNull(gateway.seen().header("Authorization"));
    }
  }

  @Test
  void anOpaqueTokenGoesOnAlsoASecondTime() {
    try (FilterHarness gateway =
        gateway(
            "oauth2-introspection: {upstream: users, client-id: a, client-secret: b}",
            "token-relay")) {
      gateway.upstreamNext(
          Behaviours.respond(
              200,
              Map.of("Content-Type", "application/json"),
              "{\"active\":true,\"sub\":\"ann\"}"));
      for (int i = 0; i < 2; i++) {
        assertEquals(200, gateway.get("/", "Authorization: Bearer opaque").status());
        assertEquals("Bearer opaque", gateway.seen().header("Authorization"));
      }
    }
  }

  @Test
  void whoeverWasLetInOtherwiseHasNoToken() {
    try (FilterHarness gateway =
        gateway("multi-auth: {any: [api-key, {" + JWT + "}]}", "token-relay")) {
      gateway.get("/", "X-API-Key: robot-key", "Authorization: Bearer " + TOKEN);
      assertEquals("robot", gateway.seen().header("X-Consumer-ID"));
      assertNull(gateway.seen().header("Authorization"));
      gateway.get("/", "Authorization: Bearer " + TOKEN);
      assertEquals("ann", gateway.seen().header("X-Consumer-ID"));
      assertEquals("Bearer " + TOKEN, gateway.seen().header("Authorization"));
    }
  }

  @Test
  void aTokenOfAnIdentityThatWasReplacedIsNotShown() {
    try (FilterHarness gateway = gateway(JWT, "api-key", "token-relay")) {
      gateway.get("/", "X-API-Key: robot-key", "Authorization: Bearer " + TOKEN);
      assertEquals("robot", gateway.seen().header("X-Consumer-ID"));
      assertNull(gateway.seen().header("Authorization"));
    }
  }

  @Test
  void withoutAFilterThatChecksNothingIsShown() {
    try (FilterHarness gateway = gateway("token-relay")) {
      assertEquals(200, gateway.get("/", "Authorization: Bearer " + TOKEN).status());
      assertNull(gateway.seen().header("Authorization"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host", "Content-Length", "a b", "''"})
  void headersThatItCanNotWriteAreRefused(String header) {
    assertFalse(FilterHarness.problems("- token-relay: {header: " + header + "}").isEmpty());
  }
}
