package dev.yumen.filters.jwt;

import static dev.yumen.filters.jwt.Tokens.SECRET;
import static dev.yumen.filters.jwt.Tokens.claims;
import static dev.yumen.filters.jwt.Tokens.hmac;
import static dev.yumen.filters.jwt.Tokens.hs256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtFilterTest {
  private static final String BY_SECRET = "secret: \"" + SECRET + "\"";

  private static FilterHarness gateway(String settings) {
    return gateway(settings, "");
  }

  private static FilterHarness gateway(String settings, String more) {
    return FilterHarness.of("/**", "- jwt: {" + BY_SECRET + settings + "}", more);
  }

  static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }

  private static void assertRefused(int status, String challenge, RawResponse answer) {
    assertEquals(status, answer.status(), answer::text);
    assertEquals("Bearer realm=\"yumen\"" + challenge, answer.header("WWW-Authenticate"));
  }

  static void assertInvalid(RawResponse answer) {
    assertRefused(
        401,
        ", error=\"invalid_token\", error_description=\"The access token is expired, revoked,"
            + " malformed or invalid\"",
        answer);
    assertTrue(answer.text().contains("AUTH_INVALID"), answer::text);
  }

  @Test
  void aGoodTokenBecomesAConsumerAlsoASecondTime() {
    String token = hs256("\"groups\":[\"vip\",\"staff\"]");
    try (FilterHarness gateway = gateway("")) {
      for (int i = 0; i < 2; i++) {
        assertEquals(200, gateway.get("/", bearer(token)).status());
        assertEquals("ann", gateway.seen().header("X-Consumer-ID"));
        assertEquals("vip,staff", gateway.seen().header("X-Consumer-Groups"));
        assertNull(gateway.seen().header("Authorization"));
      }
      String metrics = metrics(gateway);
      assertTrue(metrics.contains("{result=\"verified\",route=\"test\"} 1"), metrics);
      assertTrue(metrics.contains("{result=\"cached\",route=\"test\"} 1"), metrics);
    }
  }

  private static String metrics(FilterHarness gateway) {
    return new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
  }

  @Test
  void withoutATokenTheClientIsAskedForOne() {
    try (FilterHarness gateway = gateway("")) {
      for (String line : List.of("A: b", "Authorization: Basic YTpi", "Authorization: Bearer ")) {
        RawResponse answer = gateway.get("/", line);
        assertRefused(401, "", answer);
        assertTrue(answer.text().contains("AUTH_MISSING"), answer::text);
      }
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void theSchemeIsNamedInAnyCase() {
    try (FilterHarness gateway = gateway("")) {
      assertEquals(200, gateway.get("/", "Authorization: bEARER  " + hs256("")).status());
    }
  }

  @Test
  void tokensInTwoPlacesAreNoRequest() {
    String token = hs256("");
    try (FilterHarness gateway = gateway(", cookie: token, query: access_token")) {
      String inQuery = "/?access_token=" + token;
      for (RawResponse answer :
          List.of(
              gateway.get("/", bearer(token), bearer(token)),
              gateway.get("/", bearer(token), "Cookie: token=" + token),
              gateway.get("/", "Cookie: token=" + token + "; token=" + token),
              gateway.get(inQuery, bearer(token)),
              gateway.get(inQuery + "&access_token=x"),
              gateway.get(inQuery, "Cookie: token=x"))) {
        assertRefused(
            400,
            ", error=\"invalid_request\", error_description=\"There must be one token in one"
                + " place\"",
            answer);
      }
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void cookieAndQueryCountOnlyWhenTheyAreNamedAndAreHidden() {
    String token = hs256("");
    try (FilterHarness gateway = gateway("")) {
      assertEquals(401, gateway.get("/?access_token=" + token).status());
      assertEquals(401, gateway.get("/", "Cookie: token=" + token).status());
    }
    try (FilterHarness gateway = gateway(", cookie: token, query: access_token")) {
      assertEquals(200, gateway.get("/?a=1&access_token=" + token).status());
      assertEquals("/?a=1", gateway.seen().target());
      assertEquals(200, gateway.get("/", "Cookie: a=1; token=" + token).status());
      assertEquals("a=1", gateway.seen().header("Cookie"));
      String other = "Authorization: Basic YTpi";
      assertEquals(200, gateway.get("/", other, "Cookie: token=" + token).status());
      assertEquals("Basic YTpi", gateway.seen().header("Authorization"));
      assertNull(gateway.seen().header("Cookie"));
    }
  }

  @Test
  void theTokenIsForwardedWhenWanted() {
    String token = hs256("");
    try (FilterHarness gateway = gateway(", hide-credentials: false")) {
      assertEquals(200, gateway.get("/", bearer(token)).status());
      assertEquals("Bearer " + token, gateway.seen().header("Authorization"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "audience: users | \"aud\":\"users\" | \"aud\":\"admins\"",
        "audience: [a, b] | \"aud\":[\"x\",\"b\"] | \"aud\":[\"x\"]",
        "audience: users | \"aud\":\"users\" | \"aud\":[[\"users\"]]",
        "audience: users | \"aud\":\"users\" | \"aud\":{\"users\":1}",
        "audience: users | \"aud\":\"users\" | \"x\":1",
        "issuer: i | \"iss\":\"i\" | \"iss\":\"I\"",
        "issuer: i | \"iss\":\"i\" | \"iss\":[\"i\"]",
        "issuer: i | \"iss\":\"i\" | \"x\":1",
        "required-claims: a.b | \"a\":{\"b\":0} | \"a\":{\"c\":0}",
        "required-claims: [a, c] | \"a\":1,\"c\":false | \"a\":1,\"c\":null",
        "consumer-claim: email | \"email\":\"a@b\" | \"email\":7",
        "consumer-claim: email | \"email\":\"a@b\" | \"email\":\" \"",
      })
  void claimsMustSayWhatTheyHaveTo(String setting, String good, String bad) {
    try (FilterHarness gateway = gateway(", " + setting)) {
      assertEquals(200, gateway.get("/", bearer(hs256(good))).status());
      assertInvalid(gateway.get("/", bearer(hs256(bad))));
      assertEquals(1, gateway.forwarded());
    }
  }

  @Test
  void typeMustBeTheOneThatIsAskedFor() {
    try (FilterHarness gateway = gateway(", type: at+jwt")) {
      for (String type : List.of("at+jwt", "application/AT+JWT")) {
        String header = "{\"alg\":\"HS256\",\"typ\":\"" + type + "\"}";
        String token = hmac(header, claims(""), SECRET.getBytes(UTF_8));
        assertEquals(200, gateway.get("/", bearer(token)).status());
      }
      assertInvalid(gateway.get("/", bearer(hs256(""))));
    }
  }

  /** The clock says 1000. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true  | \"exp\":1001",
        "true  | \"exp\":971",
        "true  | \"exp\":970.5",
        "false | \"exp\":970",
        "false | \"exp\":0",
        "false | \"exp\":-1",
        "false | \"exp\":\"1001\"",
        "false | \"exp\":1e300",
        "false | \"exp\":1e999999",
        "false | \"exp\":253402300800",
        "false | \"exp\":99999999999999999999999999999",
        "false | \"exp\":[1001]",
        "false | \"exp\":true",
        "false | \"exp\":null",
        "false | \"iat\":1",
        "true  | \"exp\":2000,\"nbf\":1030",
        "false | \"exp\":2000,\"nbf\":1031",
        "false | \"exp\":2000,\"nbf\":\"0\"",
        "false | \"exp\":2000,\"nbf\":1e300",
        "false | \"exp\":2000,\"iat\":\"yesterday\"",
        "true  | \"exp\":2000,\"iat\":5000",
      })
  void timesMustBeTimesAndRight(boolean good, String times) {
    ManualClock clock = new ManualClock(Instant.ofEpochSecond(1000));
    String token = hmac("{\"alg\":\"HS256\"}", "{\"sub\":\"a\"," + times + "}", bytes(SECRET));
    try (FilterHarness gateway = FilterHarness.of("- jwt: {" + BY_SECRET + "}", clock)) {
      RawResponse answer = gateway.get("/", bearer(token));
      assertEquals(good ? 200 : 401, answer.status(), answer::text);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void aTokenThatIsRememberedExpiresAllTheSame() {
    ManualClock clock = new ManualClock(Instant.ofEpochSecond(1000));
    String claims = "{\"sub\":\"a\",\"exp\":2000}";
    String token = hmac("{\"alg\":\"HS256\"}", claims, bytes(SECRET));
    try (FilterHarness gateway = FilterHarness.of("- jwt: {" + BY_SECRET + "}", clock)) {
      assertEquals(200, gateway.get("/", bearer(token)).status());
      clock.advance(Duration.ofSeconds(1029));
      assertEquals(200, gateway.get("/", bearer(token)).status());
      clock.advance(Duration.ofSeconds(1));
      assertInvalid(gateway.get("/", bearer(token)));
    }
  }

  @Test
  void aTokenWithoutExpiryIsGoodWhenThatIsAllowed() {
    String token = hmac("{\"alg\":\"HS256\"}", "{\"sub\":\"a\"}", bytes(SECRET));
    try (FilterHarness gateway = gateway(", require-expiry: false")) {
      assertEquals(200, gateway.get("/", bearer(token)).status());
    }
  }

  @Test
  void aScopeThatIsMissingIs403AndNamed() {
    try (FilterHarness gateway = gateway(", scopes: [read, \"write:users\"]")) {
      for (String good :
          List.of(
              "\"scope\":\"write:users x read\"",
              "\"scp\":[\"read\",\"write:users\"]",
              "\"scope\":\"read\",\"scp\":\"write:users\"")) {
        assertEquals(200, gateway.get("/", bearer(hs256(good))).status());
      }
      String bad = hs256("\"scope\":\"read write\"");
      for (int i = 0; i < 2; i++) {
        assertRefused(
            403,
            ", error=\"insufficient_scope\", error_description=\"The request needs another access"
                + " token\", scope=\"read write:users\"",
            gateway.get("/", bearer(bad)));
      }
    }
  }

  private static final String CONSUMERS =
      """
      consumers:
        - {name: ann of sales, groups: [vip], credentials: [{jwt: ann}]}
        - {name: bob of one, credentials: [{jwt: {subject: bob, issuer: one}}]}
        - {name: root, groups: [admins], credentials: [{api-key: a-key}]}
      """;

  @Test
  void aSubjectIsItsConsumerWithTheGroupsOfTheConfiguration() {
    try (FilterHarness gateway = gateway("", CONSUMERS)) {
      gateway.get("/", bearer(hs256("\"groups\":[\"admins\"]")));
      assertEquals("ann of sales".replace(" ", "%20"), gateway.seen().header("X-Consumer-ID"));
      assertEquals("vip", gateway.seen().header("X-Consumer-Groups"));
      gateway.get("/", bearer(of("bob", ",\"iss\":\"one\"")));
      assertEquals("bob%20of%20one", gateway.seen().header("X-Consumer-ID"));
      gateway.get("/", bearer(of("bob", ",\"iss\":\"two\",\"groups\":\"a b\"")));
      assertEquals("bob", gateway.seen().header("X-Consumer-ID"));
      assertEquals("a,b", gateway.seen().header("X-Consumer-Groups"));
    }
  }

  private static String of(String subject, String more) {
    String claims = "{\"sub\":\"" + subject + "\",\"exp\":4000000000" + more + "}";
    return hmac("{\"alg\":\"HS256\"}", claims, bytes(SECRET));
  }

  @Test
  void whatTheUpstreamIsToldCanNotBeForgedBehindTheBody() {
    try (FilterHarness gateway = gateway(", claims-to-headers: {sub: X-User, email: X-Email}");
        RawClient client = gateway.connect()) {
      client.send(
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
              + bearer(hs256(""))
              + "\r\n\r\n1\r\na\r\n0\r\n"
              + "X-User: evil\r\nX_Email: evil\r\nX-Email: evil\r\nX-Checksum: 7\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertEquals(List.of(Map.entry("X-Checksum", "7")), gateway.seen().trailers());
    }
  }

  @Test
  void anIssuerCanNotNameAConsumerThatIsNotIts() {
    try (FilterHarness gateway = gateway("", CONSUMERS)) {
      for (int i = 0; i < 2; i++) {
        RawResponse answer = gateway.get("/", bearer(of("root", "")));
        assertEquals(403, answer.status());
        assertTrue(answer.text().contains("FORBIDDEN"), answer::text);
        assertNull(answer.header("WWW-Authenticate"), "another scope would not help");
      }
      assertEquals(0, gateway.forwarded());
      String metrics = metrics(gateway);
      assertTrue(metrics.contains("result=\"subject\",route=\"test\"} 2"), metrics);
      assertTrue(metrics.contains("result=\"scope\",route=\"test\"} 0"), metrics);
    }
  }

  @Test
  void strangersAreRefusedWhenThatIsWanted() {
    try (FilterHarness gateway = gateway(", unknown: reject", CONSUMERS)) {
      assertEquals(200, gateway.get("/", bearer(hs256(""))).status());
      assertEquals(403, gateway.get("/", bearer(of("eve", ""))).status());
    }
  }

  @Test
  void groupsMayStandDeepInTheClaims() {
    try (FilterHarness gateway = gateway(", groups-claim: realm_access.roles")) {
      gateway.get("/", bearer(hs256("\"realm_access\":{\"roles\":[\"a\",\"b,c\"]}")));
      assertEquals("a,b%2Cc", gateway.seen().header("X-Consumer-Groups"));
    }
  }

  @Test
  void claimsBecomeHeadersThatClientsCanNotSet() {
    String settings =
        ", claims-to-headers: {sub: X-User, n: X-Number, t: X-Text, l: X-List, o: X-Object, no:"
            + " X-Absent}";
    String token =
        hs256(
            "\"n\":7,\"t\":\"a\\r\\nX-Admin: 1 \\u00fc%\",\"l\":[\"a\",\"b,c\",true],"
                + "\"o\":{\"k\":[1]}");
    try (FilterHarness gateway = gateway(settings)) {
      RawResponse answer =
          gateway.get(
              "/",
              bearer(token),
              "X-User: root",
              "X_User: root",
              "x-user: root",
              "X_ABSENT: root",
              "X-Absent: root",
              "X-Consumer-ID: root",
              "X_Consumer_ID: root",
              "x-consumer_groups: root",
              "Connection: X-User, X-Consumer-ID, X-Number");
      assertEquals(200, answer.status());
      assertEquals(List.of("ann"), gateway.seen().headerValues("X-User"));
      assertEquals(List.of("ann"), gateway.seen().headerValues("X-Consumer-ID"));
      assertEquals("7", gateway.seen().header("X-Number"));
      assertEquals("a%0D%0AX-Admin%3A%201%20%C3%BC%25", gateway.seen().header("X-Text"));
      assertEquals("a,b%2Cc,true", gateway.seen().header("X-List"));
      assertEquals("%7B%22k%22%3A%5B1%5D%7D", gateway.seen().header("X-Object"));
      assertNull(gateway.seen().header("X-Absent"));
      assertNull(gateway.seen().header("X-Admin"));
      assertFalse(gateway.seen().head().contains("root"), gateway.seen()::head);
    }
  }

  @Test
  void laterFiltersKnowTheConsumer() {
    try (FilterHarness gateway =
        FilterHarness.of(
            "- jwt: {%s}\n- rate-limit: {rate: 1/h, key: consumer}".formatted(BY_SECRET))) {
      assertEquals(200, gateway.get("/", bearer(of("a", ""))).status());
      assertEquals(429, gateway.get("/", bearer(of("a", ",\"x\":1"))).status());
      assertEquals(200, gateway.get("/", bearer(of("b", ""))).status());
    }
  }

  @Test
  void rememberedTokensSurviveAReloadWithTheSameSettings() {
    String filters = "- jwt: {" + BY_SECRET + "}";
    String token = hs256("");
    try (FilterHarness gateway = FilterHarness.of(filters)) {
      assertEquals(200, gateway.get("/", bearer(token)).status());
      gateway.reload("- request-headers: {set: {A: b}}\n" + filters);
      assertEquals(200, gateway.get("/", bearer(token)).status());
      assertTrue(
          metrics(gateway).contains("result=\"cached\",route=\"test\"} 1"), () -> metrics(gateway));
      gateway.reload(filters.replace("0123", "3210"));
      assertInvalid(gateway.get("/", bearer(token)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{issuer: id.example.com}",
        "{issuer: 'http://id.example.com'}",
        "{secret: short}",
        "{secret: 0123456789abcdef0123456789abcdef, algorithm: HS384}",
        "{secret: 0123456789abcdef0123456789abcdef, algorithm: none}",
        "{secret: 0123456789abcdef0123456789abcdef, algorithm: RS256}",
        "{secret: 0123456789abcdef0123456789abcdef, public-key: x}",
        "{public-key: x}",
        "{public-key: '-----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY-----'}",
        "{jwks: 'http://id.example.com/keys'}",
        "{jwks: 'file:///etc/passwd'}",
        "{jwks: 'https://user:password@id.example.com/'}",
        "{jwks: {keys: '{}'}}",
        "{jwks: {keys: '{\"keys\":[]}'}}",
        "{jwks: {keys: '{\"keys\":[],\"keys\":[]}'}}",
        "{secret: 0123456789abcdef0123456789abcdef, claims-to-headers: {a: X-Consumer-ID}}",
        "{secret: 0123456789abcdef0123456789abcdef, claims-to-headers: {a: x_consumer_groups}}",
        "{secret: 0123456789abcdef0123456789abcdef, claims-to-headers: {a: X-A, b: x_a}}",
        "{secret: 0123456789abcdef0123456789abcdef, claims-to-headers: {a: Host}}",
        "{secret: 0123456789abcdef0123456789abcdef, claims-to-headers: {a: Content-Length}}",
        "{secret: 0123456789abcdef0123456789abcdef, scopes: 'a b'}",
        "{secret: 0123456789abcdef0123456789abcdef, clock-skew: 1h}",
        "{secret: 0123456789abcdef0123456789abcdef, realm: 'a\"b'}",
        "{secret: 0123456789abcdef0123456789abcdef, max-size: 1MiB}",
        "{secret: 0123456789abcdef0123456789abcdef, unknown: reject}",
      })
  void badSettingsAreRefusedAndSecretsNotShown(String settings) {
    List<String> problems = FilterHarness.problems("- jwt: " + settings);
    assertFalse(problems.isEmpty());
    assertFalse(problems.toString().contains("0123456789abcdef"), problems::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "secret: 0123456789abcdef0123456789abcdef, algorithm: RS256 | RS256 with secret",
        "secret: 0123456789abcdef0123456789abcdef, algorithm: [RS256, ES256] | RS256, ES256 with secret",
        "public-key: x, algorithm: HS256 | HS256 with public-key",
        "secret: short, algorithm: HS256 | secret: no key",
        "secret: 0123456789abcdef0123456789abcdef, algorithm: [RS256, HS384] | secret: no key"
      })
  void algorithmsAndKeysThatDoNotFitAreBothNamed(String settings, String named) {
    List<String> problems = FilterHarness.problems("- jwt: {" + settings + "}");
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(named), problems::toString);
  }
}
