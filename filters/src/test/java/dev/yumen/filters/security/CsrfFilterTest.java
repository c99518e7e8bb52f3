package dev.yumen.filters.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsrfFilterTest {
  private static final String ORIGINS =
      "- csrf: {trusted-origins: [\"https://shop.example.com\", \"https://*.apps.example.com\"]}";

  private static final String TOKENS =
      """
      - csrf:
          token:
            secret: ["0123456789abcdef0123456789abcdef", "an-older-secret-of-more-than-32-characters"]
            cookie: token
            session-cookie: session
      """;

  private static final String SAME = "Origin: http://localhost";

  private static void assertPosts(int status, String filters, List<String> fields) {
    try (FilterHarness gateway = FilterHarness.of(filters)) {
      RawResponse answer = gateway.send("POST", "/", fields.toArray(String[]::new));
      assertEquals(status, answer.status(), fields::toString);
      assertEquals(status == 200 ? 1 : 0, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Origin: http://localhost                        | 200",
        "Origin: https://localhost                       | 403",
        "Origin: http://localhost:81                     | 403",
        "Origin: http://localhost.evil.example           | 403",
        "Origin: http://evil.example                     | 403",
        "Origin: null                                    | 403",
        "Origin: https://shop.example.com                | 200",
        "Origin: https://a.apps.example.com              | 200",
        "Origin: https://apps.example.com                | 403",
        "Origin: https://evil.example/.apps.example.com  | 403",
        "Referer: http://localhost/form?a=b              | 200",
        "Referer: http://LOCALHOST:80                    | 200",
        "Referer: https://shop.example.com/x             | 200",
        "Referer: http://evil.example/http://localhost/  | 403",
        "Referer: http://localhost@evil.example/         | 403",
        "Referer: http://localhost\\@evil.example/       | 403",
        "Referer: about:blank                            | 403",
        "Sec-Fetch-Site: same-origin                     | 200",
        "Sec-Fetch-Site: none                            | 200",
        "Sec-Fetch-Site: same-site                       | 403",
        "Sec-Fetch-Site: cross-site                      | 403",
        "Sec-Fetch-Site: SAME-ORIGIN                     | 403",
        "X-Any: thing                                    | 403",
      })
  void aPostIsTakenFromPagesOfOwnAndTrustedOrigins(String field, int status) {
    assertPosts(status, ORIGINS, List.of(field));
  }

  @Test
  void whatBrowsersSayOfTheSiteCountsBesideTheOrigin() {
    assertPosts(403, ORIGINS, List.of(SAME, "Sec-Fetch-Site: cross-site"));
    assertPosts(
        200, ORIGINS, List.of("Origin: https://shop.example.com", "Sec-Fetch-Site: cross-site"));
    assertPosts(403, ORIGINS, List.of(SAME, "Origin: http://evil.example"));
    assertPosts(403, ORIGINS, List.of("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none"));
  }

  @Test
  void theOwnOriginIsThatOfTheHostAskedFor() {
    String[] fields = {"Host: shop.test:8443", "Origin: https://shop.test:8443"};
    try (FilterHarness gateway =
        FilterHarness.of("/**", "- csrf", "trusted-proxies: [\"127.0.0.0/8\"]")) {
      assertEquals(403, gateway.send("POST", "/", fields).status());
      assertEquals(
          200,
          gateway.send("POST", "/", fields[0], fields[1], "X-Forwarded-Proto: https").status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "OPTIONS"})
  void safeMethodsPassFromEverywhereAndStayWhatTheyAre(String method) {
    try (FilterHarness gateway = FilterHarness.of(ORIGINS)) {
      String evil = "Origin: http://evil.example";
      assertEquals(200, gateway.send(method, "/", evil, "X_HTTP-Method_Override: POST").status());
      assertFalse(gateway.seen().head().contains("POST"), gateway.seen()::head);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "get", "PURGE"})
  void everyOtherMethodIsLookedAt(String method) {
    try (FilterHarness gateway = FilterHarness.of(ORIGINS)) {
      assertEquals(403, gateway.send(method, "/", "Origin: http://evil.example").status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void aWebSocketIsNotOpenedForPagesOfOtherSites() {
    try (FilterHarness gateway = FilterHarness.of(ORIGINS)) {
      String[] fields = {
        "Connection: Upgrade",
        "Upgrade: WebSocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Origin: http://evil.example"
      };
      assertEquals(403, gateway.get("/", fields).status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void programsThatSayNothingPassWhereThatIsWanted() {
    assertPosts(200, "- csrf: {missing-origin: allow}", List.of());
    assertPosts(403, "- csrf: {missing-origin: allow}", List.of("Referer: http://evil.example/"));
  }

  /** The token that a GET brings, as a cookie pair. */
  private static String token(FilterHarness gateway, String... fields) {
    String cookie = gateway.get("/", fields).header("Set-Cookie");
    assertNotNull(cookie);
    return cookie.substring(0, cookie.indexOf(';'));
  }

  private static int post(FilterHarness gateway, String cookies, String... headerTokens) {
    List<String> fields = new ArrayList<>(List.of(SAME, "Cookie: " + cookies));
    for (String token : headerTokens) {
      fields.add("X-CSRF-Token: " + token);
    }
    return gateway.send("POST", "/", fields.toArray(String[]::new)).status();
  }

  @Test
  void aTokenCountsOnlyInCookieAndHeaderAndInItsSession() {
    try (FilterHarness gateway = FilterHarness.of(TOKENS)) {
      String pair = token(gateway, "Cookie: session=of-ann");
      String token = pair.substring("token=".length());
      assertEquals(200, post(gateway, "session=of-ann; " + pair, token));
      assertEquals(403, post(gateway, "session=of-bob; " + pair, token));
      assertEquals(403, post(gateway, pair, token));
      assertEquals(403, post(gateway, "session=of-ann; " + pair));
      assertEquals(403, post(gateway, "session=of-ann; " + pair, ""));
      assertEquals(403, post(gateway, "session=of-ann; " + pair, token, token));
      assertEquals(403, post(gateway, "session=of-ann", token));
      assertEquals(403, post(gateway, "session=of-ann; " + pair + "; " + pair, token));
      assertEquals(403, post(gateway, "session=of-ann; session=of-bob; " + pair, token));
      assertEquals(403, post(gateway, "session=of-ann; token=", ""));
      assertEquals(403, post(gateway, "session=of-ann; token=a.b", "a.b"));
    }
  }

  @Test
  void aTokenChangedInAnyCharacterIsNone() {
    try (FilterHarness gateway = FilterHarness.of(TOKENS)) {
      String token = token(gateway, "Cookie: session=s").substring("token=".length());
      for (int i = 0; i < token.length(); i++) {
        char other = token.charAt(i) == 'A' ? 'B' : 'A';
        String changed = token.substring(0, i) + other + token.substring(i + 1);
        assertEquals(403, post(gateway, "session=s; token=" + changed, changed), changed);
      }
      assertEquals(200, post(gateway, "session=s; token=" + token, token));
    }
  }

  @Test
  void aTokenIsOfferedOnceAndAgainForANewSession() {
    try (FilterHarness gateway = FilterHarness.of(TOKENS)) {
      String pair = token(gateway);
      assertNull(gateway.get("/", "Cookie: " + pair).header("Set-Cookie"));
      gateway.upstreamAnswers(200, "Set-Cookie: session=fresh; HttpOnly");
      List<String> set =
          gateway
              .send("POST", "/", SAME, "Cookie: " + pair, "X-CSRF-Token: " + pair.substring(6))
              .headerValues("Set-Cookie");
      assertEquals(2, set.size(), set::toString);
      assertTrue(set.getLast().endsWith("; Path=/; SameSite=Lax"), set::toString);
      String next = set.getLast().substring(0, set.getLast().indexOf(';'));
      assertEquals(200, post(gateway, "session=fresh; " + next, next.substring(6)));
      assertEquals(403, post(gateway, "session=fresh; " + pair, pair.substring(6)));
    }
  }

  @Test
  void tokensOutliveANewSecretWhileTheOldOneIsNamed() {
    String before = TOKENS.replace("\"0123456789abcdef0123456789abcdef\", ", "");
    try (FilterHarness gateway = FilterHarness.of(before)) {
      String pair = token(gateway);
      assertEquals(List.of(), gateway.reload(TOKENS));
      assertEquals(200, post(gateway, pair, pair.substring(6)));
      assertEquals(List.of(), gateway.reload(TOKENS.replace("an-older", "another")));
      assertEquals(403, post(gateway, pair, pair.substring(6)));
    }
  }

  @Test
  void theOriginCountsBesideTheTokenToo() {
    try (FilterHarness gateway = FilterHarness.of(TOKENS)) {
      String pair = token(gateway);
      String[] fields = {
        "Origin: http://evil.example", "Cookie: " + pair, "X-CSRF-Token: " + pair.substring(6)
      };
      assertEquals(403, gateway.send("POST", "/", fields).status());
    }
  }

  @Test
  void theUsualCookieCanComeFromThisHostAlone() {
    String filter = "- csrf: {token: {secret: 0123456789abcdef0123456789abcdef}}";
    try (FilterHarness gateway = FilterHarness.of(filter)) {
      String cookie = gateway.get("/").header("Set-Cookie");
      assertNotNull(cookie);
      assertTrue(cookie.startsWith("__Host-csrf-token="), cookie);
      assertTrue(cookie.endsWith("; Path=/; SameSite=Lax; Secure"), cookie);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{trusted-origins: \"*\"}                     | trusted-origins: \"*\"",
        "{trusted-origins: \"null\"}                  | trusted-origins: \"null\"",
        "{trusted-origins: \"https://a.example/\"}    | trusted-origins: \"https://a.example/\"",
        "{missing-origin: maybe}                      | missing-origin",
        "{token: {secret: []}}                        | token.secret: a value that is not shown (expected: at least one)",
        "{token: {secret: short-and-sweet}}           | token.secret: a value that is not shown (expected: at least 32 characters)",
        "{token: {secret: 0123456789abcdef0123456789abcdef, cookie: a b}} | token.cookie: \"a b\"",
        "{token: {secret: 0123456789abcdef0123456789abcdef, header: Host}} | token.header: \"Host\"",
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String problem) {
    List<String> problems = FilterHarness.problems("- csrf: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(problem), problems::toString);
    assertFalse(problems.getFirst().contains("sweet"), problems::toString);
  }
}
