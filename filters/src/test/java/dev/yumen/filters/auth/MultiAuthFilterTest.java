package dev.yumen.filters.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultiAuthFilterTest {
  private static final String CONSUMERS =
      """
      consumers:
        - {name: robot, credentials: [{api-key: robot-key}]}
        - {name: alice, credentials: [{basic: {username: alice, password: wonder}}]}
        - name: bob
          credentials:
            - basic:
                username: bob
                password-hash: "%s"
      """
          .formatted(PasswordHash.of("builder".getBytes(StandardCharsets.UTF_8)));

  private static FilterHarness gateway() {
    return FilterHarness.of("/**", "- multi-auth: {any: [basic-auth, api-key]}", CONSUMERS);
  }

  private static String basic(String user, String password) {
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Authorization: Basic " + Base64.getEncoder().encodeToString(both);
  }

  @Test
  void anyOfThemLetsIn() {
    try (FilterHarness gateway = gateway()) {
      assertEquals(200, gateway.get("/", "X-API-Key: robot-key").status());
      assertEquals("robot", gateway.seen().header("x-consumer-id"));
      assertEquals(200, gateway.get("/", basic("alice", "wonder")).status());
    }
  }

  @Test
  void theFirstThatLetsInDecidesWhoItIs() {
    try (FilterHarness gateway = gateway()) {
      gateway.get("/", "X-API-Key: robot-key", basic("alice", "wonder"));
      assertEquals("alice", gateway.seen().header("x-consumer-id"));
      assertNull(gateway.seen().header("authorization"));
    }
  }

  @Test
  void wrongCredentialsOfOneKindDoNotHinderAnother() {
    try (FilterHarness gateway = gateway()) {
      assertEquals(200, gateway.get("/", "X-API-Key: robot-key", basic("alice", "wrong")).status());
      assertEquals("robot", gateway.seen().header("x-consumer-id"));
    }
  }

  @Test
  void oneThatTakesTimeIsWaitedFor() {
    try (FilterHarness gateway = gateway()) {
      assertEquals(200, gateway.get("/", "X-API-Key: robot-key", basic("bob", "wrong")).status());
      assertEquals("robot", gateway.seen().header("x-consumer-id"));
      assertEquals(401, gateway.get("/", basic("bob", "wrong")).status());
      assertEquals(200, gateway.get("/", basic("bob", "builder")).status());
    }
  }

  @Test
  void withoutCredentialsAllChallengesAreTold() {
    try (FilterHarness gateway = gateway()) {
      RawResponse answer = gateway.get("/");
      assertEquals(401, answer.status());
      assertTrue(answer.text().contains("AUTH_MISSING"), answer::text);
      List<String> challenges = answer.headerValues("www-authenticate");
      assertEquals(2, challenges.size(), challenges::toString);
      assertTrue(challenges.getFirst().startsWith("Basic "), challenges::toString);
      assertTrue(challenges.getLast().startsWith("ApiKey "), challenges::toString);
    }
  }

  @Test
  void wrongCredentialsAreInvalidNotMissing() {
    try (FilterHarness gateway = gateway()) {
      RawResponse answer = gateway.get("/", basic("alice", "wrong"));
      assertEquals(401, answer.status());
      assertTrue(answer.text().contains("AUTH_INVALID"), answer::text);
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void fieldsOfThoseThatAreNotAskedCanNotBeForged() {
    String filters =
        """
        - multi-auth:
            any:
              - api-key
              - forward-auth: {upstream: users, upstream-headers: [X-User-ID]}
              - jwt: {secret: "0123456789abcdef0123456789abcdef", claims-to-headers: {sub: X-User}}
              - oauth2-introspection:
                  {upstream: users, client-id: a, client-secret: b, claims-to-headers: {sub: X-Sub}}
        """;
    try (FilterHarness gateway = FilterHarness.of("/**", filters, CONSUMERS)) {
      List<String> names = List.of("X-User-ID", "X-User", "X_User", "X-Sub");
      List<String> forged = new ArrayList<>(List.of("X-API-Key: robot-key"));
      names.forEach(name -> forged.add(name + ": evil"));
      gateway.get("/", forged.toArray(String[]::new));
      names.forEach(name -> assertNull(gateway.seen().header(name), name));
    }
  }

  @Test
  void theAnswerOfAServiceIsKept() {
    String filters = "- multi-auth: {any: [api-key, {forward-auth: {upstream: users}}]}";
    try (FilterHarness gateway = FilterHarness.of("/**", filters, CONSUMERS)) {
      gateway.upstreamAnswers(302, "Location: https://login.example/");
      RawResponse answer = gateway.get("/");
      assertEquals(302, answer.status());
      assertEquals("https://login.example/", answer.header("location"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'{}', any",
    "'{any: [api-key]}', any",
    "'{any: [api-key, nothing]}', nothing",
    "'{any: [api-key, {basic-auth: {realm: \"\"}}]}', realm",
    "'{any: [api-key, cors]}', any[1].cors",
    "'{any: [api-key, {multi-auth: {any: [api-key, basic-auth]}}]}', any[1].multi-auth"
  })
  void settingsThatCouldNotWorkAreRefused(String settings, String named) {
    List<String> problems = FilterHarness.problems("- multi-auth: " + settings, CONSUMERS);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(named), problems::toString);
  }
}
