package dev.yumen.filters.oidc;

import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.filters.path.Parameters;
import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.RawResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What strangers, other sites and broken providers try; none of it ends in a session. */
class OidcAttacksTest {
  private static final String SESSION = "yumen-session";

  private final ManualClock clock = new ManualClock(Instant.now());
  private final ScriptedProvider provider = new ScriptedProvider(clock);
  private final FilterHarness gateway =
      FilterHarness.of(
          "- oidc-login: {issuer: '%s', client-id: shop, allow-http: true, cookie-secret: %s}"
              .formatted(provider.issuer(), "x".repeat(32)),
          clock);
  private final Browser browser = new Browser(gateway);

  @AfterEach
  void close() {
    gateway.close();
    provider.close();
  }

  private String begin() {
    Parameters asked = browser.beginLogin("/");
    provider.nonce = asked.values("nonce").getFirst();
    return asked.values("state").getFirst();
  }

  private void assertRefused(int status, RawResponse answer) {
    assertEquals(status, answer.status(), answer::toString);
    assertNull(answer.header("location"));
    assertTrue(answer.text().contains("\"code\":\""), answer::text);
    assertFalse(browser.cookies.containsKey(SESSION));
    assertEquals(0, gateway.forwarded());
  }

  /** Answers to the browser, where STATE is the state of its login. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "400 ?code=c",
        "400 ?code=c&state=",
        "400 ?code=c&state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "400 ?code=c&state=STATEx",
        "400 ?code=c&state=STATE&state=STATE",
        "400 ?code=c&code=d&state=STATE",
        "400 ?state=STATE",
        "400 ?code=&state=STATE",
        "400 ?code=c&state=STATE&iss=https://evil.example",
        "400 ?code=c&state=STATE&iss=",
        "400 ?code=c&state=STATE&iss=ISSUER&iss=https://evil.example",
        "401 ?error=access_denied&state=STATE",
        "401 ?error=%3Cscript%3E%0d%0aX:1&state=STATE",
        "401 ?error=access_denied&code=c&state=STATE",
        "400 ?error=access_denied",
        "503 ?error=server_error&state=STATE",
        "503 ?error=temporarily_unavailable&state=STATE"
      })
  void answersThatAreNone(String line) {
    String state = begin();
    String query = line.substring(4).replace("STATE", state).replace("ISSUER", provider.issuer());
    assertRefused(Integer.parseInt(line.substring(0, 3)), browser.open("/oauth2/callback" + query));
    assertEquals(List.of(), provider.forms());
  }

  @Test
  void anAnswerWithTheRightIssuerIsGood() {
    String query = "?code=c&state=" + begin() + "&iss=" + provider.issuer();
    assertEquals(303, browser.open("/oauth2/callback" + query).status());
  }

  @Test
  void aProviderThatNamesItselfDoesSoAlways() {
    provider.configuration =
        members -> members.put("authorization_response_iss_parameter_supported", true);
    assertRefused(400, browser.open("/oauth2/callback?code=c&state=" + begin()));
    assertEquals(List.of(), provider.forms());
  }

  @Test
  void anAnswerIsTakenOnce() {
    String target = "/oauth2/callback?code=c&state=" + begin();
    Browser copy = browser.copy();
    assertEquals(303, browser.open(target).status());
    assertEquals(400, copy.open(target).status());
    assertEquals(400, browser.open(target).status());
    assertEquals(1, provider.forms().size());
  }

  @Test
  void anAnswerToAnotherBrowserIsNone() {
    String state = begin();
    Browser victim = new Browser(gateway);
    victim.beginLogin("/");
    assertEquals(400, victim.open("/oauth2/callback?code=c&state=" + state).status());
    assertFalse(victim.cookies.containsKey(SESSION));
  }

  @Test
  void anAnswerThatIsLateIsNone() {
    String state = begin();
    clock.advance(Duration.ofMinutes(10));
    assertRefused(400, browser.open("/oauth2/callback?code=c&state=" + state));
  }

  @Test
  void anAnswerByPostIsNone() {
    String state = begin();
    assertRefused(400, browser.send("POST", "/oauth2/callback?code=c&state=" + state));
  }

  @Test
  void aLoginThatWasChangedByOneBitIsNone() {
    String state = begin();
    browser.cookies.replaceAll((_, value) -> flipped(value, 40));
    assertRefused(400, browser.open("/oauth2/callback?code=c&state=" + state));
  }

  static Stream<Arguments> idTokens() {
    return Stream.of(
        claims("nonce of another login", said -> said.put("nonce", "x")),
        claims("no nonce", said -> said.remove("nonce")),
        claims("nonce that is no text", said -> said.put("nonce", 1)),
        claims("another issuer", said -> said.put("iss", "https://evil.example")),
        claims("no issuer", said -> said.remove("iss")),
        claims("another audience", said -> said.put("aud", "other")),
        claims("no audience", said -> said.remove("aud")),
        claims("several audiences, no azp", said -> said.put("aud", List.of("shop", "other"))),
        claims("another azp", said -> said.put("azp", "other")),
        claims("azp that is no text", said -> said.put("azp", List.of("shop"))),
        claims("expired", said -> said.put("exp", 1_000_000_000)),
        claims("no expiry", said -> said.remove("exp")),
        claims("expiry as text", said -> said.put("exp", "4102444800")),
        claims("not valid yet", said -> said.put("nbf", 4_102_444_800L)),
        claims("no subject", said -> said.remove("sub")),
        claims("empty subject", said -> said.put("sub", "")));
  }

  private static Arguments claims(String name, Consumer<Map<String, Object>> change) {
    return Arguments.of(name, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("idTokens")
  void idTokensThatDoNotProveTheLogin(String name, Consumer<Map<String, Object>> change) {
    provider.claims = change;
    assertRefused(401, browser.open("/oauth2/callback?code=c&state=" + begin()));
    assertEquals(1, provider.forms().size(), name);
  }

  @Test
  void anIdTokenOfAnotherKeyIsNone() {
    provider.signer = ScriptedProvider.OTHER_KEY;
    assertRefused(401, browser.open("/oauth2/callback?code=c&state=" + begin()));
  }

  static Stream<Arguments> idTokenTexts() {
    return Stream.of(
        Arguments.of("missing", null),
        Arguments.of("alg none", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ."),
        Arguments.of("no token", "abc"),
        Arguments.of("empty", ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("idTokenTexts")
  void whatIsNoIdToken(String name, String text) {
    provider.tokens = members -> members.put("id_token", text);
    assertRefused(401, browser.open("/oauth2/callback?code=c&state=" + begin()));
    assertEquals(1, provider.forms().size(), name);
  }

  static Stream<Arguments> tokenAnswers() {
    return Stream.of(
        Arguments.of(401, "invalid_grant", respond(400, "{\"error\":\"invalid_grant\"}")),
        Arguments.of(401, "invalid_client", respond(401, "{\"error\":\"invalid_client\"}")),
        Arguments.of(401, "an error that is none", respond(400, "{\"error\":\"<script>\\n\"}")),
        Arguments.of(503, "down", respond(502, "")),
        Arguments.of(503, "busy", respond(429, "")),
        Arguments.of(503, "HTML", respond(200, "<html>")),
        Arguments.of(503, "empty", respond(200, "")),
        Arguments.of(503, "a list", respond(200, "[]")),
        Arguments.of(503, "no token", respond(200, "{\"token_type\":\"Bearer\"}")),
        Arguments.of(
            503, "no bearer", respond(200, "{\"access_token\":\"a\",\"token_type\":\"mac\"}")),
        Arguments.of(
            503,
            "a token with line ends",
            respond(200, "{\"access_token\":\"a\\r\\nX: 1\",\"token_type\":\"Bearer\"}")),
        Arguments.of(503, "twice", respond(200, "{\"access_token\":\"a\",\"access_token\":\"b\"}")),
        Arguments.of(503, "huge", respond(200, "{\"a\":\"" + "x".repeat(70_000) + "\"}")),
        Arguments.of(
            503, "a redirect", respond(307, Map.of("Location", "http://127.0.0.1:9/"), "")));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("tokenAnswers")
  void tokenEndpointsThatGiveNone(int status, String name, Behaviour answer) {
    provider.tokenEndpoint = answer;
    assertRefused(status, browser.open("/oauth2/callback?code=c&state=" + begin()));
    assertEquals(1, provider.forms().size(), name);
  }

  @Test
  void aSessionThatWasChangedByOneBitIsNone() {
    browser.logIn(provider);
    String cookie = String.valueOf(browser.cookies.get(SESSION));
    for (int i = 0; i < cookie.length(); i += 7) {
      String changed = SESSION + "=" + flipped(cookie, i);
      assertEquals(401, gateway.get("/", "Cookie: " + changed).status(), changed);
    }
    assertEquals(200, gateway.get("/", "Cookie: " + SESSION + "=" + cookie).status());
  }

  @Test
  void aCookieCountsUnderItsOwnNameAndOnce() {
    browser.beginLogin("/");
    String login = browser.cookies.values().iterator().next();
    assertEquals(401, gateway.get("/", "Cookie: " + SESSION + "=1." + login).status());
    browser.logIn(provider);
    String session = SESSION + "=" + browser.cookies.get(SESSION);
    assertEquals(401, gateway.get("/", "Cookie: " + session + "; " + session).status());
    assertEquals(401, gateway.get("/", "Cookie: __Host-" + session).status());
    assertEquals(401, gateway.get("/", "Cookie: x" + session).status());
    assertEquals(0, gateway.forwarded());
  }

  @Test
  void aSessionOfAnotherClientIsNone() {
    browser.logIn(provider);
    gateway.reload(
        "- oidc-login: {issuer: '%s', client-id: other, allow-http: true, cookie-secret: %s}"
            .formatted(provider.issuer(), "x".repeat(32)));
    assertEquals(401, browser.send("GET", "/").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "evil",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\/evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/\u0000",
        "/a b",
        "/\u2215evil",
        "*"
      })
  void nobodyIsSentElsewhere(String target) {
    assertEquals("/", ReturnTarget.safe(target));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/a//b?c=//evil.example", "/a?next=https://evil.example/"})
  void pathsOfTheSameOriginAreGoodTargets(String target) {
    assertEquals(target, ReturnTarget.safe(target));
  }

  /** Another character at this place, that differs in one bit of what it stands for or more. */
  private static String flipped(String text, int at) {
    char c = text.charAt(at);
    return text.substring(0, at) + (c == 'A' ? 'B' : 'A') + text.substring(at + 1);
  }
}
