package dev.yumen.filters.oidc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.yumen.filters.FilterHarness;
import dev.yumen.filters.path.Parameters;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What browser and Redis hold of a session, and what neither can do with it. */
class RedisSessionsTest {
  private static final String SESSION = TwoGateways.SESSION;

  @TempDir Path folder;

  private TwoGateways gateways;

  @BeforeEach
  void start() {
    gateways = new TwoGateways(folder, "");
  }

  @AfterEach
  void close() {
    gateways.close();
  }

  private static String id(Browser browser) {
    return Objects.requireNonNull(browser.cookies.get(SESSION));
  }

  /** Another character at this place. */
  private static String flipped(String text, int at) {
    char c = text.charAt(at);
    return text.substring(0, at) + (c == 'A' ? 'B' : 'A') + text.substring(at + 1);
  }

  private int get(String id) {
    return gateways.one.get("/", "Cookie: " + SESSION + "=" + id).status();
  }

  @Test
  void theCookieIsARandomIdAndRedisKnowsItsDigestAlone() {
    gateways.provider.tokens = members -> members.put("access_token", "a".repeat(20_000));
    Browser browser = gateways.loggedIn();
    assertEquals(Map.of(SESSION, id(browser)), browser.cookies);
    assertTrue(id(browser).matches("[A-Za-z0-9_-]{43}"), browser.cookies::toString);
    assertEquals(1, gateways.keys().size(), gateways.keys()::toString);
    String key = gateways.keys().getFirst();
    assertTrue(key.matches("yumen:oidc:\\{[A-Za-z0-9_-]{43}}"), key);
    String held = key + gateways.redis.ask("HGETALL", key);
    assertFalse(held.contains(id(browser)), held);
    // Of how tokens begin no less: three letters come by chance in so much that is sealed.
    String token = gateways.provider.signed(Map.of()).substring(0, 12);
    assertFalse(held.contains("aaaaaaaaaa") || held.contains(token), held);
    assertEquals(200, browser.send("GET", "/").status());
    assertEquals("ann", gateways.one.seen().header("x-consumer-id"));
    assertTrue(TwoGateways.counted(gateways.one, "found", 1));
  }

  @Test
  void everyKeyEndsByItself() {
    Browser browser = gateways.loggedIn();
    gateways.clock.advance(Duration.ofSeconds(250));
    assertEquals(200, browser.send("GET", "/").status());
    assertEquals(200, TwoGateways.told(gateways.one, gateways.logoutToken("1", "s1")).status());
    assertEquals(200, TwoGateways.told(gateways.one, gateways.logoutToken("2", "")).status());
    assertEquals(5, gateways.keys().size(), gateways.keys()::toString);
    for (String key : gateways.keys()) {
      long left = Long.parseLong(gateways.redis.ask("PTTL", key));
      long most = Duration.ofMinutes(key.endsWith("}") ? 30 : 12 * 60).toMillis();
      assertTrue(left > most - 120_000 && left <= most, key + " " + left);
    }
  }

  @Test
  void anIdThatWasChangedByOneBitIsNone() {
    Browser browser = gateways.loggedIn();
    String id = id(browser);
    for (int i = 0; i < id.length(); i++) {
      assertEquals(401, get(flipped(id, i)), id);
    }
    for (String none : List.of("", "x", id + "A", "1." + id, id.substring(1), "*".repeat(43))) {
      assertEquals(401, get(none), none);
    }
    assertEquals(200, get(id));
    browser.cookies.put(SESSION, flipped(id, 42));
    assertEquals(302, browser.open("/").status());
    assertFalse(browser.cookies.containsKey(SESSION), "it is forgotten");
  }

  @Test
  void eachLoginMakesANewIdWhateverTheBrowserBrought() {
    Browser browser = new Browser(gateways.one);
    browser.cookies.put(SESSION, "A".repeat(43));
    Parameters asked = browser.beginLogin("/");
    browser.cookies.put(SESSION, "A".repeat(43));
    gateways.provider.nonce = asked.values("nonce").getFirst();
    String answer = "/oauth2/callback?code=c&state=" + asked.values("state").getFirst();
    assertEquals(303, browser.open(answer).status());
    assertNotEquals("A".repeat(43), id(browser));
    assertEquals(401, get("A".repeat(43)));

    String first = id(browser);
    Browser tab = new Browser(gateways.one);
    asked = tab.beginLogin("/");
    tab.cookies.put(SESSION, first);
    gateways.provider.nonce = asked.values("nonce").getFirst();
    answer = "/oauth2/callback?code=c&state=" + asked.values("state").getFirst();
    assertEquals(303, tab.open(answer).status());
    assertNotEquals(first, id(tab));
    assertEquals(401, get(first), "the one before is over");
    assertEquals(200, get(id(tab)));
    assertEquals(1, gateways.sessions().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET K text",
        "RPUSH K a",
        "HSET K v text",
        "HSET K t soon",
        "HSET K u nan-",
        "HDEL K v",
        "HDEL K t u",
        "HSET K v AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void garbageIsNoSessionAndIsSaidOnce(String command) {
    Browser browser = gateways.loggedIn();
    String key = gateways.keys().getFirst();
    if (!command.startsWith("H")) {
      gateways.redis.ask("DEL", key);
    }
    gateways.redis.ask(command.replace("K", key).split(" ", -1));
    List<String> lines =
        logged(
            () -> {
              Browser script = browser.copy();
              assertEquals(302, browser.open("/").status());
              assertEquals(401, script.send("GET", "/").status());
            });
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(TwoGateways.counted(gateways.one, "garbage", 1));
    assertEquals(List.of(), gateways.keys());
    browser.logIn(gateways.provider);
    assertEquals(200, browser.send("GET", "/").status());
  }

  private static List<String> logged(Runnable work) {
    Logger logger = (Logger) LoggerFactory.getLogger(Sessions.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try {
      work.run();
    } finally {
      logger.detachAppender(lines);
    }
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void whatIsAtAnotherPlaceIsNoSession() {
    Browser ann = gateways.loggedIn();
    String place = gateways.keys().getFirst();
    gateways.provider.claims = claims -> claims.put("sub", "bob");
    Browser bob = gateways.loggedIn();
    String others = gateways.keys().stream().filter(key -> !key.equals(place)).findFirst().get();
    gateways.redis.ask("COPY", place, others, "REPLACE");
    assertEquals(401, bob.send("GET", "/").status());
    assertEquals(200, ann.send("GET", "/").status());
  }

  @Test
  void aSessionEndsWhenItIsNotUsed() {
    Browser browser = gateways.loggedIn();
    String id = id(browser);
    String key = gateways.keys().getFirst();
    rest(key, Duration.ofMinutes(29));
    RawResponse answer = browser.send("GET", "/");
    assertEquals(200, answer.status());
    assertEquals("no-store", answer.header("cache-control"));
    String line = Objects.requireNonNull(answer.header("set-cookie"));
    assertTrue(line.startsWith(SESSION + "=" + id + "; Path=/; Max-Age=1"), line);
    assertEquals(List.of(), browser.send("GET", "/").headerValues("set-cookie"), "once a minute");
    long left = Long.parseLong(gateways.redis.ask("PTTL", key));
    assertTrue(left > 29 * 60_000, Long.toString(left));
    rest(key, Duration.ofMinutes(30));
    assertEquals(401, browser.send("GET", "/").status());
  }

  /** Has a session not be used for this time. */
  private void rest(String key, Duration time) {
    gateways.redis.ask("HINCRBY", key, "u", "-" + time.toNanos() / 1000);
    gateways.redis.ask("PEXPIRE", key, Long.toString(60_000));
  }

  @Test
  void aSessionEndsWhenItIsOld() {
    gateways.provider.tokens = members -> members.remove("refresh_token");
    Browser browser = gateways.loggedIn();
    gateways.clock.advance(Duration.ofHours(12));
    assertEquals(401, browser.send("GET", "/").status());
    assertEquals(Map.of(), browser.cookies);
    Eventually.within(Duration.ofSeconds(20), "no trace", () -> gateways.keys().isEmpty());
  }

  private String redis() {
    return "redis: {main: {nodes: \""
        + gateways.redis.address()
        + "\", timeout: 5s, connect-timeout: 9s}}";
  }

  @Test
  void aReloadKeepsSessions() {
    Browser browser = gateways.loggedIn();
    String filter = "- " + gateways.filter(", session: {redis: main}, realm: other");
    assertEquals(List.of(), gateways.one.reload(filter, redis()));
    assertEquals("Cookie realm=\"other\"", gateways.one.get("/").header("www-authenticate"));
    assertEquals(200, browser.send("GET", "/").status());
  }

  @Test
  void cookiesOfTheOtherKindAreNoSession() {
    gateways.provider.tokens = members -> members.put("access_token", "a".repeat(5_000));
    Browser browser = gateways.loggedIn();
    assertEquals(List.of(), gateways.one.reload("- " + gateways.filter("")));
    assertEquals(401, browser.send("GET", "/").status());
    assertEquals(Map.of(), browser.cookies);
    browser.logIn(gateways.provider);
    assertEquals(3, browser.cookies.size());
    Browser stored = browser.at(gateways.other);
    assertEquals(401, stored.send("GET", "/").status());
    assertEquals(Map.of(), stored.cookies);
  }

  @Test
  void aRedisThatNobodyNamedIsRefused() {
    String filter = "- " + gateways.filter(", session: {redis: mian}");
    List<String> problems = FilterHarness.problems(filter, redis());
    assertEquals(1, problems.size(), problems::toString);
    String expected =
        "routes[0].filters[0].oidc-login.session.redis: \"mian\" (expected: a name under the"
            + " top-level redis: main)";
    assertTrue(problems.getFirst().endsWith(expected), problems::toString);
  }
}
