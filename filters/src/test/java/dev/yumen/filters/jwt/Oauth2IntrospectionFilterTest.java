package dev.yumen.filters.jwt;

import static dev.yumen.filters.jwt.JwtFilterTest.assertInvalid;
import static dev.yumen.filters.jwt.JwtFilterTest.bearer;
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
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
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

/** A service that is asked over a real socket, and what a gateway makes of what it says. */
class Oauth2IntrospectionFilterTest {
  private static final String TOKEN = "mF_9.B5f-4.1JqM";
  private static final String ANN = "\"active\":true,\"sub\":\"ann\"";

  private volatile Behaviour now = says(ANN);
  private final ScriptedUpstream service =
      ScriptedUpstream.start(
          request -> {
            request.readBody();
            now.serve(request);
          });

  @AfterEach
  void stop() {
    service.close();
  }

  private static Behaviour says(String members) {
    return Behaviours.respond(200, "{" + members + "}");
  }

  private FilterHarness gateway(String settings) {
    return gateway(settings, InstantSource.system());
  }

  private FilterHarness gateway(String settings, InstantSource clock) {
    return FilterHarness.run(
        """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams:
          users: {endpoints: ["127.0.0.1:9001"]}
          id: {endpoints: ["%s"]}
        consumers:
          - {name: billing, groups: [internal], credentials: [{jwt: {subject: service-7}}]}
        routes:
          - id: test
            match: {path: "/**"}
            to: users
            filters:
              - oauth2-introspection: {upstream: id, client-id: gate way, client-secret: "s:e/c"%s}
        """
            .formatted(service.address(), settings),
        Path.of("target"),
        clock);
  }

  private static int status(FilterHarness gateway, String token) {
    return gateway.get("/", bearer(token)).status();
  }

  private static String metrics(FilterHarness gateway) {
    return new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
  }

  @Test
  void aTokenThatCountsBecomesAConsumerAlsoASecondTime() {
    now = says(ANN + ",\"groups\":[\"vip\"],\"scope\":\"read write\"");
    try (FilterHarness gateway = gateway(", scopes: read, claims-to-headers: {scope: X-Scope}")) {
      for (int i = 0; i < 2; i++) {
        assertEquals(200, gateway.get("/", bearer(TOKEN), "X-Scope: all").status());
        assertEquals("ann", gateway.seen().header("X-Consumer-ID"));
        assertEquals("vip", gateway.seen().header("X-Consumer-Groups"));
        assertEquals(List.of("read write"), gateway.seen().headerValues("X-Scope"));
        assertNull(gateway.seen().header("Authorization"));
      }
      assertEquals(1, service.requests().size());
      String metrics = metrics(gateway);
      assertTrue(metrics.contains("tokens_total{result=\"active\",route=\"test\"} 1"), metrics);
      assertTrue(metrics.contains("tokens_total{result=\"cached\",route=\"test\"} 1"), metrics);
    }
  }

  @Test
  void theServiceIsAskedAsTheStandardSays() {
    try (FilterHarness gateway = gateway(", path: '/oauth/introspect?x=1'")) {
      assertEquals(200, status(gateway, "a+b/c="));
      Recorded asked = service.awaitRequest(1);
      assertEquals("POST", asked.method());
      assertEquals("/oauth/introspect?x=1", asked.target());
      assertEquals("application/x-www-form-urlencoded", asked.header("content-type"));
      assertEquals("application/json", asked.header("accept"));
      assertEquals("token=a%2Bb%2Fc%3D&token_type_hint=access_token", asked.text());
      // gate+way:s%3Ae%2Fc
      assertEquals("Basic Z2F0ZSt3YXk6cyUzQWUlMkZj", asked.header("authorization"));
    }
  }

  @Test
  void theSecretMayStandInTheForm() {
    try (FilterHarness gateway = gateway(", client-auth: post")) {
      assertEquals(200, status(gateway, TOKEN));
      Recorded asked = service.awaitRequest(1);
      assertNull(asked.header("authorization"));
      assertTrue(asked.text().endsWith("&client_id=gate+way&client_secret=s%3Ae%2Fc"));
    }
  }

  @Test
  void aSubjectIsTheConsumerThatTheConfigurationSays() {
    try (FilterHarness gateway = gateway("")) {
      now = says("\"active\":true,\"sub\":\"service-7\"");
      assertEquals(200, status(gateway, "one"));
      assertEquals("billing", gateway.seen().header("X-Consumer-ID"));
      assertEquals("internal", gateway.seen().header("X-Consumer-Groups"));
      now = says("\"active\":true,\"sub\":\"billing\"");
      assertEquals(403, status(gateway, "two"));
    }
  }

  @Test
  void withoutATokenNobodyIsAsked() {
    try (FilterHarness gateway = gateway("")) {
      RawResponse answer = gateway.get("/");
      assertEquals(401, answer.status());
      assertEquals("Bearer realm=\"yumen\"", answer.header("WWW-Authenticate"));
      assertEquals(400, gateway.get("/", bearer("a"), "Authorization: Bearer b").status());
      for (String none : List.of("a b", "a\"", "a=b", "é", "a,b", "x".repeat(8193))) {
        assertInvalid(gateway.get("/", bearer(none)));
      }
      assertEquals(0, service.requests().size());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void tokensMayStandInCookieAndQuery() {
    try (FilterHarness gateway = gateway(", cookie: at, query: access_token")) {
      assertEquals(200, gateway.get("/", "Cookie: a=b; at=" + TOKEN).status());
      assertEquals("a=b", gateway.seen().header("cookie"));
      assertEquals(200, gateway.get("/x?access_token=" + TOKEN + "&y=1").status());
      assertEquals("/x?y=1", gateway.seen().target());
      assertEquals(1, service.requests().size());
    }
  }

  @TestFactory
  Stream<DynamicTest> tokensThatDoNotCountHereAreRefused() {
    long time = InstantSource.system().instant().getEpochSecond();
    Map<String, String> all = new LinkedHashMap<>();
    all.put("inactive", "\"active\":false");
    all.put("inactive with claims", "\"active\":false,\"sub\":\"ann\"");
    all.put("nobody", "\"active\":true");
    all.put("subject of the wrong type", "\"active\":true,\"sub\":7");
    all.put("expired", ANN + ",\"exp\":" + (time - 60));
    all.put("exp as text", ANN + ",\"exp\":\"" + (time + 60) + "\"");
    all.put("exp huge", ANN + ",\"exp\":1e300");
    all.put("exp negative", ANN + ",\"exp\":-1");
    all.put("not yet", ANN + ",\"nbf\":" + (time + 60));
    all.put("nbf of the wrong type", ANN + ",\"nbf\":[]");
    all.put("another issuer", ANN + ",\"iss\":\"evil\",\"aud\":\"api\"");
    all.put("another audience", ANN + ",\"iss\":\"shop\",\"aud\":[\"b\"]");
    all.put("audience of the wrong type", ANN + ",\"iss\":\"shop\",\"aud\":{\"api\":1}");
    return all.entrySet().stream()
        .map(
            each ->
                dynamicTest(
                    each.getKey(),
                    () -> {
                      boolean parties = each.getValue().contains("aud");
                      assertNotCounting(
                          each.getValue(), parties ? ", issuer: shop, audience: api" : "");
                    }));
  }

  private void assertNotCounting(String answer, String settings) {
    int before = service.requests().size();
    now = says(answer);
    try (FilterHarness gateway = gateway(settings)) {
      assertInvalid(gateway.get("/", bearer(TOKEN)));
      assertInvalid(gateway.get("/", bearer(TOKEN)));
      assertEquals(before + 1, service.requests().size(), "remembered");
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void aMissingScopeIsForbidden() {
    now = says(ANN + ",\"scope\":\"reader\"");
    try (FilterHarness gateway = gateway(", scopes: read")) {
      RawResponse answer = gateway.get("/", bearer(TOKEN));
      assertEquals(403, answer.status());
      assertTrue(
          String.valueOf(answer.header("WWW-Authenticate"))
              .contains("error=\"insufficient_scope\""),
          answer::head);
    }
  }

  @TestFactory
  Stream<DynamicTest> answersThatSayNothingLetNobodyIn() {
    Map<String, Behaviour> all = new LinkedHashMap<>();
    all.put("HTML", Behaviours.respond(200, "<html>active: true</html>"));
    all.put("nothing", Behaviours.respond(200, ""));
    all.put("a list", Behaviours.respond(200, "[{" + ANN + "}]"));
    all.put("two objects", Behaviours.respond(200, "{" + ANN + "}{" + ANN + "}"));
    all.put("half an object", Behaviours.respond(200, "{" + ANN));
    all.put("no active", says("\"sub\":\"ann\""));
    all.put("active null", says("\"active\":null,\"sub\":\"ann\""));
    all.put("active as text", says("\"active\":\"true\",\"sub\":\"ann\""));
    all.put("active as number", says("\"active\":1,\"sub\":\"ann\""));
    all.put("active in a list", says("\"active\":[true],\"sub\":\"ann\""));
    all.put("Active", says("\"Active\":true,\"sub\":\"ann\""));
    all.put("active twice", says("\"active\":false," + ANN));
    all.put("sub twice", says(ANN + ",\"sub\":\"root\""));
    all.put("huge", says(ANN + ",\"x\":\"" + "x".repeat(70_000) + "\""));
    all.put("deep", says(ANN + ",\"x\":" + "[".repeat(1000) + "]".repeat(1000)));
    all.put(
        "redirect",
        Behaviours.respond(302, Map.of("Location", "http://" + service.address() + "/"), ""));
    all.put("created", Behaviours.respond(201, "{" + ANN + "}"));
    all.put("client refused", Behaviours.respond(401, "{" + ANN + "}"));
    all.put("broken", Behaviours.respond(500, "{" + ANN + "}"));
    all.put("not UTF-8", Behaviours.raw(notUtf8()));
    all.put("hangs up", Behaviours.close());
    all.put("silent", Behaviours.readBody());
    return all.entrySet().stream()
        .map(each -> dynamicTest(each.getKey(), () -> assertUnavailable(each.getValue())));
  }

  private static String notUtf8() {
    String body = "{" + ANN + ",\"x\":\"\u00e9\"}";
    return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private void assertUnavailable(Behaviour behaviour) {
    now = behaviour;
    try (FilterHarness gateway = gateway(", timeout: 3s")) {
      RawResponse answer = gateway.get("/", bearer(TOKEN));
      assertEquals(503, answer.status(), answer::text);
      assertTrue(answer.text().contains("AUTH_UNAVAILABLE"), answer::text);
      assertEquals(0, gateway.forwarded());
      now = says(ANN);
      assertEquals(200, status(gateway, TOKEN), "an outage is not remembered");
    }
  }

  @Test
  void anAnswerCountsForTheTimeThatIsSet() {
    ManualClock clock = new ManualClock();
    try (FilterHarness gateway = gateway(", cache-time: 1m, refused-cache-time: 5s", clock)) {
      assertEquals(200, status(gateway, TOKEN));
      now = says("\"active\":false");
      clock.advance(Duration.ofSeconds(59));
      assertEquals(200, status(gateway, TOKEN));
      clock.advance(Duration.ofSeconds(1));
      assertEquals(401, status(gateway, TOKEN));
      now = says(ANN);
      clock.advance(Duration.ofSeconds(4));
      assertEquals(401, status(gateway, TOKEN));
      clock.advance(Duration.ofSeconds(1));
      assertEquals(200, status(gateway, TOKEN));
    }
  }

  @Test
  void noAnswerCountsLongerThanItsToken() {
    ManualClock clock = new ManualClock();
    long exp = clock.instant().getEpochSecond() + 20;
    now = says(ANN + ",\"exp\":" + exp);
    try (FilterHarness gateway = gateway(", cache-time: 1h, clock-skew: 0s", clock)) {
      assertEquals(200, status(gateway, TOKEN));
      clock.advance(Duration.ofSeconds(19));
      assertEquals(200, status(gateway, TOKEN));
      clock.advance(Duration.ofSeconds(1));
      assertEquals(401, status(gateway, TOKEN));
    }
  }

  @ParameterizedTest
  @CsvSource({"reject, 503", "cached, 200"})
  void inAnOutageSettingsSayWhetherWhatCountedGoesOn(String onError, int expected) {
    ManualClock clock = new ManualClock();
    long exp = clock.instant().getEpochSecond() + 600;
    now = says(ANN + ",\"exp\":" + exp);
    try (FilterHarness gateway = gateway(", clock-skew: 0s, on-error: " + onError, clock)) {
      assertEquals(200, status(gateway, TOKEN));
      now = Behaviours.respond(500, "");
      clock.advance(Duration.ofSeconds(61));
      assertEquals(expected, status(gateway, TOKEN));
      assertEquals(503, status(gateway, "another"));
      clock.advance(Duration.ofMinutes(9));
      assertEquals(503, status(gateway, TOKEN));
    }
  }

  @Test
  void aRevokedTokenDoesNotComeBackInAnOutage() {
    ManualClock clock = new ManualClock();
    now = says(ANN + ",\"exp\":" + (clock.instant().getEpochSecond() + 600));
    try (FilterHarness gateway = gateway(", on-error: cached", clock)) {
      assertEquals(200, status(gateway, TOKEN));
      clock.advance(Duration.ofSeconds(61));
      now = says("\"active\":false");
      assertEquals(401, status(gateway, TOKEN));
      clock.advance(Duration.ofSeconds(6));
      now = Behaviours.respond(500, "");
      assertEquals(503, status(gateway, TOKEN));
    }
  }

  @Test
  void requestsAtOnceWithTheSameTokenAskOnce() {
    CountDownLatch asked = new CountDownLatch(1);
    now =
        request -> {
          Behaviours.await(asked).serve(request);
          says(ANN).serve(request);
        };
    try (FilterHarness gateway = gateway("")) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        RawClient client = gateway.connect();
        clients.add(client);
        client.send("GET / HTTP/1.1\r\nHost: a\r\n" + bearer(TOKEN) + "\r\n\r\n");
      }
      service.awaitRequest(1);
      asked.countDown();
      for (RawClient client : clients) {
        assertEquals(200, client.readResponse("GET").status());
        client.close();
      }
      assertEquals(1, service.requests().size());
    }
  }

  @Test
  void aClientThatLeavesKeepsNobodyElseOut() {
    CountDownLatch never = new CountDownLatch(1);
    now =
        request -> {
          if (service.requests().size() == 1) {
            Behaviours.await(never).serve(request);
          }
          says(ANN).serve(request);
        };
    try (FilterHarness gateway = gateway(", timeout: 9s")) {
      RawClient first = gateway.connect();
      first.send("GET / HTTP/1.1\r\nHost: a\r\n" + bearer(TOKEN) + "\r\n\r\n");
      service.awaitRequest(1);
      try (RawClient second = gateway.connect()) {
        second.send("GET / HTTP/1.1\r\nHost: a\r\n" + bearer(TOKEN) + "\r\n\r\n");
        first.reset();
        assertEquals(200, second.readResponse("GET").status());
      }
    } finally {
      never.countDown();
    }
  }

  @Test
  void aReloadForgetsNothing() {
    String filters = "- oauth2-introspection: {upstream: users, client-id: a, client-secret: b}";
    try (FilterHarness gateway = FilterHarness.of(filters)) {
      gateway.upstreamNext(says(ANN));
      assertEquals(200, status(gateway, TOKEN));
      assertEquals(List.of(), gateway.reload(filters + "\n- request-id"));
      assertEquals(200, status(gateway, TOKEN));
      assertEquals(3, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 500})
  void noTokenAndNoSecretStandsInTheLog(int status) {
    Logger log = (Logger) LoggerFactory.getLogger("dev.yumen");
    Level before = log.getLevel();
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.DEBUG);
    now = Behaviours.respond(status, "{\"active\":false,\"token\":\"" + TOKEN + "\"}");
    try (FilterHarness gateway = gateway("")) {
      assertTrue(status(gateway, TOKEN) >= 400);
      List<String> said =
          List.copyOf(lines.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
      assertTrue(said.stream().anyMatch(line -> line.contains("AUTH_")), said::toString);
      for (String line : said) {
        assertFalse(line.contains(TOKEN) || line.contains("s:e/c"), line);
      }
    } finally {
      log.setLevel(before);
      log.detachAppender(lines);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{upstream: nobody, client-id: a, client-secret: b}",
        "{upstream: users, client-id: a}",
        "{upstream: users, client-id: '', client-secret: b}",
        "{upstream: users, client-id: a, client-secret: b, path: introspect}",
        "{upstream: users, client-id: a, client-secret: b, timeout: 0s}",
        "{upstream: users, client-id: a, client-secret: b, cache-time: 2h}",
        "{upstream: users, client-id: a, client-secret: b, cache: -1}",
        "{upstream: users, client-id: a, client-secret: b, scopes: 'a b'}",
        "{upstream: users, client-id: a, client-secret: b, unknown: reject}",
        "{upstream: users, client-id: a, client-secret: b, claims-to-headers: {sub: Host}}",
        "{upstream: users, client-id: a, client-secret: b, on-error: allow}"
      })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- oauth2-introspection: " + settings);
    assertFalse(problems.isEmpty());
  }
}
