package dev.yumen.filters.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.filters.security.HmacSha256;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

  @Nested
  class All {
    private static final String PEOPLE =
        """
        consumers:
          - name: ann
            groups: [staff]
            credentials: [{api-key: key-of-ann}, {basic: {username: ann, password: p}}]
          - name: bob
            credentials:
              - api-key: key-of-bob
              - {basic: {username: bob, password-hash: "%s"}}
        """
            .formatted(PasswordHash.of("builder".getBytes(StandardCharsets.UTF_8)));

    private static FilterHarness all(String members) {
      return FilterHarness.of("/**", "- multi-auth: {all: [" + members + "]}", PEOPLE);
    }

    private static FilterHarness all() {
      return all("basic-auth, {api-key: {hide-credentials: false}}");
    }

    @Test
    void everyOneHasToLetIn() {
      try (FilterHarness gateway = all()) {
        assertEquals(200, gateway.get("/", basic("ann", "p"), "X-API-Key: key-of-ann").status());
        assertEquals("ann", gateway.seen().header("x-consumer-id"));
        assertEquals("staff", gateway.seen().header("x-consumer-groups"));
        assertEquals(401, gateway.get("/", basic("ann", "p"), "X-API-Key: wrong").status());
        assertEquals(401, gateway.get("/", basic("ann", "p")).status());
        assertEquals(401, gateway.get("/", "X-API-Key: key-of-ann").status());
        assertEquals(1, gateway.forwarded());
      }
    }

    @Test
    void theFirstRefusalIsTheAnswerAndNobodyIsAskedAfterIt() {
      try (FilterHarness gateway = all("basic-auth, {forward-auth: {upstream: users}}")) {
        RawResponse answer = gateway.get("/");
        assertEquals(401, answer.status());
        assertEquals(1, answer.headerValues("www-authenticate").size());
        assertTrue(answer.text().contains("AUTH_MISSING"), answer::text);
        assertEquals(0, gateway.forwarded());
        gateway.upstreamAnswers(302, "Location: https://login.example/");
        assertEquals(302, gateway.get("/", basic("ann", "p")).status());
        assertEquals(1, gateway.forwarded());
      }
    }

    @Test
    void oneThatTakesTimeIsWaitedFor() {
      String slow = "{basic-auth: {hide-credentials: false}}";
      try (FilterHarness gateway = all(slow + ", api-key, basic-auth")) {
        String key = "X-API-Key: key-of-bob";
        assertEquals(200, gateway.get("/", key, basic("bob", "builder")).status());
        assertEquals("bob", gateway.seen().header("x-consumer-id"));
        assertEquals(401, gateway.get("/", key, basic("bob", "wrong")).status());
        assertEquals(401, gateway.get("/", basic("bob", "builder")).status());
        assertEquals(1, gateway.forwarded());
      }
    }

    @Test
    void twoConsumersAreNotOneClient(@TempDir Path folder) throws IOException {
      String yaml =
          """
          listeners: {http: {address: "127.0.0.1:8080"}}
          audit: {path: audit.jsonl}
          upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
          routes:
            - id: test
              match: {path: "/**"}
              to: users
              filters: [{multi-auth: {all: [basic-auth, api-key]}}]
          """;
      try (FilterHarness gateway = FilterHarness.run(yaml + PEOPLE, folder)) {
        RawResponse answer = gateway.get("/", basic("bob", "builder"), "X-API-Key: key-of-ann");
        assertEquals(403, answer.status());
        assertTrue(answer.text().contains("FORBIDDEN"), answer::text);
        assertEquals(0, gateway.forwarded());
      }
      String written = Files.readString(folder.resolve("audit.jsonl"));
      assertTrue(
          written.contains("multi-auth: basic-auth has found bob, and api-key ann"), written);
      assertTrue(written.contains("\"consumer\":\"bob\""), written);
    }

    @Test
    void whatTheFirstSaysOfTheClientStays() {
      String jwt = "{jwt: {secret: " + SECRET + ", hide-credentials: false, groups-claim: %s}}";
      String groups = jwt.formatted("groups");
      String roles = jwt.formatted("roles");
      String token = token("{\"sub\":\"zoe\",\"exp\":4102444800,\"groups\":[\"a\"],\"roles\":[]}");
      String acl = "{acl: {allow: {groups: a}, strict: false}}";
      try (FilterHarness first = all(groups + ", " + roles + ", " + acl);
          FilterHarness last = all(roles + ", " + groups + ", " + acl)) {
        assertEquals(200, first.get("/", "Authorization: Bearer " + token).status());
        assertEquals(List.of("zoe"), first.seen().headerValues("x-consumer-id"));
        assertEquals(List.of("a"), first.seen().headerValues("x-consumer-groups"));
        assertEquals(403, last.get("/", "Authorization: Bearer " + token).status());
      }
    }

    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    private static String token(String claims) {
      Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
      byte[] header = "{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8);
      String signed =
          encoder.encodeToString(header)
              + "."
              + encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
      byte[] code =
          new HmacSha256(SECRET.getBytes(StandardCharsets.UTF_8))
              .of(signed.getBytes(StandardCharsets.UTF_8));
      return signed + "." + encoder.encodeToString(code);
    }

    @Test
    void whoWasFoundBeforeDoesNotBindThem() {
      String filters = "- vouching\n- multi-auth: {all: [basic-auth, api-key]}";
      try (FilterHarness gateway = FilterHarness.of("/**", filters, PEOPLE)) {
        assertEquals(200, gateway.get("/", basic("ann", "p"), "X-API-Key: key-of-ann").status());
        assertEquals("ann", gateway.seen().header("x-consumer-id"));
      }
    }

    @Test
    void oneOfThemMayBeAnyOfSeveral() {
      String any = "{multi-auth: {any: [basic-auth, api-key]}}";
      try (FilterHarness gateway = all(any + ", {acl: {deny: {consumers: bob}}}")) {
        assertEquals(200, gateway.get("/", basic("ann", "p")).status());
        assertEquals(200, gateway.get("/", "X-API-Key: key-of-ann").status());
        assertEquals(403, gateway.get("/", "X-API-Key: key-of-bob").status());
        assertEquals(2, gateway.get("/").headerValues("www-authenticate").size());
      }
    }

    @Test
    void nobodyIsToldWhatClientsSayUnderNamesOfAnother() {
      String first = "{forward-auth: {upstream: users, request-headers: X-A}}";
      String within = "{forward-auth: {upstream: users, upstream-headers: X-A}}";
      String any = "{multi-auth: {any: [api-key, " + within + "]}}";
      try (FilterHarness gateway = all(first + ", " + any)) {
        assertEquals(200, gateway.get("/", "X-API-Key: key-of-ann", "X-A: evil").status());
        assertNull(gateway.seen().header("x-a"));
        gateway.upstreamAnswers(403);
        assertEquals(403, gateway.get("/", "X-API-Key: key-of-ann", "X-A: evil").status());
        assertEquals("GET", gateway.seen().header("x-forwarded-method"));
        assertNull(gateway.seen().header("x-a"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'{}', neither (expected: any or all)",
    "'{any: [api-key, basic-auth], all: [api-key, basic-auth]}', both (expected: any or all)",
    "'{any: [api-key]}', any: 1 filters",
    "'{all: [api-key]}', all: 1 filters",
    "'{any: [api-key, nothing]}', nothing",
    "'{any: [api-key, {basic-auth: {realm: \"\"}}]}', realm",
    "'{any: [api-key, cors]}', any[1].cors",
    "'{any: [api-key, hmac-auth]}', any[1].hmac-auth: a filter that looks at bodies",
    "'{any: [api-key, {multi-auth: {any: [api-key, basic-auth]}}]}', any[1].multi-auth",
    "'{any: [api-key, {multi-auth: {all: [api-key, basic-auth]}}]}', any[1].multi-auth",
    "'{all: [api-key, {multi-auth: {all: [api-key, basic-auth]}}]}', all[1].multi-auth",
    "'{all: [api-key, {multi-auth: {any: [api-key, cors]}}]}', all[1].multi-auth.any[1].cors",
    "'{all: [api-key, {basic-auth: {realm: \"\"}}]}', all[1].basic-auth.realm"
  })
  void settingsThatCouldNotWorkAreRefused(String settings, String named) {
    List<String> problems = FilterHarness.problems("- multi-auth: " + settings, CONSUMERS);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(named), problems::toString);
  }
}
