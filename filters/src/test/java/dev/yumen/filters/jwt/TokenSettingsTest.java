package dev.yumen.filters.jwt;

import static dev.yumen.filters.jwt.JwtFilterTest.assertInvalid;
import static dev.yumen.filters.jwt.JwtFilterTest.bearer;
import static dev.yumen.filters.jwt.Tokens.SECRET;
import static dev.yumen.filters.jwt.Tokens.hmac;
import static dev.yumen.filters.jwt.Tokens.hs256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code jwt} and {@code oauth2-introspection} have in common does something in both. */
class TokenSettingsTest {
  private final ScriptedUpstream service =
      ScriptedUpstream.start(
          Behaviours.respond(
              200,
              "{\"active\":true,\"sub\":\"ann\",\"mail\":\"a@b\",\"roles\":{\"of\":[\"vip\"]}}"));

  @AfterEach
  void stop() {
    service.close();
  }

  private static FilterHarness signed(String settings) {
    return FilterHarness.of("- jwt: {secret: \"" + SECRET + "\"" + settings + "}");
  }

  private FilterHarness opaque(String settings) {
    return FilterHarness.run(
        """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams:
          users: {endpoints: ["127.0.0.1:9001"]}
          id: {endpoints: ["%s"]}
        consumers: [{name: billing, credentials: [{jwt: {subject: service-7}}]}]
        routes:
          - id: test
            match: {path: "/**"}
            to: users
            filters: [{oauth2-introspection: {upstream: id, client-id: a, client-secret: b%s}}]
        """
            .formatted(service.address(), settings),
        Path.of("target"));
  }

  private static int status(FilterHarness gateway, String token) {
    return gateway.get("/", bearer(token)).status();
  }

  private static String metrics(FilterHarness gateway) {
    return new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
  }

  @Test
  void aTokenBeyondMaxSizeIsNotLookedAt() {
    try (FilterHarness gateway = signed(", max-size: 64B")) {
      assertInvalid(gateway.get("/", bearer(hs256(""))));
    }
    try (FilterHarness gateway = opaque(", max-size: 64B")) {
      assertEquals(200, status(gateway, "x".repeat(64)));
      assertInvalid(gateway.get("/", bearer("x".repeat(65))));
      assertEquals(1, service.requests().size());
    }
  }

  @Test
  void withoutACacheNothingIsRemembered() {
    String token = hs256("");
    try (FilterHarness gateway = signed(", cache: 0")) {
      assertEquals(200, status(gateway, token));
      assertEquals(200, status(gateway, token));
      assertTrue(
          metrics(gateway)
              .contains("gateway_jwt_tokens_total{result=\"verified\",route=\"test\"} 2"),
          () -> metrics(gateway));
    }
    try (FilterHarness gateway = opaque(", cache: 0")) {
      assertEquals(200, status(gateway, "a"));
      assertEquals(200, status(gateway, "a"));
      assertEquals(2, service.requests().size());
    }
  }

  @Test
  void theRealmIsNamedToThoseWhoAreRefused() {
    try (FilterHarness gateway = signed(", realm: shop")) {
      assertEquals("Bearer realm=\"shop\"", gateway.get("/").header("WWW-Authenticate"));
    }
    try (FilterHarness gateway = opaque(", realm: shop")) {
      assertEquals("Bearer realm=\"shop\"", gateway.get("/").header("WWW-Authenticate"));
    }
  }

  @Test
  void clocksMayDifferByTheTimeThatIsSet() {
    String filter = "- jwt: {secret: \"" + SECRET + "\", clock-skew: 5s}";
    ManualClock clock = new ManualClock(Instant.ofEpochSecond(1_000));
    String token =
        hmac("{\"alg\":\"HS256\"}", "{\"sub\":\"a\",\"exp\":2000}", SECRET.getBytes(UTF_8));
    try (FilterHarness gateway = FilterHarness.of(filter, clock)) {
      clock.advance(Duration.ofSeconds(1_004));
      assertEquals(200, status(gateway, token));
      clock.advance(Duration.ofSeconds(1));
      assertInvalid(gateway.get("/", bearer(token)));
    }
  }

  @Test
  void anOpaqueTokenGoesOnWhereItIsNotHidden() {
    try (FilterHarness gateway = opaque(", hide-credentials: false")) {
      assertEquals(200, status(gateway, "a"));
      assertEquals("Bearer a", gateway.seen().header("Authorization"));
    }
  }

  @Test
  void claimsOfAnOpaqueTokenSayWhoItsOwnerIs() {
    String settings =
        ", consumer-claim: mail, groups-claim: roles.of, claims-to-headers: {sub: X-Sub}";
    try (FilterHarness gateway = opaque(settings)) {
      assertEquals(200, status(gateway, "a"));
      assertEquals("a@b", gateway.seen().header("X-Consumer-ID"));
      assertEquals("vip", gateway.seen().header("X-Consumer-Groups"));
      assertEquals("ann", gateway.seen().header("X-Sub"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {", required-claims: roles.no", ", require-expiry: true"})
  void anOpaqueTokenMustHaveWhatIsAskedFor(String setting) {
    try (FilterHarness gateway = opaque(setting)) {
      assertInvalid(gateway.get("/", bearer("a")));
    }
  }

  @Test
  void strangersWithOpaqueTokensAreRefusedWhereThatIsSet() {
    try (FilterHarness gateway = opaque(", unknown: reject")) {
      assertEquals(403, status(gateway, "a"));
    }
  }
}
