package dev.yumen.filters.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider says of logouts is believed, and of nobody else. */
class ProviderLogoutTest {
  private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";
  private static final String FORM = "application/x-www-form-urlencoded";

  private final ManualClock clock = new ManualClock(Instant.now());
  private final ScriptedProvider provider = new ScriptedProvider(clock);

  @AfterEach
  void close() {
    provider.close();
  }

  private FilterHarness gateway() {
    return FilterHarness.of(
        "- oidc-login: {issuer: '%s', client-id: shop, allow-http: true, cookie-secret: %s}"
            .formatted(provider.issuer(), "x".repeat(32)),
        clock);
  }

  private Browser loggedIn(FilterHarness gateway, String sid) {
    provider.claims = claims -> claims.put("sid", sid);
    Browser browser = new Browser(gateway);
    browser.logIn(provider);
    assertEquals(200, browser.open("/").status());
    return browser;
  }

  /** The claims of a good logout token. */
  private Map<String, Object> told(String jti) {
    long now = clock.millis() / 1000;
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", provider.issuer());
    claims.put("aud", "shop");
    claims.put("iat", now);
    claims.put("exp", now + 120);
    claims.put("jti", jti);
    claims.put("events", Map.of(EVENT, Map.of()));
    claims.put("sub", "ann");
    claims.put("sid", "s1");
    return claims;
  }

  private static RawResponse post(FilterHarness gateway, String type, String body) {
    try (RawClient client = gateway.connect()) {
      return client
          .send(
              "POST /oauth2/backchannel-logout HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(type, body.length(), body))
          .readResponse();
    }
  }

  private static RawResponse post(FilterHarness gateway, String token) {
    return post(gateway, FORM, "logout_token=" + URLEncoder.encode(token, UTF_8));
  }

  private static String metrics(FilterHarness gateway) {
    return new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
  }

  @Test
  void theSessionThatTheProviderNamesIsOverAndNoOther() {
    try (FilterHarness gateway = gateway()) {
      Browser first = loggedIn(gateway, "s1");
      Browser second = loggedIn(gateway, "s2");
      RawResponse answer = post(gateway, provider.signed(told("1")));
      assertEquals(200, answer.status(), answer::toString);
      assertEquals("no-store", answer.header("cache-control"));
      assertEquals(401, first.send("GET", "/").status());
      assertEquals(200, second.send("GET", "/").status());
      String counted = "gateway_oidc_logouts_total{result=\"back_channel\",route=\"test\"} 1";
      assertTrue(metrics(gateway).contains(counted), () -> metrics(gateway));
    }
  }

  @Test
  void withoutASessionAllOfASubjectAreOverButNotLaterOnes() {
    try (FilterHarness gateway = gateway()) {
      Browser first = loggedIn(gateway, "s1");
      Browser second = loggedIn(gateway, "s2");
      provider.claims = claims -> claims.put("sub", "bob");
      Browser other = new Browser(gateway);
      other.logIn(provider);
      Map<String, Object> told = told("1");
      told.remove("sid");
      clock.advance(Duration.ofSeconds(1));
      assertEquals(200, post(gateway, provider.signed(told)).status());
      assertEquals(401, first.send("GET", "/").status());
      assertEquals(401, second.send("GET", "/").status());
      assertEquals(200, other.send("GET", "/").status());
      clock.advance(Duration.ofSeconds(1));
      loggedIn(gateway, "s3");
    }
  }

  @Test
  void anAnswerThatIsUnderWayDoesNotKeepTheSession() {
    try (FilterHarness gateway = gateway()) {
      Browser browser = loggedIn(gateway, "s1");
      clock.advance(Duration.ofMinutes(2)); // its cookie would be written again
      String token = provider.signed(told("1"));
      gateway.upstreamNext(
          incoming -> {
            assertEquals(200, post(gateway, token).status());
            Behaviours.respond(200, "late").serve(incoming);
          });
      RawResponse answer = browser.send("GET", "/");
      assertEquals("late", answer.text());
      assertEquals(List.of(), answer.headerValues("set-cookie"));
      assertEquals(401, browser.send("GET", "/").status());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "iss, http://evil.example",
    "aud, other",
    "exp, 1",
    "exp,",
    "iat,",
    "iat, soon",
    "jti,",
    "events,",
    "events, " + EVENT,
    "sub+sid,",
    "nonce, n",
  })
  void aTokenThatIsNoLogoutIsRefused(String names, String value) {
    try (FilterHarness gateway = gateway()) {
      Browser browser = loggedIn(gateway, "s1");
      Map<String, Object> told = told("1");
      for (String name : names.split("\\+", -1)) {
        if (value == null) {
          told.remove(name);
        } else {
          told.put(name, value.equals("1") ? 1 : value);
        }
      }
      RawResponse answer = post(gateway, provider.signed(told));
      assertEquals(400, answer.status(), answer::toString);
      assertEquals("no-store", answer.header("cache-control"));
      assertEquals(200, browser.send("GET", "/").status());
      String counted = "gateway_oidc_logouts_total{result=\"refused\",route=\"test\"} 1";
      assertTrue(metrics(gateway).contains(counted), () -> metrics(gateway));
    }
  }

  @Test
  void othersThanTheProviderAreRefused() {
    try (FilterHarness gateway = gateway()) {
      Browser browser = loggedIn(gateway, "s1");
      String good = provider.signed(told("1"));
      provider.signer = ScriptedProvider.OTHER_KEY;
      assertEquals(400, post(gateway, provider.signed(told("2"))).status());
      assertEquals(400, post(gateway, good.substring(0, good.length() - 4)).status());
      assertEquals(400, post(gateway, "eyJhbGciOiJub25lIn0.e30.").status());
      assertEquals(400, post(gateway, FORM, "").status());
      assertEquals(400, post(gateway, FORM, "logout_token=a&logout_token=" + good).status());
      assertEquals(400, post(gateway, "application/json", "logout_token=" + good).status());
      assertEquals(413, post(gateway, FORM, "a".repeat(70_000)).status());
      assertEquals(405, gateway.get("/oauth2/backchannel-logout").status());
      assertEquals(200, browser.send("GET", "/").status());
      assertEquals(200, post(gateway, good).status());
      assertEquals(400, post(gateway, good).status(), "a second time");
    }
  }

  @Test
  void aPageOfTheProviderEndsASessionThatItCanName() {
    try (FilterHarness gateway = gateway()) {
      Browser first = loggedIn(gateway, "s1");
      Browser second = loggedIn(gateway, "s2");
      String target = "/oauth2/frontchannel-logout?iss=" + provider.issuer() + "&sid=";
      RawResponse answer = gateway.get(target + "s1", "Sec-Fetch-Dest: iframe");
      assertEquals(200, answer.status());
      assertEquals("no-store", answer.header("cache-control"));
      assertEquals(401, first.send("GET", "/").status());
      assertEquals(200, second.send("GET", "/").status());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?sid=s1",
        "?iss=ISSUER",
        "?iss=http://evil&sid=s1",
        "?iss=ISSUER&sid=s1&sid=a"
      })
  void aLogoutThatNamesNoSessionOfTheProviderIsRefused(String query) {
    try (FilterHarness gateway = gateway()) {
      Browser browser = loggedIn(gateway, "s1");
      String target = "/oauth2/frontchannel-logout" + query.replace("ISSUER", provider.issuer());
      assertEquals(400, browser.send("GET", target).status());
      assertEquals(200, browser.send("GET", "/").status());
    }
  }
}
