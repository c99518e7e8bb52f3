package dev.yumen.filters.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizeFilterTest {
  private static final String CONSUMERS =
      """
      consumers:
        - {name: ann, groups: [admins], credentials: [{api-key: key-of-ann}]}
        - {name: bob, groups: [guests], credentials: [{api-key: key-of-bob}]}
      """;

  private static final String RULES =
      """
      - api-key
      - authorize:
          rules:
            - {path: /api/public/**, methods: GET, allow: {anonymous: true}}
            - {path: "/api/users/{id}/**", allow: [{owner: id}, {groups: admins}]}
            - {path: /api/admin/**, methods: [GET, DELETE], allow: {groups: admins}}
            - {path: /api/closed/**}
            - {path: /api/reports, host: reports.example.com, allow: {consumers: bob}}
            - {path: /api/inside/**, allow: {authenticated: true}}
      """;

  private static FilterHarness gateway() {
    return FilterHarness.of("/**", RULES, CONSUMERS);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,    /api/public/x,         ann, 200",
    "HEAD,   /api/public/x,         bob, 200",
    "POST,   /api/public/x,         ann, 403",
    "GET,    /api/users/bob,        bob, 200",
    "PUT,    /api/users/bob/mail,   bob, 200",
    "GET,    /api/users/%62ob/mail, bob, 200",
    "GET,    /api/users/ann/mail,   bob, 403",
    "GET,    /api/users/Bob,        bob, 403",
    "GET,    /api/users/bob%20,     bob, 403",
    "GET,    /api/users/bob/mail,   ann, 200",
    "GET,    /api/admin/x,          bob, 403",
    "DELETE, /api/admin/x,          ann, 200",
    "POST,   /api/admin/x,          ann, 403",
    "GET,    /api/closed/x,         ann, 403",
    "GET,    /api/inside/x,         bob, 200",
    "GET,    /api/reports,          bob, 403",
    "GET,    /api/other,            ann, 403",
    "GET,    /,                     ann, 403",
  })
  void theFirstRuleThatIsForARequestDecides(String method, String target, String who, int status) {
    try (FilterHarness gateway = gateway()) {
      assertEquals(status, gateway.send(method, target, "X-API-Key: key-of-" + who).status());
      assertEquals(status == 200 ? 1 : 0, gateway.forwarded());
    }
  }

  @Test
  void aRuleCanBeForAHost() {
    try (FilterHarness gateway = gateway()) {
      String key = "X-API-Key: key-of-bob";
      assertEquals(200, gateway.get("/api/reports", key, "Host: Reports.example.com.").status());
      assertEquals(403, gateway.get("/api/reports", key, "Host: example.com").status());
    }
  }

  /** Rows 33 of what bad input gets: no spelling of an open path leads to a closed one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/public/../admin/x",
        "/api/public/%2e%2e/admin/x",
        "/api/public/%2E./admin/x",
        "/api/public/..;/admin/x",
        "/api/public/..%3b/admin/x",
        "/api/public/..%2fadmin/x",
        "/api/public/..%5cadmin/x",
        "/api/public\\..\\admin/x",
        "/api/public/%252e%252e/../../admin/x",
        "/api//admin/x",
        "//api/admin/x",
        "/api/./admin/x",
        "/API/ADMIN/x",
        "/api/admin;a=b/x",
        "/api/admin./x",
        "/api/%61dmin/x",
        "/api/admin%00/x",
        "/api/public/x/../../admin",
        "http://localhost/api/admin/x",
      })
  void noSpellingOpensWhatIsClosed(String target) {
    try (FilterHarness gateway = gateway()) {
      int status = gateway.get(target, "X-API-Key: key-of-bob").status();
      assertTrue(status == 400 || status == 403, target + " gave " + status);
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void rulesSeeThePathThatTheRouteWasFoundBy() {
    String filters =
        """
        - set-path: /api/admin/x
        - authorize: {rules: [{path: /api/public/**, allow: {anonymous: true}}]}
        """;
    try (FilterHarness gateway = FilterHarness.of(filters)) {
      assertEquals(200, gateway.get("/api/public/x").status());
      assertEquals("/api/admin/x", gateway.seen().target());
      assertEquals(403, gateway.get("/api/admin/x").status());
    }
  }

  @Test
  void emptySegmentsCountWhereTheRouteKeepsThem() {
    String yaml =
        """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
        filters:
          - authorize: {rules: [{path: /open/**, allow: {anonymous: true}}]}
        routes:
          - {id: kept, match: {path: "//{x}/**"}, merge-slashes: false, to: users}
          - {id: merged, match: {path: "/open/**"}, to: users}
        """;
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
      assertEquals(200, gateway.get("/open//a").status());
      assertEquals(403, gateway.get("//open/a").status());
      assertEquals(1, gateway.forwarded());
    }
  }

  @Test
  void theMethodIsTheRealOneAndTheUpstreamSeesNoOther() {
    try (FilterHarness gateway = gateway()) {
      String[] fields = {
        "X-API-Key: key-of-bob",
        "X-HTTP-Method-Override: DELETE",
        "X_HTTP_Method_Override: DELETE",
        "x-http-method: DELETE",
        "X-Method_Override: DELETE"
      };
      assertEquals(200, gateway.get("/api/public/x", fields).status());
      assertFalse(gateway.seen().head().contains("DELETE"), gateway.seen()::head);
      fields[1] = "X-HTTP-Method-Override: GET";
      assertEquals(403, gateway.send("POST", "/api/public/x", fields).status());
    }
  }

  @Test
  void theMethodOverrideIsForwardedWhenWanted() {
    String filter =
        "- authorize: {drop-method-override: false, rules: [{allow: {anonymous: true}}]}";
    try (FilterHarness gateway = FilterHarness.of(filter)) {
      gateway.get("/", "X-HTTP-Method-Override: PUT");
      assertEquals("PUT", gateway.seen().header("X-HTTP-Method-Override"));
    }
  }

  @Test
  void whoIsUnknownIsAskedWhoItIsWhereThatCouldHelp() {
    String filters = RULES.substring(RULES.indexOf('\n') + 1);
    try (FilterHarness gateway = FilterHarness.of("/**", filters, CONSUMERS)) {
      assertEquals(200, gateway.get("/api/public/x").status());
      RawResponse answer = gateway.get("/api/users/bob", "X-Consumer-ID: bob");
      assertEquals(401, answer.status());
      assertTrue(answer.text().contains("AUTH_MISSING"), answer::text);
      assertEquals("ApiKey realm=\"yumen\"", answer.header("WWW-Authenticate"));
      assertEquals(403, gateway.get("/api/closed/x").status());
      assertEquals(403, gateway.get("/api/other").status());
      assertEquals(1, gateway.forwarded());
    }
  }

  @Test
  void everyRequestOfAConnectionIsJudged() {
    try (FilterHarness gateway = gateway();
        RawClient client = gateway.connect()) {
      String key = "X-API-Key: key-of-bob";
      assertEquals(200, client.get("/api/public/x", key).status());
      assertEquals(403, client.get("/api/admin/x", key).status());
      assertEquals(200, client.get("/api/public/y", key).status());
      assertEquals(2, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                  | authorize",
        "{rules: []}                                         | authorize.rules: no rules",
        "{rules: [{path: api, allow: {anonymous: true}}]}    | authorize.rules[0].path: \"api\"",
        "{rules: [{path: /a}, {methods: [\"A B\"]}]}         | authorize.rules[1].methods: \"A B\"",
        "{rules: [{path: /a}, {path: /a}]}                   | authorize.rules[1]: a rule that is never reached",
        "{rules: [{path: '/a/{id}', allow: {owner: name}}]}  | allow[0].owner: \"name\" (expected: a variable of the rule's path)",
        "{rules: [{path: /a, allow: {}}]}                    | allow: nothing",
        "{rules: [{allow: {claims: {a: []}}}]}               | claims.a: no values",
        "{rules: [{allow: {anonymous: true, groups: x}}]}    | anonymous: true beside other conditions",
        "{rules: [{path: /a, allow: [{groups: admin}]}]}     | rules[0].allow[0].groups: \"admin\" (expected: a group that a consumer is in: admins, guests)",
        "{rules: [{path: /a, allow: [{consumers: eve}]}]}    | rules[0].allow[0].consumers: \"eve\"",
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String problem) {
    List<String> problems = FilterHarness.problems("- authorize: " + settings, CONSUMERS);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(problem), problems::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{scopes: read}                                     | 200",
        "{scopes: [write, read]}                            | 200",
        "{scopes: [read, admin]}                            | 403",
        "{claims: {sub: u-1}}                               | 200",
        "{claims: {sub: [u-2, u-1]}}                        | 200",
        "{claims: {sub: u}}                                 | 403",
        "{claims: {age: 42}}                                | 200",
        "{claims: {verified: true}}                         | 200",
        "{claims: {verified: false}}                        | 403",
        "{claims: {roles: editor}}                          | 200",
        "{claims: {roles: [owner, '7']}}                    | 200",
        "{claims: {roles: '[editor, 7]'}}                   | 403",
        "{claims: {realm_access.roles: admin}}              | 200",
        "{claims: {realm_access: admin}}                    | 403",
        "{claims: {none: x}}                                | 403",
        "{claims: {sub: u-1, age: 43}}                      | 403",
        "{owner: {path: id, claim: sub}}                    | 200",
        "{owner: {path: id, claim: age}}                    | 403",
        "{owner: {path: id, claim: roles}}                  | 403",
        "{owner: id}                                        | 403",
        "{groups: token-group}                              | 200",
        "{consumers: carl}                                  | 200",
        "{when: 'claims.sub == path.id'}                    | 200",
        "{when: 'claims.none == path.id'}                   | 403",
        "{when: '\"write\" in scopes && claims.age > 40'}   | 200",
        "{when: 'consumer.tags.tier == \"vip\"'}            | 200",
        "{when: 'consumer.tier == \"\"'}                    | 200",
        "{when: 'consumer.tier == \"gold\"'}                | 403",
        "{when: 'consumer.name == \"ann\"'}                 | 403",
        "{when: '\"token-group\" in consumer.groups'}       | 200",
        "{when: 'request.path.startsWith(\"/api/\")'}       | 200",
        "{scopes: read, when: 'false'}                      | 403",
        "{scopes: admin, when: 'true'}                      | 403",
      })
  void scopesClaimsAndExpressionsAreAskedFor(String allow, int status) {
    String filters =
        "- vouching\n- authorize: {strict: false, rules: [{path: '/api/{id}', allow: %s}]}"
            .formatted(allow);
    try (FilterHarness gateway = FilterHarness.of(filters)) {
      assertEquals(status, gateway.get("/api/u-1").status());
      assertEquals(status == 200 ? 1 : 0, gateway.forwarded());
    }
  }

  @Test
  void anExpressionCanBeAboutRequestsOfAnybody() {
    String filter =
        "- authorize: {rules: [{allow: {anonymous: true, when: 'request.query.a == \"1\"'}}]}";
    try (FilterHarness gateway = FilterHarness.of(filter)) {
      assertEquals(200, gateway.get("/?a=1").status());
      assertEquals(403, gateway.get("/?a=2").status());
      assertEquals(403, gateway.get("/").status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "claims", "nobody.knows", "claims.sub =", "client.matches(client)"})
  void anExpressionThatIsNoneIsRefusedAtItsPlace(String expression) {
    String filter = "- authorize: {rules: [{allow: {when: '%s'}}]}".formatted(expression);
    List<String> problems = FilterHarness.problems(filter);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains("rules[0].allow[0].when"), problems::toString);
  }
}
