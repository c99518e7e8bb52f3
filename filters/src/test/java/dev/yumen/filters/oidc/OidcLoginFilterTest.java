package dev.yumen.filters.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.filters.path.Parameters;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.RawResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OidcLoginFilterTest {
  private static final String SECRET = "an-example-secret-of-32-bytes-ok";
  private static final String SESSION = "yumen-session";

  private final ManualClock clock = new ManualClock(Instant.now());
  private final ScriptedProvider provider = new ScriptedProvider(clock);

  @AfterEach
  void close() {
    provider.close();
  }

  private String filter(String more) {
    return "- oidc-login: {issuer: '%s', client-id: shop, allow-http: true, cookie-secret: %s%s}"
        .formatted(provider.issuer(), SECRET, more);
  }

  private FilterHarness gateway(String more) {
    return FilterHarness.of(filter(more), clock);
  }

  private static String metrics(FilterHarness gateway) {
    return new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
  }

  @Test
  void aPageLeadsToTheProviderAndBack() {
    try (FilterHarness gateway = gateway(", client-secret: 's:ü'")) {
      Browser browser = new Browser(gateway);
      RawResponse answer = browser.open("/users/7?a=%20b");
      assertEquals(302, answer.status());
      assertEquals("no-store", answer.header("cache-control"));
      String location = Objects.requireNonNull(answer.header("location"));
      assertTrue(location.startsWith(provider.issuer() + "/authorize?tenant=1&"), location);
      Parameters asked = Parameters.parse(location.substring(location.indexOf('?') + 1));
      assertEquals(List.of("code"), asked.values("response_type"));
      assertEquals(List.of("S256"), asked.values("code_challenge_method"));
      assertEquals(List.of("http://localhost/oauth2/callback"), asked.values("redirect_uri"));
      String cookie = Objects.requireNonNull(answer.header("set-cookie"));
      assertTrue(cookie.endsWith("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"), cookie);
      provider.nonce = asked.values("nonce").getFirst();
      String state = asked.values("state").getFirst();
      answer = browser.open("/oauth2/callback?code=the+code&state=" + state);
      assertEquals(303, answer.status());
      assertEquals("/users/7?a=%20b", answer.header("location"));
      assertEquals(1, browser.cookies.size(), browser.cookies::toString);
      String form = provider.forms().getFirst();
      assertTrue(form.contains("grant_type=authorization_code&code=the+code&"), form);
      assertFalse(form.contains("client_secret"), form);
      assertEquals(0, gateway.forwarded());
      assertEquals(200, browser.send("POST", "/users/7", "Cookie: other=1").status());
      assertEquals("ann", gateway.seen().header("x-consumer-id"));
      assertEquals("other=1", gateway.seen().header("cookie"));
      assertNull(gateway.seen().header("authorization"));
      String ok = "gateway_oidc_logins_total{result=\"ok\",route=\"test\"} 1";
      assertTrue(metrics(gateway).contains(ok), () -> metrics(gateway));
    }
  }

  @Test
  void overHttpsCookiesAreOfThisHostAlone() {
    String trust = "trusted-proxies: [127.0.0.1/32]";
    String https = "X-Forwarded-Proto: https";
    try (FilterHarness gateway = FilterHarness.of("/**", filter(""), trust)) {
      Browser browser = new Browser(gateway);
      RawResponse answer = browser.open("/", https);
      String location = Objects.requireNonNull(answer.header("location"));
      Parameters asked = Parameters.parse(location.substring(location.indexOf('?') + 1));
      assertEquals(List.of("https://localhost/oauth2/callback"), asked.values("redirect_uri"));
      provider.nonce = asked.values("nonce").getFirst();
      String state = asked.values("state").getFirst();
      answer = browser.open("/oauth2/callback?code=c&state=" + state, https);
      String line = answer.headerValues("set-cookie").getLast();
      assertTrue(line.startsWith("__Host-" + SESSION + "=1."), line);
      assertTrue(line.endsWith("; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax; Secure"), line);
      assertEquals(200, browser.send("GET", "/", https).status());
      assertNull(gateway.seen().header("cookie"));
      assertEquals(401, browser.send("GET", "/").status(), "it is for https alone");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept: application/json",
        "Sec-Fetch-Mode: cors",
        "Sec-Fetch-Dest: image",
        "Upgrade: websocket"
      })
  void whatIsNoPageGets401(String line) {
    try (FilterHarness gateway = gateway("")) {
      RawResponse answer =
          line.startsWith("Accept") ? gateway.get("/", line) : gateway.get("/", line, Browser.HTML);
      assertEquals(401, answer.status());
      assertEquals("Cookie realm=\"yumen\"", answer.header("www-authenticate"));
      assertTrue(answer.text().contains("AUTH_MISSING"), answer::text);
      assertEquals(401, gateway.send("POST", "/", Browser.HTML).status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void claimsScopesAndTheAccessTokenGoUpstream() {
    provider.claims =
        said -> said.putAll(Map.of("email", "ann@example.com", "groups", List.of("vip")));
    String more = ", relay-token: true, consumer-claim: email, claims-to-headers: {email: X-Email}";
    try (FilterHarness gateway = gateway(more)) {
      Browser browser = new Browser(gateway);
      browser.logIn(provider);
      browser.open("/", "X-Email: forged", "X_Email: forged", "Authorization: Basic forged");
      assertEquals("ann@example.com", gateway.seen().header("x-email"));
      assertNull(gateway.seen().header("x_email"));
      assertEquals("ann@example.com", gateway.seen().header("x-consumer-id"));
      assertEquals("vip", gateway.seen().header("x-consumer-groups"));
      assertEquals(List.of("Bearer access-1"), gateway.seen().headerValues("authorization"));
    }
  }

  @Test
  void tokenRelayShowsTheAccessTokenUntilItIsOver() {
    provider.tokens = members -> members.remove("refresh_token");
    try (FilterHarness gateway =
        FilterHarness.of(filter("") + "\n- token-relay: X-Access-Token", clock)) {
      Browser browser = new Browser(gateway);
      browser.logIn(provider);
      browser.open("/", "X-Access-Token: forged");
      assertEquals(List.of("access-1"), gateway.seen().headerValues("X-Access-Token"));
      clock.advance(Duration.ofMinutes(10));
      assertEquals(200, browser.open("/", "X-Access-Token: forged").status());
      assertNull(gateway.seen().header("X-Access-Token"));
    }
  }

  @Test
  void aSubjectThatIsNoConsumerMayBeRefused() {
    try (FilterHarness gateway = gateway(", unknown: reject")) {
      Browser browser = new Browser(gateway);
      Parameters asked = browser.beginLogin("/");
      provider.nonce = asked.values("nonce").getFirst();
      String state = asked.values("state").getFirst();
      assertEquals(403, browser.open("/oauth2/callback?code=c&state=" + state).status());
      assertEquals(Map.of(), browser.cookies);
    }
  }

  @Test
  void aPublicClientNamesItselfInTheForm() {
    try (FilterHarness gateway = gateway("")) {
      new Browser(gateway).logIn(provider);
      assertTrue(provider.forms().getFirst().endsWith("&client_id=shop"));
    }
  }

  @Test
  void theProviderIsToldWhatToAskOfEverybody() {
    try (FilterHarness gateway = gateway(", prompt: [login, consent]")) {
      Parameters asked = new Browser(gateway).beginLogin("/");
      assertEquals(List.of("login consent"), asked.values("prompt"));
    }
    try (FilterHarness gateway = gateway("")) {
      assertEquals(List.of(), new Browser(gateway).beginLogin("/").values("prompt"));
    }
  }

  @Test
  void largeTokensTakeSeveralCookiesAndTooLargeOnesNone() {
    provider.tokens = members -> members.put("access_token", "a".repeat(5_000));
    try (FilterHarness gateway = gateway("")) {
      Browser browser = new Browser(gateway);
      browser.logIn(provider);
      assertEquals(3, browser.cookies.size());
      assertEquals(200, browser.open("/").status());
      browser.cookies.remove(SESSION + "-1");
      assertEquals(302, browser.open("/").status());
      assertFalse(browser.cookies.containsKey(SESSION), "what can not be read is forgotten");
      provider.tokens = members -> members.put("access_token", "a".repeat(20_000));
      Browser other = new Browser(gateway);
      Parameters asked = other.beginLogin("/");
      provider.nonce = asked.values("nonce").getFirst();
      String state = asked.values("state").getFirst();
      assertEquals(401, other.open("/oauth2/callback?code=c&state=" + state).status());
    }
  }

  @Test
  void tokensAreRenewedOnceForAllRequestsOfASession()
      throws InterruptedException, ExecutionException {
    try (FilterHarness gateway = gateway(", relay-token: true")) {
      Browser browser = new Browser(gateway);
      browser.logIn(provider);
      clock.advance(Duration.ofSeconds(250));
      try (var tabs = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<RawResponse>> answers =
            Stream.generate(browser::copy)
                .limit(8)
                .map(tab -> tabs.submit(() -> tab.open("/")))
                .toList();
        for (Future<RawResponse> answer : answers) {
          assertEquals(200, answer.get().status());
        }
      }
      assertEquals(2, provider.forms().size(), provider.forms()::toString);
      assertTrue(provider.forms().get(1).contains("refresh_token=refresh-1"));
      Browser late = browser.copy();
      RawResponse answer = late.open("/");
      assertEquals("Bearer access-2", gateway.seen().header("authorization"));
      assertEquals("no-store", answer.header("cache-control"));
      assertNotEquals(browser.cookies.get(SESSION), late.cookies.get(SESSION));
      clock.advance(Duration.ofSeconds(250));
      assertEquals(200, late.open("/").status());
      assertEquals("Bearer access-3", gateway.seen().header("authorization"));
    }
  }

  @Test
  void aRefusedRefreshEndsTheSession() {
    try (FilterHarness gateway = gateway("")) {
      Browser browser = new Browser(gateway);
      browser.logIn(provider);
      Browser thief = browser.copy();
      provider.tokenEndpoint = Behaviours.respond(400, "{\"error\":\"invalid_grant\"}");
      clock.advance(Duration.ofSeconds(250));
      assertEquals(401, browser.send("GET", "/").status());
      assertEquals(Map.of(), browser.cookies);
      assertEquals(401, thief.send("GET", "/").status(), "nor is it good in another place");
      assertEquals(2, provider.forms().size());
    }
  }

  @Test
  void aSessionWhoseSubjectChangesEnds() {
    try (FilterHarness gateway = gateway("")) {
      Browser browser = new Browser(gateway);
      browser.logIn(provider);
      provider.claims = said -> said.put("sub", "bob");
      clock.advance(Duration.ofSeconds(250));
      assertEquals(401, browser.send("GET", "/").status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void whileTheProviderIsAwaySessionsGoOnUntilTheirTokensEnd() {
    try (FilterHarness gateway = gateway("")) {
      Browser browser = new Browser(gateway);
      browser.logIn(provider);
      provider.tokenEndpoint = Behaviours.respond(503, "");
      clock.advance(Duration.ofSeconds(250));
      assertEquals(200, browser.send("GET", "/").status());
      assertEquals(200, browser.send("GET", "/").status());
      assertEquals(2, provider.forms().size(), "and it is not asked for each request");
      clock.advance(Duration.ofSeconds(100));
      RawResponse answer = browser.send("GET", "/");
      assertEquals(503, answer.status());
      assertTrue(answer.text().contains("AUTH_UNAVAILABLE"), answer::text);
      provider.tokenEndpoint = null;
      clock.advance(Duration.ofSeconds(10));
      assertEquals(200, browser.send("GET", "/").status());
    }
  }

  @Test
  void aProviderThatIsAwayIs503() {
    provider.configuration = members -> members.put("issuer", "http://other.example");
    try (FilterHarness gateway = gateway("")) {
      RawResponse answer = gateway.get("/", Browser.HTML);
      assertEquals(503, answer.status());
      assertTrue(answer.text().contains("AUTH_UNAVAILABLE"), answer::text);
      assertNull(answer.header("location"));
    }
  }

  @Test
  void sessionsEndWhenTheyRestAndWhenTheyAreOld() {
    provider.tokens = members -> members.remove("refresh_token");
    try (FilterHarness gateway = gateway(", idle-timeout: 20m, absolute-timeout: 1h")) {
      Browser browser = new Browser(gateway);
      browser.logIn(provider);
      for (int i = 0; i < 3; i++) {
        clock.advance(Duration.ofMinutes(19));
        assertEquals(200, browser.send("GET", "/").status());
      }
      clock.advance(Duration.ofMinutes(4));
      assertEquals(401, browser.send("GET", "/").status(), "after an hour");
      browser.logIn(provider);
      clock.advance(Duration.ofMinutes(20));
      assertEquals(401, browser.send("GET", "/").status(), "after a rest");
    }
  }

  @Test
  void secretsRotate() {
    try (FilterHarness gateway = gateway("")) {
      Browser browser = new Browser(gateway);
      browser.logIn(provider);
      String newer = "another-secret-that-has-32-bytes";
      assertEquals(
          List.of(), gateway.reload(filter("").replace(SECRET, "[" + newer + ", " + SECRET + "]")));
      assertEquals(200, browser.send("GET", "/").status());
      assertEquals(List.of(), gateway.reload(filter("").replace(SECRET, newer)));
      assertEquals(401, browser.send("GET", "/").status());
    }
  }

  @Test
  void logoutEndsTheSessionHereAndAtTheProvider() {
    try (FilterHarness gateway = gateway(", after-logout: /bye")) {
      Browser browser = new Browser(gateway);
      browser.logIn(provider);
      Browser thief = browser.copy();
      RawResponse answer = browser.send("POST", "/oauth2/logout", "Origin: http://localhost");
      assertEquals(303, answer.status());
      String location = Objects.requireNonNull(answer.header("location"));
      assertTrue(location.startsWith(provider.issuer() + "/logout?id_token_hint=ey"), location);
      assertTrue(
          location.endsWith(
              "&client_id=shop&post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Fbye"),
          location);
      assertEquals(Map.of(), browser.cookies);
      assertEquals(401, thief.send("GET", "/").status());
      assertEquals("/bye", browser.send("POST", "/oauth2/logout").header("location"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, Sec-Fetch-Site: cross-site, 403",
    "GET, Sec-Fetch-Site: same-site, 403",
    "POST, Sec-Fetch-Site: cross-site, 403",
    "POST, Origin: http://evil.example, 403",
    "POST, Origin: null, 403",
    "GET, Referer: http://evil.example/, 403",
    "GET, X-Nothing: said, 403",
    "PUT, Origin: http://localhost, 405",
    "GET, Sec-Fetch-Site: same-origin, 303",
    "GET, Referer: http://localhost/page, 303",
    "POST, X-Nothing: said, 303"
  })
  void onlyTheUserLogsOut(String method, String line, int status) {
    try (FilterHarness gateway = gateway("")) {
      Browser browser = new Browser(gateway);
      browser.logIn(provider);
      assertEquals(status, browser.send(method, "/oauth2/logout", line).status());
      assertEquals(status == 303, browser.cookies.isEmpty());
    }
  }

  @Test
  void tabsLogInSideBySideUpToAFew() {
    try (FilterHarness gateway = gateway("")) {
      Browser browser = new Browser(gateway);
      Parameters first = browser.beginLogin("/one");
      Parameters second = browser.beginLogin("/two");
      for (Parameters asked : List.of(second, first)) {
        provider.nonce = asked.values("nonce").getFirst();
        String state = asked.values("state").getFirst();
        assertEquals(303, browser.open("/oauth2/callback?code=c&state=" + state).status());
      }
      browser.cookies.remove(SESSION);
      for (int i = 0; i < 20; i++) {
        browser.beginLogin("/");
      }
      assertTrue(browser.cookies.size() <= 4, browser.cookies::toString);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ", cookie-secret: short | cookie-secret",
        ", scopes: profile | scopes",
        ", issuer: ftp://x | issuer",
        ", prompt: none | prompt",
        ", redirect-path: //evil | redirect-path",
        ", redirect-path: 'https://evil.example/' | redirect-path",
        ", logout-path: /oauth2/callback | logout-path",
        ", backchannel-logout-path: /oauth2/callback | backchannel-logout-path",
        ", frontchannel-logout-path: /oauth2/logout | frontchannel-logout-path",
        ", after-logout: //evil | after-logout",
        ", idle-timeout: 13h | idle-timeout",
        ", cookie: 'a b' | cookie",
        ", relay-token: true, claims-to-headers: {sub: Authorization} | claims-to-headers"
      })
  void badSettingsAreNamed(String more, String setting) {
    String filter = filter("");
    String name = more.substring(2, more.indexOf(':'));
    String others =
        filter
            .replaceAll(", ?" + name + ": [^,}]+", "")
            .replaceAll("\\{" + name + ": [^,}]+, ", "{");
    List<String> problems =
        FilterHarness.problems(others.substring(0, others.length() - 1) + more + "}");
    assertTrue(problems.stream().anyMatch(line -> line.contains(setting)), problems::toString);
    assertFalse(problems.toString().contains(SECRET), problems::toString);
  }
}
