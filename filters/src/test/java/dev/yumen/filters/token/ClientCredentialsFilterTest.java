package dev.yumen.filters.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A provider over a real socket, and what a gateway does with the tokens that it gives. */
class ClientCredentialsFilterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private volatile Behaviour now = gives("one", "\"expires_in\":600");
  private final ScriptedUpstream provider = ScriptedUpstream.start(request -> now.serve(request));
  private final ManualClock clock = new ManualClock();

  @AfterEach
  void stop() {
    provider.close();
  }

  private static Behaviour gives(String token, String more) {
    return says(
        "{\"access_token\":\"%s\",\"token_type\":\"Bearer\"%s}"
            .formatted(token, more.isEmpty() ? "" : "," + more));
  }

  private static Behaviour says(String body) {
    return Behaviours.respond(200, Map.of("Content-Type", "application/json"), body);
  }

  private String filter(String more) {
    return "- client-credentials: {token-url: 'http://%s/token', allow-http: true,%s"
            .formatted(provider.address(), " client-id: gate way, client-secret: 's:e/c'")
        + more
        + "}";
  }

  private FilterHarness gateway(String more) {
    return FilterHarness.of(filter(more), clock);
  }

  private static String shown(FilterHarness gateway) {
    RawResponse answer = gateway.get("/");
    assertEquals(200, answer.status(), answer::text);
    return String.valueOf(gateway.seen().header("Authorization"));
  }

  private static void assertUnavailable(FilterHarness gateway) {
    int before = gateway.forwarded();
    RawResponse answer = gateway.get("/");
    assertEquals(503, answer.status(), answer::text);
    assertTrue(answer.text().contains("AUTH_UNAVAILABLE"), answer::text);
    assertEquals(before, gateway.forwarded());
  }

  /** Requests, so that the gateway sees that it is time, until it shows this token. */
  private static void awaitShown(FilterHarness gateway, String token) {
    Eventually.within(PATIENCE, token, () -> shown(gateway).equals("Bearer " + token));
  }

  private static String metrics(FilterHarness gateway) {
    return new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
  }

  private static void awaitFetches(FilterHarness gateway, String result, int count) {
    String line = "result=\"" + result + "\"} " + count + ".0\n";
    Eventually.within(PATIENCE, line, () -> metrics(gateway).contains(line));
  }

  @Test
  void theUpstreamGetsTheTokenInsteadOfWhatTheClientSent() {
    try (FilterHarness gateway = gateway("")) {
      assertEquals(200, gateway.get("/", "Authorization: Bearer evil").status());
      assertEquals(List.of("Bearer one"), gateway.seen().headerValues("Authorization"));
      assertEquals("Bearer one", shown(gateway));
      assertEquals(1, provider.requests().size());
    }
  }

  @Test
  void theProviderIsAskedAsTheStandardSays() {
    try (FilterHarness gateway =
        gateway(", scopes: [read, write], parameters: {audience: 'https://api/?a&b'}")) {
      shown(gateway);
      Recorded asked = provider.awaitRequest(1);
      assertEquals("POST", asked.method());
      assertEquals("/token", asked.target());
      assertEquals("application/x-www-form-urlencoded", asked.header("content-type"));
      assertEquals("application/json", asked.header("accept"));
      assertEquals(
          "grant_type=client_credentials&scope=read+write&audience=https%3A%2F%2Fapi%2F%3Fa%26b",
          asked.text());
      // gate+way:s%3Ae%2Fc
      assertEquals("Basic Z2F0ZSt3YXk6cyUzQWUlMkZj", asked.header("authorization"));
    }
  }

  @Test
  void theSecretMayStandInTheForm() {
    try (FilterHarness gateway = gateway(", client-auth: post")) {
      shown(gateway);
      Recorded asked = provider.awaitRequest(1);
      assertNull(asked.header("authorization"));
      assertEquals(
          "grant_type=client_credentials&client_id=gate+way&client_secret=s%3Ae%2Fc", asked.text());
    }
  }

  @Test
  void theEndpointIsFoundByTheIssuer() {
    String issuer = "http://" + provider.address() + "/realms/shop";
    now =
        request ->
            (request.recorded().target().equals("/realms/shop/.well-known/openid-configuration")
                    ? says(
                        "{\"issuer\":\"%s\",\"token_endpoint\":\"%s/t\"}".formatted(issuer, issuer))
                    : gives("one", "\"expires_in\":600"))
                .serve(request);
    try (FilterHarness gateway =
        FilterHarness.of(
            "- client-credentials: {issuer: '%s', allow-http: true, client-id: a, client-secret: b}"
                .formatted(issuer))) {
      assertEquals("Bearer one", shown(gateway));
      assertEquals("/realms/shop/t", provider.awaitRequest(2).target());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"issuer\":\"https://evil\",\"token_endpoint\":\"http://%s/t\"}",
        "{\"issuer\":\"http://%s\"}",
        "{\"issuer\":\"http://%s\",\"token_endpoint\":\"ftp://%s/t\"}",
        "{\"issuer\":\"http://%s\",\"token_endpoint\":[\"http://%s/t\"]}",
        "<html>login</html>"
      })
  void anIssuerThatNamesNoEndpointGetsNoSecret(String document) {
    String address = provider.address();
    now = says(document.replace("%s", address));
    try (FilterHarness gateway =
        FilterHarness.of(
            "- client-credentials: {issuer: 'http://%s', allow-http: true, client-id: a, client-secret: b}"
                .formatted(address))) {
      assertUnavailable(gateway);
      assertEquals(1, provider.requests().size());
      assertEquals("GET", provider.requests().getFirst().method());
    }
  }

  @Test
  void aTokenIsFetchedAgainBeforeItEndsAndNobodyWaits() {
    try (FilterHarness gateway = gateway("")) {
      assertEquals("Bearer one", shown(gateway));
      CountDownLatch slow = new CountDownLatch(1);
      now = Behaviours.await(slow).then(gives("two", "\"expires_in\":600"));
      clock.advance(Duration.ofSeconds(539));
      assertEquals("Bearer one", shown(gateway));
      assertEquals(1, provider.requests().size());
      clock.advance(Duration.ofSeconds(1));
      for (int i = 0; i < 3; i++) {
        assertEquals("Bearer one", shown(gateway));
      }
      provider.awaitRequest(2);
      slow.countDown();
      awaitShown(gateway, "two");
      assertEquals(2, provider.requests().size());
    }
  }

  @Test
  void aTokenCountsInAnOutageUntilItEnds() {
    try (FilterHarness gateway = gateway("")) {
      assertEquals("Bearer one", shown(gateway));
      now = Behaviours.close();
      clock.advance(Duration.ofSeconds(550));
      assertEquals("Bearer one", shown(gateway));
      awaitFetches(gateway, "unreachable", 1);
      clock.advance(Duration.ofSeconds(49));
      assertEquals("Bearer one", shown(gateway));
      awaitFetches(gateway, "unreachable", 2);
      clock.advance(Duration.ofSeconds(1));
      assertUnavailable(gateway);
      now = gives("two", "\"expires_in\":600");
      clock.advance(Duration.ofSeconds(1));
      assertEquals("Bearer two", shown(gateway));
    }
  }

  @Test
  void aProviderThatIsDownIsAskedOnceInAWhile() {
    now = Behaviours.respond(500, "");
    try (FilterHarness gateway = gateway("")) {
      for (int i = 0; i < 5; i++) {
        assertUnavailable(gateway);
      }
      assertEquals(1, provider.requests().size());
      clock.advance(Duration.ofSeconds(1));
      assertUnavailable(gateway);
      clock.advance(Duration.ofMillis(1999));
      assertUnavailable(gateway);
      assertEquals(2, provider.requests().size());
      clock.advance(Duration.ofMillis(1));
      assertUnavailable(gateway);
      assertEquals(3, provider.requests().size());
    }
  }

  @Test
  void requestsAtOnceFetchOnce() {
    CountDownLatch asked = new CountDownLatch(1);
    now = Behaviours.await(asked).then(gives("one", "\"expires_in\":600"));
    try (FilterHarness gateway = gateway("")) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        RawClient client = gateway.connect();
        clients.add(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
      }
      provider.awaitRequest(1);
      clients.removeFirst().reset();
      asked.countDown();
      for (RawClient client : clients) {
        assertEquals(200, client.readResponse().status());
        client.close();
      }
      assertEquals(1, provider.requests().size());
    }
  }

  @Test
  void aReloadKeepsTheToken() {
    try (FilterHarness gateway = gateway("")) {
      assertEquals("Bearer one", shown(gateway));
      now = gives("two", "\"expires_in\":600");
      assertEquals(List.of(), gateway.reload(filter("") + "\n- request-id"));
      assertEquals("Bearer one", shown(gateway));
      assertEquals(List.of(), gateway.reload(filter(", scopes: read")));
      assertEquals("Bearer two", shown(gateway));
    }
  }

  @Test
  void aTokenThatTheServiceDoesNotTakeIsReplacedOnceInAWhile() {
    try (FilterHarness gateway = gateway("")) {
      assertEquals("Bearer one", shown(gateway));
      now = gives("two", "\"expires_in\":600");
      assertEquals(401, gateway.upstreamAnswers(401).get("/").status());
      assertEquals("Bearer two", shown(gateway));
      for (int i = 0; i < 5; i++) {
        assertEquals(401, gateway.upstreamAnswers(401).get("/").status());
      }
      assertEquals("Bearer two", shown(gateway));
      assertEquals(2, provider.requests().size());
      clock.advance(Duration.ofSeconds(5));
      now = gives("three", "\"expires_in\":600");
      gateway.upstreamAnswers(403).get("/");
      gateway.upstreamAnswers(500).get("/");
      assertEquals("Bearer two", shown(gateway));
      gateway.upstreamAnswers(401).get("/");
      assertEquals("Bearer three", shown(gateway));
    }
  }

  @Test
  void aTokenThatCanNotBeReplacedGoesOn() {
    try (FilterHarness gateway = gateway("")) {
      assertEquals("Bearer one", shown(gateway));
      now = Behaviours.respond(500, "");
      gateway.upstreamAnswers(401).get("/");
      assertEquals("Bearer one", shown(gateway));
      assertEquals(2, provider.requests().size());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', 300",
    "'\"expires_in\":null', 300",
    "'\"expires_in\":\"90\"', 90",
    "'\"expires_in\":90.5', 90",
    "'\"expires_in\":7', 7",
    "'\"expires_in\":1e300', 2592000",
    "'\"expires_in\":99999999999999999999', 2592000"
  })
  void aTokenEndsWhenTheProviderSaysOrSettingsDo(String said, int seconds) {
    now = gives("one", said);
    try (FilterHarness gateway = gateway("")) {
      assertEquals("Bearer one", shown(gateway));
      now = Behaviours.close();
      clock.advance(Duration.ofSeconds(seconds).minusMillis(1));
      assertEquals("Bearer one", shown(gateway));
      awaitFetches(gateway, "unreachable", 1);
      clock.advance(Duration.ofSeconds(1));
      assertUnavailable(gateway);
    }
  }

  @TestFactory
  Stream<DynamicTest> answersThatAreNoTokenAreNotShown() {
    Map<String, Behaviour> all = new LinkedHashMap<>();
    all.put("HTML", Behaviours.respond(200, "<html>access_token</html>"));
    all.put("nothing", says(""));
    all.put("a list", says("[{\"access_token\":\"a\",\"token_type\":\"Bearer\"}]"));
    all.put("half", says("{\"access_token\":\"a\",\"token_type\":\"Bearer\""));
    all.put("no token", says("{\"token_type\":\"Bearer\",\"expires_in\":60}"));
    all.put("no type", says("{\"access_token\":\"a\",\"expires_in\":60}"));
    all.put("another type", says("{\"access_token\":\"a\",\"token_type\":\"DPoP\"}"));
    all.put("type of the wrong type", says("{\"access_token\":\"a\",\"token_type\":[\"Bearer\"]}"));
    all.put("token of the wrong type", says("{\"access_token\":1,\"token_type\":\"Bearer\"}"));
    all.put("token twice", gives("a", "\"access_token\":\"b\""));
    all.put("empty", gives("", ""));
    all.put("line end", gives("a\\r\\nX-Admin: 1", ""));
    all.put("space", gives("a b", ""));
    all.put("expired", gives("a", "\"expires_in\":0"));
    all.put("negative", gives("a", "\"expires_in\":-60"));
    all.put("negative as text", gives("a", "\"expires_in\":\"-60\""));
    all.put("expires_in as truth", gives("a", "\"expires_in\":true"));
    all.put("expires_in as object", gives("a", "\"expires_in\":{\"s\":60}"));
    all.put("huge", gives("a", "\"x\":\"" + "x".repeat(70_000) + "\""));
    all.put("deep", gives("a", "\"x\":" + "[".repeat(1000) + "]".repeat(1000)));
    all.put(
        "redirect",
        Behaviours.respond(307, Map.of("Location", "http://" + provider.address() + "/x"), ""));
    all.put("created", Behaviours.respond(201, "{\"access_token\":\"a\"}"));
    all.put("refused", Behaviours.respond(401, "{\"error\":\"invalid_client\"}"));
    all.put("bad request", Behaviours.respond(400, "{\"error\":\"invalid_scope\"}"));
    all.put("broken", Behaviours.respond(500, "{\"access_token\":\"a\"}"));
    all.put("hangs up", Behaviours.close());
    all.put("silent", Behaviours.neverAnswer());
    return all.entrySet().stream()
        .map(each -> dynamicTest(each.getKey(), () -> assertNotShown(each.getValue())));
  }

  private void assertNotShown(Behaviour behaviour) {
    int before = provider.requests().size();
    now = behaviour;
    try (FilterHarness gateway = gateway(", timeout: 3s")) {
      assertUnavailable(gateway);
      assertEquals(before + 1, provider.requests().size());
      now = gives("one", "");
      clock.advance(Duration.ofSeconds(1));
      assertEquals("Bearer one", shown(gateway));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 500})
  void noTokenAndNoSecretStandsInTheLog(int status) {
    Logger log = (Logger) LoggerFactory.getLogger("dev.yumen");
    Level before = log.getLevel();
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.DEBUG);
    String secret = "tOkEn-of-the-gateway";
    now =
        Behaviours.respond(
            status,
            "{\"error\":\"%s\",\"access_token\":\"%s\",\"token_type\":\"mac\"}"
                .formatted(secret, secret));
    try (FilterHarness gateway = gateway("")) {
      assertUnavailable(gateway);
      List<String> said =
          List.copyOf(lines.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
      assertTrue(said.stream().anyMatch(line -> line.contains("no token from")), said::toString);
      for (String line : said) {
        assertFalse(line.contains(secret) || line.contains("s:e/c"), line);
      }
    } finally {
      log.setLevel(before);
      log.detachAppender(lines);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "client-id: a, client-secret: b | token-url or issuer",
        "token-url: 'https://a', issuer: 'https://a', client-id: a, client-secret: b | issuer",
        "token-url: 'http://a', client-id: a, client-secret: b | allow-http",
        "token-url: 'ftp://a', allow-http: true, client-id: a, client-secret: b | token-url",
        "token-url: 'https://u:p@a', client-id: a, client-secret: b | token-url",
        "issuer: 'a', client-id: a, client-secret: b | issuer",
        "token-url: 'https://a', client-id: a | client-secret",
        "token-url: 'https://a', client-id: '', client-secret: b | client-id",
        "token-url: 'https://a', client-id: a, client-secret: '' | client-secret",
        "token-url: 'https://a', client-id: a, client-secret: b, scopes: 'a b' | scopes",
        "token-url: 'https://a', client-id: a, client-secret: b, parameters: {scope: a} | scope",
        "token-url: 'https://a', client-id: a, client-secret: b, lifetime: 0s | lifetime",
        "token-url: 'https://a', client-id: a, client-secret: b, timeout: 2m | 10ms to 1m"
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String named) {
    List<String> problems = FilterHarness.problems("- client-credentials: {" + settings + "}");
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(named), problems::toString);
  }
}
