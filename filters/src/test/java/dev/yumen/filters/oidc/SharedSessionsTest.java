package dev.yumen.filters.oidc;

import static dev.yumen.filters.oidc.TwoGateways.told;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.filters.path.Parameters;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions of several gateways in one Redis. */
class SharedSessionsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String RELAY = ", relay-token: true";

  @TempDir Path folder;

  private void assertUnavailable(RawResponse answer) {
    assertEquals(503, answer.status(), answer::toString);
    assertTrue(answer.text().contains("AUTH_UNAVAILABLE"), answer::text);
  }

  @Test
  void whoLoggedInAtOneIsLoggedInAtTheOtherAndLogsOutThere() {
    try (TwoGateways gateways = new TwoGateways(folder, "")) {
      Browser browser = gateways.loggedIn();
      Browser there = browser.at(gateways.other);
      assertEquals(200, there.send("GET", "/").status());
      assertEquals("ann", gateways.other.seen().header("x-consumer-id"));
      RawResponse answer = there.send("POST", "/oauth2/logout", "Origin: http://localhost");
      assertEquals(303, answer.status());
      String location = String.valueOf(answer.header("location"));
      assertTrue(location.startsWith(gateways.provider.issuer() + "/logout?"), location);
      assertEquals(Map.of(), there.cookies);
      assertEquals(List.of(), gateways.keys());
      assertEquals(401, browser.send("GET", "/").status());
      assertEquals(303, there.send("POST", "/oauth2/logout").status());
    }
  }

  @Test
  void aLogoutTokenToOneEndsTheSessionAtTheOtherAndCountsOnce() {
    try (TwoGateways gateways = new TwoGateways(folder, "")) {
      gateways.provider.claims = claims -> claims.put("sid", "s1");
      Browser first = gateways.loggedIn().at(gateways.other);
      gateways.provider.claims = claims -> claims.put("sid", "s2");
      Browser second = gateways.loggedIn().at(gateways.other);
      assertEquals(200, first.send("GET", "/").status());
      String token = gateways.logoutToken("1", "s1");
      assertEquals(200, told(gateways.one, token).status());
      assertEquals(401, first.send("GET", "/").status());
      assertEquals(200, second.send("GET", "/").status());
      assertEquals(400, told(gateways.other, token).status());
      String target = "/oauth2/frontchannel-logout?sid=s2&iss=" + gateways.provider.issuer();
      assertEquals(200, gateways.one.get(target).status());
      assertEquals(401, second.send("GET", "/").status());
    }
  }

  @Test
  void aLogoutOfASubjectEndsItsSessionsAtTheOtherButNotLaterOnes() {
    try (TwoGateways gateways = new TwoGateways(folder, "")) {
      Browser first = gateways.loggedIn().at(gateways.other);
      Browser second = gateways.loggedIn().at(gateways.other);
      gateways.provider.claims = claims -> claims.put("sub", "bob");
      Browser bob = gateways.loggedIn().at(gateways.other);
      assertEquals(200, told(gateways.one, gateways.logoutToken("1", "")).status());
      assertEquals(401, first.send("GET", "/").status());
      assertEquals(401, second.send("GET", "/").status());
      assertEquals(200, bob.send("GET", "/").status());
      gateways.provider.claims = claims -> {};
      assertEquals(200, gateways.loggedIn().at(gateways.other).send("GET", "/").status());
    }
  }

  @Test
  void aRefreshTokenIsUsedOnceByAllGateways() throws InterruptedException, ExecutionException {
    try (TwoGateways gateways = new TwoGateways(folder, RELAY);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Browser browser = gateways.loggedIn();
      assertEquals(200, browser.at(gateways.other).send("GET", "/").status());
      CountDownLatch others = new CountDownLatch(1);
      gateways.provider.tokens = members -> await(others);
      gateways.clock.advance(Duration.ofSeconds(250));
      List<Future<Integer>> answers =
          IntStream.range(0, 8)
              .mapToObj(i -> browser.at(i % 2 == 0 ? gateways.one : gateways.other))
              .map(tab -> clients.submit(() -> tab.send("GET", "/").status()))
              .toList();
      // One gateway holds the claim, the other has asked for it again and again.
      Eventually.within(PATIENCE, "both ask", () -> calls(gateways, "set") >= 4);
      others.countDown();
      for (Future<Integer> answer : answers) {
        assertEquals(200, answer.get());
      }
      assertEquals(2, gateways.provider.forms().size(), gateways.provider.forms()::toString);
      assertEquals("Bearer access-2", gateways.one.seen().header("authorization"));
      assertEquals("Bearer access-2", gateways.other.seen().header("authorization"));
      assertEquals(gateways.sessions(), gateways.keys(), "the claim was given back");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How often Redis has run a command. */
  private static int calls(TwoGateways gateways, String command) {
    String stats = gateways.redis.ask("INFO", "commandstats");
    String start = "cmdstat_" + command + ":calls=";
    int at = stats.indexOf(start);
    return at < 0
        ? 0
        : Integer.parseInt(stats.substring(at + start.length(), stats.indexOf(',', at)));
  }

  @Test
  void newTokensCountAtTheOtherAtOnceAndAreRenewedThereNext() {
    try (TwoGateways gateways = new TwoGateways(folder, RELAY)) {
      Browser browser = gateways.loggedIn();
      for (FilterHarness gateway : List.of(gateways.one, gateways.other, gateways.one)) {
        gateways.clock.advance(Duration.ofSeconds(250));
        assertEquals(200, browser.at(gateway).send("GET", "/").status());
      }
      assertEquals("Bearer access-4", gateways.one.seen().header("authorization"));
      assertEquals(200, browser.at(gateways.other).send("GET", "/").status());
      assertEquals("Bearer access-4", gateways.other.seen().header("authorization"));
      assertTrue(gateways.provider.forms().get(3).contains("refresh_token=refresh-3"));
      assertEquals(4, gateways.provider.forms().size());
    }
  }

  @Test
  void aClaimOfAGatewayThatDiedHoldsNobodyUpWhoseTokensAreGood() {
    try (TwoGateways gateways = new TwoGateways(folder, ", timeout: 3s")) {
      Browser browser = gateways.loggedIn();
      String lock = gateways.keys().getFirst() + ":lock";
      gateways.redis.ask("SET", lock, "dead", "PX", "600000");
      gateways.clock.advance(Duration.ofSeconds(250));
      assertEquals(200, browser.send("GET", "/").status());
      assertEquals(1, gateways.provider.forms().size(), "and nobody asked");
      gateways.redis.ask("DEL", lock);
      assertEquals(200, browser.at(gateways.other).send("GET", "/").status());
    }
  }

  @Test
  void aRefusedRefreshEndsTheSessionEverywhere() {
    try (TwoGateways gateways = new TwoGateways(folder, "")) {
      Browser browser = gateways.loggedIn();
      gateways.provider.tokenEndpoint = Behaviours.respond(400, "{\"error\":\"invalid_grant\"}");
      gateways.clock.advance(Duration.ofSeconds(250));
      Browser there = browser.at(gateways.other);
      assertEquals(401, browser.send("GET", "/").status());
      assertEquals(List.of(), gateways.keys());
      assertEquals(401, there.send("GET", "/").status());
      assertEquals(2, gateways.provider.forms().size());
    }
  }

  @Test
  void aSessionThatEndsWhileItIsRenewedDoesNotComeBack() {
    try (TwoGateways gateways = new TwoGateways(folder, "")) {
      Browser browser = gateways.loggedIn();
      Browser there = browser.at(gateways.other);
      gateways.provider.tokens =
          members ->
              assertEquals(
                  1, Integer.parseInt(gateways.redis.ask("DEL", gateways.sessions().getFirst())));
      gateways.clock.advance(Duration.ofSeconds(250));
      assertEquals(401, browser.send("GET", "/").status());
      assertEquals(401, there.send("GET", "/").status());
      assertEquals(List.of(), gateways.keys());
      assertEquals(0, gateways.one.forwarded());
    }
  }

  @Test
  void withoutRedisWhatNeedsASessionIs503AndIsBackWithIt() {
    try (TwoGateways gateways =
        new TwoGateways(folder, "", "--appendonly", "yes", "--appendfsync", "always")) {
      Browser browser = gateways.loggedIn();
      gateways.redis.kill();
      Browser held = browser.copy();
      assertUnavailable(held.send("GET", "/"));
      assertUnavailable(held.open("/"));
      assertUnavailable(held.send("POST", "/oauth2/logout", "Origin: http://localhost"));
      assertUnavailable(told(gateways.one, gateways.logoutToken("1", "s1")));
      assertEquals(browser.cookies, held.cookies, "a session that nobody knows of is kept");
      assertTrue(TwoGateways.counted(gateways.one, "unavailable", 3));
      assertEquals(200, held.send("GET", "/open").status());
      assertEquals(401, gateways.one.get("/").status(), "nothing is to be looked for");

      Browser late = new Browser(gateways.one);
      Parameters asked = late.beginLogin("/");
      gateways.provider.nonce = asked.values("nonce").getFirst();
      String state = asked.values("state").getFirst();
      assertUnavailable(late.open("/oauth2/callback?code=c&state=" + state));

      gateways.redis.startAgain();
      Eventually.within(PATIENCE, "back", () -> held.send("GET", "/").status() == 200);
      assertEquals(200, told(gateways.one, gateways.logoutToken("1", "s1")).status());
      assertEquals(2, gateways.keys().size() - gateways.sessions().size());
    }
  }

  @Test
  void tokensThatRedisDidNotTakeAreKeptUntilItDoes() {
    try (TwoGateways gateways =
        new TwoGateways(folder, RELAY, "--appendonly", "yes", "--appendfsync", "always")) {
      Browser browser = gateways.loggedIn();
      gateways.provider.tokens = members -> gateways.redis.kill();
      gateways.clock.advance(Duration.ofSeconds(250));
      assertEquals(200, browser.send("GET", "/").status());
      assertEquals("Bearer access-2", gateways.one.seen().header("authorization"));
      gateways.provider.tokens = members -> {};
      gateways.redis.startAgain();
      Eventually.within(PATIENCE, "back", () -> browser.send("GET", "/").status() == 200);
      Browser there = browser.at(gateways.other);
      Eventually.within(PATIENCE, "back there", () -> there.send("GET", "/").status() == 200);
      assertEquals("Bearer access-2", gateways.other.seen().header("authorization"));
      assertEquals(2, gateways.provider.forms().size());
    }
  }

  @Test
  void aUserOfRedisNeedsWhatThePageSays() throws IOException {
    String page = Files.readString(Path.of("../docs/redis.md"));
    String from = page.substring(page.indexOf("`+evalsha"), page.indexOf(", in a cluster"));
    List<String> rules =
        Pattern.compile("\\+[a-z]+").matcher(from).results().map(MatchResult::group).toList();
    try (TwoGateways gateways = new TwoGateways(folder, "")) {
      List<String> command =
          new ArrayList<>(List.of("ACL", "SETUSER", "shop", "on", ">word", "~yumen:*"));
      command.addAll(rules);
      gateways.redis.ask(command.toArray(String[]::new));
      try (FilterHarness third = gateways.gateway(folder, "", ", user: shop, password: word")) {
        Browser browser = gateways.loggedIn().at(third);
        gateways.clock.advance(Duration.ofSeconds(250));
        assertEquals(200, browser.send("GET", "/").status());
        gateways.redis.ask("HINCRBY", gateways.keys().getFirst(), "u", "-120000000");
        assertEquals(200, browser.send("GET", "/").status());
        assertEquals(200, told(third, gateways.logoutToken("1", "s1")).status());
        browser.cookies.clear();
        browser.logIn(gateways.provider);
        assertEquals(303, browser.send("POST", "/oauth2/logout").status());
        assertTrue(TwoGateways.counted(third, "unavailable", 0));
      }
    }
  }
}
