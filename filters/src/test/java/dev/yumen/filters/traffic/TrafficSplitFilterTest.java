package dev.yumen.filters.traffic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficSplitFilterTest {
  private final ScriptedUpstream second = ScriptedUpstream.start(Behaviours.respond(200, "second"));
  private final ScriptedUpstream third = ScriptedUpstream.start(Behaviours.respond(200, "third"));

  @AfterEach
  void closeServices() {
    second.close();
    third.close();
  }

  /** A gateway whose route leads to a service that answers {@code hello}. */
  private FilterHarness gateway(String split) {
    return gateway("", split);
  }

  private FilterHarness gateway(String before, String split) {
    return FilterHarness.run(
        """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams:
          users: {endpoints: "127.0.0.1:9001"}
          v2: {endpoints: "%s"}
          v3: {endpoints: "%s"}
        consumers:
          - {name: tester, groups: [beta], credentials: [{api-key: a}]}
          - {name: user, credentials: [{api-key: b}]}
        routes:
          - id: test
            match: {path: "/**"}
            to: users
            filters:
              %s
              - traffic-split: %s
        """
            .formatted(second.address(), third.address(), before, split),
        Path.of("target"));
  }

  private static int counted(FilterHarness gateway, String rule) {
    String series = "gateway_traffic_split_total{route=\"test\",rule=\"" + rule + "\"}";
    return new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8)
        .lines()
        .filter(line -> line.startsWith(series))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void theFirstRuleThatTakesARequestSaysWhereItGoes() {
    String rules =
        "{rules: [{when: {headers: {X-Beta: '1'}}, to: v2},"
            + " {when: {query: {beta: '1'}}, to: v3, name: by-query}], header: X-Version}";
    try (FilterHarness gateway = gateway(rules)) {
      RawResponse both = gateway.get("/?beta=1", "X-Beta: 1");
      assertEquals("second", both.text());
      assertEquals("v2", both.header("X-Version"));
      RawResponse byQuery = gateway.get("/?beta=1");
      assertEquals("third", byQuery.text());
      assertEquals("by-query", byQuery.header("X-Version"));
      RawResponse none = gateway.get("/");
      assertEquals("hello", none.text());
      assertEquals("default", none.header("X-Version"));
      assertEquals(1, counted(gateway, "v2"));
      assertEquals(1, counted(gateway, "by-query"));
      assertEquals(1, counted(gateway, "default"));
    }
  }

  @Test
  void consumersAndTheirGroupsGoElsewhere() {
    String rules = "{rules: [{when: {group: beta}, to: v2}, {when: {consumer: user}, to: v3}]}";
    try (FilterHarness gateway = gateway("- api-key", rules)) {
      assertEquals("second", gateway.get("/", "X-API-Key: a").text());
      assertEquals("third", gateway.get("/", "X-API-Key: b").text());
    }
  }

  /** The keys of 1000 that a share takes. */
  private Set<Integer> taken(String percent) {
    String rules = "{rules: [{percent: " + percent + ", by: header:X-User, to: v2}]}";
    Set<Integer> taken = new HashSet<>();
    try (FilterHarness gateway = gateway(rules);
        RawClient client = gateway.connect()) {
      for (int user = 0; user < 1000; user++) {
        if (client.get("/", "X-User: user-" + user).text().equals("second")) {
          taken.add(user);
        }
      }
    }
    return taken;
  }

  /** The choice is the same in every run, so the bounds need no room for chance. */
  @Test
  void aLargerShareKeepsWhomASmallerOneTook() {
    Set<Integer> before = Set.of();
    for (int percent : new int[] {1, 10, 20, 50}) {
      Set<Integer> now = taken(String.valueOf(percent));
      assertTrue(now.containsAll(before), "nobody goes back");
      assertEquals(percent * 10, now.size(), 35);
      before = now;
    }
    assertEquals(before, taken("50"), "the same in another process");
  }

  @Test
  void aRequestWithoutTheKeyIsChosenByItsClient() {
    String rules = "{rules: [{percent: 50, by: header:X-User, to: v2}]}";
    try (FilterHarness gateway = gateway(rules)) {
      Set<String> answers = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        answers.add(gateway.get("/").text());
      }
      assertEquals(1, answers.size(), answers::toString);
    }
  }

  /** Of 2000 draws at 20 %, fewer than 300 or more than 500 come less than once in 10^7 runs. */
  @Test
  void aShareWithoutAKeyIsDrawnEachTime() {
    try (FilterHarness gateway = gateway("{rules: [{percent: 20, to: v2}]}");
        RawClient client = gateway.connect()) {
      for (int i = 0; i < 2000; i++) {
        client.get("/");
      }
      assertEquals(400, counted(gateway, "v2"), 100);
      assertEquals(2000, counted(gateway, "v2") + counted(gateway, "default"));
    }
  }

  private static @Nullable String drawn(RawResponse answer) {
    String cookie = answer.header("Set-Cookie");
    return cookie == null ? null : cookie.substring(0, cookie.indexOf(';'));
  }

  @Test
  void whatWasDrawnIsKeptInACookie() {
    String rules =
        "{rules: [{percent: 50, to: v2, name: b}], sticky-cookie: {name: ab, max-age: 1h}}";
    try (FilterHarness gateway = gateway(rules);
        RawClient client = gateway.connect()) {
      Set<String> drawn = new HashSet<>();
      for (int i = 0; i < 40; i++) {
        RawResponse first = client.get("/");
        String cookie = drawn(first);
        assertNotNull(cookie);
        drawn.add(cookie);
        RawResponse again = client.get("/", "Cookie: x=y; " + cookie);
        assertEquals(first.text(), again.text());
        assertNull(again.header("Set-Cookie"));
      }
      assertEquals(Set.of("ab=b", "ab=default"), drawn);
      assertTrue(
          String.valueOf(client.get("/").header("Set-Cookie"))
              .endsWith("; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax"));
    }
  }

  @ParameterizedTest
  @CsvSource({"ab=nonsense", "ab=", "ab=v2%3b", "ab=B"})
  void anUnknownValueOfTheCookieIsDrawnAnew(String cookie) {
    String rules = "{rules: [{percent: 50, to: v2, name: b}], sticky-cookie: ab}";
    try (FilterHarness gateway = gateway(rules)) {
      assertNotNull(drawn(gateway.get("/", "Cookie: " + cookie)));
    }
  }

  @Test
  void aRuleThatIsSwitchedOffLetsGoOfItsCookies() {
    String rules =
        "{rules: [{percent: 0, to: v2, name: b}, {percent: 50, to: v3}], sticky-cookie: ab}";
    try (FilterHarness gateway = gateway(rules)) {
      for (int i = 0; i < 20; i++) {
        String answer = gateway.get("/", "Cookie: ab=b").text();
        assertTrue(!answer.equals("second"), answer);
      }
    }
  }

  @Test
  void noCookieIsSetWhereNothingWasDrawn() {
    String rules =
        "{rules: [{when: {headers: {X-Beta: '1'}}, to: v3}, {percent: 50, to: v2}],"
            + " sticky-cookie: ab}";
    try (FilterHarness gateway = gateway(rules)) {
      assertNull(gateway.get("/", "X-Beta: 1").header("Set-Cookie"));
    }
  }

  @Test
  void anUpstreamThatStandsForAnotherIsFollowed() {
    String yaml =
        """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams:
          users: {endpoints: "127.0.0.1:9001"}
          next: {use: v3}
          v3: {endpoints: "%s"}
        routes:
          - {id: a, match: {}, to: users, filters: [traffic-split: {rules: [{to: next}]}]}
        """
            .formatted(third.address());
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
      assertEquals("third", gateway.get("/").text());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | no rule (expected: at least one)",
        "{rules: []} | no rule (expected: at least one)",
        "{rules: [{to: user}]} | unknown upstream \"user\" (did you mean \"users\"?)",
        "{rules: [{percent: 10}]} | missing (required)",
        "{rules: [{to: users}, {percent: 1, to: users}]} | that one to be the last",
        "{rules: [{to: users, percent: 101}]} | 0 to 100",
        "{rules: [{to: users, by: client}]} | percent beside it",
        "{rules: [{to: users, name: default}]} | other than default",
        "{rules: [{to: users, name: 'a;b'}]} | a name of letters",
        "{rules: [{to: users}], sticky-cookie: ab} | a rule with a percentage",
        "{rules: [{to: users, percent: 1}], sticky-cookie: 'a b'} | a header name",
        "{rules: [{to: users, percent: 1}], sticky-cookie: {name: a, max-age: 0s}} | at least 1s",
        "{rules: [{to: users}], header: Content-Length} | a header that",
        "{rules: [{to: users, when: {headers: {x: {}}}}]} | exactly one of exact",
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String expected) {
    List<String> problems = FilterHarness.problems("- traffic-split: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(expected), problems::toString);
    assertTrue(problems.getFirst().contains("filters[0].traffic-split"), problems::toString);
  }
}
