package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitFilterTest {

  @Test
  void requestsBeyondTheLimitAreRefusedAndToldWhenToComeBack() {
    try (FilterHarness gateway = FilterHarness.of("- rate-limit: {rate: 2/h}")) {
      RawResponse first = gateway.get("/");
      assertEquals(200, first.status());
      assertEquals("\"test\";q=2;w=3600", first.header("RateLimit-Policy"));
      assertEquals("\"test\";r=1;t=1800", first.header("RateLimit"));
      assertEquals(200, gateway.get("/").status());
      RawResponse third = gateway.get("/");
      assertEquals(429, third.status());
      assertTrue(third.text().contains("RATE_LIMITED"), third::text);
      String remaining = third.header("RateLimit");
      assertNotNull(remaining);
      assertTrue(remaining.startsWith("\"test\";r=0;t="), remaining);
      assertEquals(1, third.headerValues("RateLimit").size());
      String retryAfter = third.header("Retry-After");
      assertNotNull(retryAfter);
      int seconds = Integer.parseInt(retryAfter);
      assertTrue(seconds > 1700 && seconds <= 1800, retryAfter);
      assertEquals(2, gateway.forwarded());
    }
  }

  @Test
  void theLimitIsWholeAgainAfterItsTime() {
    ManualClock clock = new ManualClock();
    try (FilterHarness gateway = FilterHarness.of("- rate-limit: {rate: 1/h}", clock)) {
      assertEquals(200, gateway.get("/").status());
      clock.advance(Duration.ofMinutes(59));
      assertEquals(429, gateway.get("/").status());
      clock.advance(Duration.ofMinutes(1));
      assertEquals(200, gateway.get("/").status());
    }
  }

  @Test
  void everyKeyHasItsOwnLimit() {
    try (FilterHarness gateway =
        FilterHarness.of("- rate-limit: {rate: 1/h, key: \"header:X-Client-ID\"}")) {
      assertEquals(200, gateway.get("/", "X-Client-ID: a").status());
      assertEquals(200, gateway.get("/", "X-Client-ID: b").status());
      assertEquals(429, gateway.get("/", "x-client-id: a").status());
    }
  }

  @Test
  void partsOfACombinedKeyDoNotRunTogether() {
    try (FilterHarness gateway =
        FilterHarness.of("- rate-limit: {rate: 1/h, key: [\"query:a\", \"query:b\"]}")) {
      assertEquals(200, gateway.get("/?a=x&b=yz").status());
      assertEquals(200, gateway.get("/?a=xy&b=z").status());
      assertEquals(429, gateway.get("/?b=yz&a=x").status());
    }
  }

  @Test
  void aRequestWithoutTheKeyCountsByItsAddressAndNeverForAKey() {
    try (FilterHarness gateway =
        FilterHarness.of("- rate-limit: {rate: 1/h, key: \"header:X-Client-ID\"}")) {
      assertEquals(200, gateway.get("/").status());
      assertEquals(429, gateway.get("/").status());
      assertEquals(200, gateway.get("/", "X-Client-ID: 127.0.0.1").status());
    }
  }

  @Test
  void aRequestWithoutTheKeyCanBeRefusedOrSkipped() {
    String limit = "- rate-limit: {rate: 1/h, key: \"header:X-Client-ID\", missing-key: ";
    try (FilterHarness gateway = FilterHarness.of(limit + "reject}")) {
      assertEquals(400, gateway.get("/").status());
    }
    try (FilterHarness gateway = FilterHarness.of(limit + "allow}")) {
      assertEquals(200, gateway.get("/").status());
      RawResponse second = gateway.get("/");
      assertEquals(200, second.status());
      assertNull(second.header("RateLimit"));
    }
  }

  @Test
  void burstAndCostAreCounted() {
    try (FilterHarness gateway =
        FilterHarness.of("- rate-limit: {rate: 1/h, burst: 5, cost: 2, headers: false}")) {
      RawResponse first = gateway.get("/");
      assertEquals(200, first.status());
      assertNull(first.header("RateLimit"));
      assertEquals(200, gateway.get("/").status());
      assertEquals(429, gateway.get("/").status());
    }
  }

  @Test
  void aFixedWindowIsWholeAgainWhenTheNextOneOfUtcBegins() {
    ManualClock clock = new ManualClock(Instant.parse("2026-01-01T12:50:00Z"));
    String limit = "- rate-limit: {rate: 2/h, algorithm: fixed-window}";
    try (FilterHarness gateway = FilterHarness.of(limit, clock)) {
      assertEquals("\"test\";r=1;t=600", gateway.get("/").header("RateLimit"));
      assertEquals(200, gateway.get("/").status());
      RawResponse third = gateway.get("/");
      assertEquals(429, third.status());
      assertEquals("600", third.header("Retry-After"));
      clock.advance(Duration.ofMinutes(9));
      assertEquals(429, gateway.get("/").status());
      clock.advance(Duration.ofMinutes(1));
      assertEquals("\"test\";r=1;t=3600", gateway.get("/").header("RateLimit"));
    }
  }

  @Test
  void aSlidingWindowLetsThroughAsTheLastWindowPasses() {
    ManualClock clock = new ManualClock(Instant.parse("2026-01-01T12:30:00Z"));
    String limit = "- rate-limit: {rate: 2/h, algorithm: sliding-window}";
    try (FilterHarness gateway = FilterHarness.of(limit, clock)) {
      assertEquals(200, gateway.get("/").status());
      assertEquals("\"test\";r=0;t=1800", gateway.get("/").header("RateLimit"));
      clock.advance(Duration.ofMinutes(30));
      RawResponse third = gateway.get("/");
      assertEquals(429, third.status());
      assertEquals("1800", third.header("Retry-After"));
      clock.advance(Duration.ofMinutes(30));
      assertEquals(200, gateway.get("/").status());
      assertEquals(429, gateway.get("/").status());
    }
  }

  @Test
  void allLimitsMustHoldAndARefusalTakesFromNone() {
    ManualClock clock = new ManualClock();
    String limits =
        "- rate-limit: {limits: [{rate: 3/h, name: hour}, {rate: 1/min, key: \"header:U\"}]}";
    try (FilterHarness gateway = FilterHarness.of(limits, clock)) {
      RawResponse first = gateway.get("/", "U: a");
      assertEquals("\"hour\";q=3;w=3600, \"test-2\";q=1;w=60", first.header("RateLimit-Policy"));
      assertEquals("\"hour\";r=2;t=1200, \"test-2\";r=0;t=60", first.header("RateLimit"));
      for (int i = 0; i < 5; i++) {
        RawResponse refused = gateway.get("/", "U: a");
        assertEquals(429, refused.status());
        assertEquals("\"hour\";r=2;t=1200, \"test-2\";r=0;t=60", refused.header("RateLimit"));
        assertEquals("60", refused.header("Retry-After"));
      }
      assertEquals(200, gateway.get("/", "U: b").status());
      assertEquals(200, gateway.get("/", "U: c").status());
      RawResponse beyondTheHour = gateway.get("/", "U: d");
      assertEquals(429, beyondTheHour.status());
      assertEquals("1200", beyondTheHour.header("Retry-After"));
      clock.advance(Duration.ofMinutes(20));
      assertEquals(200, gateway.get("/", "U: d").status());
    }
  }

  @Test
  void whatALimitDoesNotSayIsAsTheFilterSays() {
    ManualClock clock = new ManualClock();
    String limits =
        """
        - rate-limit:
            key: "header:U"
            algorithm: fixed-window
            cost: 2
            missing-key: reject
            limits: [{rate: 4/h}, {rate: 3/day, cost: 1, missing-key: allow}]
        """;
    try (FilterHarness gateway = FilterHarness.of(limits, clock)) {
      assertEquals(400, gateway.get("/").status());
      assertEquals(
          "\"test-1\";r=2;t=3600, \"test-2\";r=2;t=43200",
          gateway.get("/", "U: a").header("RateLimit"));
    }
  }

  @Test
  void aLimitWhoseKeyIsMissingAndMayBeDoesNotCount() {
    String limits =
        "- rate-limit: {limits: [{rate: 2/h}, {rate: 1/h, key: \"header:U\", missing-key: allow}]}";
    try (FilterHarness gateway = FilterHarness.of(limits)) {
      assertEquals("\"test-1\";q=2;w=3600", gateway.get("/").header("RateLimit-Policy"));
      assertEquals(200, gateway.get("/", "U: a").status());
    }
  }

  @Test
  void clientsTogetherNeverGetMoreThanAnyOfTheirLimits()
      throws InterruptedException, ExecutionException {
    String limits = "- rate-limit: {limits: [{rate: 30/day}, {rate: 20/month, key: route}]}";
    try (FilterHarness gateway = FilterHarness.of(limits);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        answers.add(clients.submit(() -> gateway.get("/").status()));
      }
      int admitted = 0;
      for (Future<Integer> answer : answers) {
        admitted += answer.get() == 200 ? 1 : 0;
      }
      assertEquals(20, admitted);
      String left = gateway.get("/").header("RateLimit");
      assertNotNull(left);
      assertTrue(left.startsWith("\"test-1\";r=10;"), left);
    }
  }

  @Test
  void theTierOfAConsumerIsItsRateAndElseTheBestOfItsGroups() {
    String config =
        """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
        consumers:
          - {name: ann, groups: [free, gold, staff], credentials: [{api-key: key-of-ann}]}
          - {name: bob, groups: [free], credentials: [{api-key: key-of-bob}]}
          - {name: eve, groups: [staff], credentials: [{api-key: key-of-eve}]}
          - {name: joe, tier: free, groups: [gold], credentials: [{api-key: key-of-joe}]}
          - {name: kim, tier: more, groups: [free], credentials: [{api-key: key-of-kim}]}
        routes:
          - id: users
            match: {path: "/**"}
            filters:
              - api-key
              - rate-limit:
                  {rate: 5/h, key: consumer, tiers: {free: 30/day, gold: 100/min, other: 9/s}}
            to: users
        """;
    try (FilterHarness gateway = FilterHarness.run(config, Path.of("target").toAbsolutePath())) {
      assertEquals(
          "\"users\";q=100;w=60",
          gateway.get("/", "X-API-Key: key-of-ann").header("RateLimit-Policy"));
      assertEquals(
          "\"users\";q=30;w=86400",
          gateway.get("/", "X-API-Key: key-of-bob").header("RateLimit-Policy"));
      assertEquals(
          "\"users\";q=30;w=86400",
          gateway.get("/", "X-API-Key: key-of-joe").header("RateLimit-Policy"));
      assertEquals(
          "\"users\";q=30;w=86400",
          gateway.get("/", "X-API-Key: key-of-kim").header("RateLimit-Policy"));
      for (int i = 0; i < 5; i++) {
        assertEquals(200, gateway.get("/", "X-API-Key: key-of-eve").status());
      }
      RawResponse beyond = gateway.get("/", "X-API-Key: key-of-eve");
      assertEquals(429, beyond.status());
      assertEquals("\"users\";q=5;w=3600", beyond.header("RateLimit-Policy"));
      assertEquals(200, gateway.get("/", "X-API-Key: key-of-ann").status());
    }
  }

  @Test
  void aBodyCountsByItsLength() {
    ManualClock clock = new ManualClock();
    String limit = "- rate-limit: {rate: 10/h, cost: {per: 1KiB}}";
    try (FilterHarness gateway = FilterHarness.of(limit, clock)) {
      RawResponse first = post(gateway, "Content-Length: 3000", "x".repeat(3000));
      assertEquals(
          "\"test\";q=10240;qu=\"content-bytes\";w=3600", first.header("RateLimit-Policy"));
      assertEquals("\"test\";r=7168;t=360", first.header("RateLimit"));
      assertEquals("\"test\";r=6144;t=360", gateway.get("/").header("RateLimit"));
      assertEquals(429, post(gateway, "Content-Length: 7000", "x".repeat(7000)).status());
    }
  }

  @Test
  void aBodyThatIsMoreThanTheLimitComesThroughWhenItIsWholeAndLeavesADebt() {
    ManualClock clock = new ManualClock();
    String limit = "- rate-limit: {rate: 10/h, cost: {per: 1KiB}}";
    try (FilterHarness gateway = FilterHarness.of(limit, clock)) {
      RawResponse first = post(gateway, "Content-Length: 15360", "x".repeat(15360));
      assertEquals(200, first.status());
      assertEquals("\"test\";r=0;t=2160", first.header("RateLimit"));
      assertEquals("2160", gateway.get("/").header("Retry-After"));
      clock.advance(Duration.ofMinutes(36));
      assertEquals(200, gateway.get("/").status());
      assertEquals(429, post(gateway, "Content-Length: 15360", "x".repeat(15360)).status());
    }
  }

  @Test
  void aBodyOfUnknownLengthIsChargedWhenItWasCounted() {
    String limit = "- rate-limit: {rate: 1000/day, cost: {per: 1KiB}}";
    try (FilterHarness gateway = FilterHarness.of(limit)) {
      String body = "30d40\r\n" + "x".repeat(200_000) + "\r\n0\r\n\r\n";
      RawResponse first = post(gateway, "Transfer-Encoding: chunked", body);
      assertEquals(200, first.status());
      assertEquals(999, kibLeft(first));
      Eventually.within(Duration.ofSeconds(5), () -> kibLeft(gateway.get("/")) <= 1000 - 196);
    }
  }

  private static long kibLeft(RawResponse answer) {
    return Long.parseLong(left(answer).replaceAll(".*;r=([0-9]+);.*", "$1")) / 1024;
  }

  private static String left(RawResponse answer) {
    return Objects.requireNonNull(answer.header("RateLimit"));
  }

  private static RawResponse post(FilterHarness gateway, String header, String body) {
    try (RawClient client = gateway.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n" + body);
      return client.readResponse("POST");
    }
  }

  @Test
  void theAnswerTellsTheCostAndADebtRefusesWhatComesNext() {
    ManualClock clock = new ManualClock();
    String limit = "- rate-limit: {rate: 10/h, cost: {response-header: X-Cost}}";
    try (FilterHarness gateway = FilterHarness.of(limit, clock)) {
      gateway.upstreamAnswers(200, "X-Cost: 4");
      assertEquals("\"test\";r=6;t=360", gateway.get("/").header("RateLimit"));
      gateway.upstreamAnswers(200, "X-Cost: 0");
      assertEquals("\"test\";r=6;t=360", gateway.get("/").header("RateLimit"));
      assertEquals("\"test\";r=5;t=360", gateway.get("/").header("RateLimit"));
      gateway.upstreamAnswers(200, "X-Cost: 15");
      RawResponse debt = gateway.get("/");
      assertEquals(200, debt.status());
      assertEquals("\"test\";r=0;t=3960", debt.header("RateLimit"));
      RawResponse refused = gateway.get("/");
      assertEquals(429, refused.status());
      assertEquals("3960", refused.header("Retry-After"));
      clock.advance(Duration.ofMinutes(66));
      assertEquals(200, gateway.get("/").status());
    }
  }

  @Test
  void aCostThatIsNoneCountsOneAndIsCounted() {
    String limit = "- rate-limit: {rate: 10/day, cost: {response-header: X-Cost}}";
    try (FilterHarness gateway = FilterHarness.of(limit)) {
      gateway.upstreamAnswers(200, "X-Cost: much");
      assertTrue(left(gateway.get("/")).startsWith("\"test\";r=9;"));
      gateway.upstreamAnswers(200, "X-Cost: -5");
      assertTrue(left(gateway.get("/")).startsWith("\"test\";r=8;"));
      String metrics =
          new String(gateway.gateway().metrics().scrape(null, null).body(), StandardCharsets.UTF_8);
      assertTrue(metrics.contains("gateway_rate_limit_bad_costs_total{route=\"test\"} 2"), metrics);
    }
  }

  @Test
  void countsThatAnswerLaterDecideTheSame() {
    String limit =
        "- distant-rate-limit: {limits: [{rate: 4/day}, {rate: 2/day, key: \"header:U\"}]}";
    try (FilterHarness gateway = FilterHarness.of(limit)) {
      assertEquals(200, gateway.get("/", "U: a").status());
      assertEquals(200, gateway.get("/", "U: a").status());
      RawResponse third = gateway.get("/", "U: a");
      assertEquals(429, third.status());
      assertTrue(left(third).contains("\"test-1\";r=2;"), () -> left(third));
      assertEquals(200, gateway.get("/", "U: b").status());
    }
  }

  @Test
  void shadowOnlyCounts() {
    try (FilterHarness gateway = FilterHarness.of("- rate-limit: {rate: 1/h, mode: shadow}")) {
      assertEquals(200, gateway.get("/").status());
      RawResponse second = gateway.get("/");
      assertEquals(200, second.status());
      assertNull(second.header("RateLimit"));
    }
  }

  @Test
  void addressesOfOneIpv6NetworkCountTogether() {
    try (FilterHarness gateway =
        FilterHarness.of(
            "/**", "- rate-limit: {rate: 1/h}", "trusted-proxies: [\"127.0.0.0/8\"]")) {
      assertEquals(200, gateway.get("/", "Forwarded: for=\"[2001:db8:0:1::1]\"").status());
      assertEquals(429, gateway.get("/", "Forwarded: for=\"[2001:db8:0:1::2]\"").status());
      assertEquals(200, gateway.get("/", "Forwarded: for=\"[2001:db8:0:2::1]\"").status());
    }
  }

  @Test
  void countsOutliveAReload() {
    String limit = "- rate-limit: {rate: 1/h}\n";
    try (FilterHarness gateway = FilterHarness.of(limit)) {
      assertEquals(200, gateway.get("/").status());
      assertEquals(List.of(), gateway.reload("- trace-id\n" + limit));
      assertEquals(429, gateway.get("/").status());
      assertEquals(List.of(), gateway.reload("- rate-limit: {rate: 2/h}"));
      assertEquals(200, gateway.get("/").status());
    }
  }

  @Test
  void clientsTogetherNeverGetMoreThanTheLimit() throws InterruptedException, ExecutionException {
    try (FilterHarness gateway = FilterHarness.of("- rate-limit: {rate: 20/day}");
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        answers.add(clients.submit(() -> gateway.get("/").status()));
      }
      int admitted = 0;
      for (Future<Integer> answer : answers) {
        admitted += answer.get() == 200 ? 1 : 0;
      }
      assertEquals(20, admitted);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{rate: 100}",
        "{rate: 0/s}",
        "{rate: 1/s, burst: 0}",
        "{rate: 1/s, cost: 2}",
        "{rate: 1/s, key: []}",
        "{rate: 1/s, cost: -1}",
        "{rate: 1/s, cost: {per: 0}}",
        "{rate: 1/s, cost: {per: 1KiB, response-header: A}}",
        "{rate: 1/s, cost: {}}",
        "{rate: 1/s, cost: {response-header: \"a b\"}}",
        "{rate: 1/s, tiers: {gold: 0/s}}",
        "{rate: 1/s, tiers: {gold: 100000000/s}}",
        "{rate: 5/s, cost: 2, tiers: {gold: 1/s}}",
        "{limits: [{rate: 1/s}], tiers: {gold: 1/s}}",
        "{rate: 1/s, algorithm: leaky-bucket}",
        "{rate: 1/s, missing-key: skip}",
        "{rate: 1/s, name: \"a b\"}",
        "{rate: 1/s, limits: [{rate: 1/s}]}",
        "{limits: []}",
        "{limits: [{}]}",
        "{limits: [{rate: 1/s, key: []}]}",
        "{limits: [{rate: 1/s, burst: 0}]}",
        "{limits: [{rate: 1/s, cost: 0}]}",
        "{limits: [{rate: 1/s, name: ''}]}",
        "{limits: [{rate: 1/s}], burst: 5}",
        "{limits: [{rate: 1/s}], name: a}",
        "{limits: [{rate: 1/s}, {rate: 1/s}]}",
        "{limits: [{rate: 1/s, name: a}, {rate: 2/s, name: a}]}",
        "{rate: 1/s, key: header}",
        "{rate: 1/s, mode: wait}",
        "{rate: 1/month, burst: 100000}",
        "{rate: 100000000/s}",
      })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- rate-limit: " + settings);
    assertEquals(1, problems.size(), problems::toString);
  }

  @Test
  void aRateThatCanNotBeReadHidesNoOtherMistake() {
    assertEquals(
        List.of(
            "test.yaml:8:28 routes[0].filters[0].rate-limit.rate: \"5/fortnight\" (expected: a"
                + " number per s, min, h, day or month such as 100/min)",
            "test.yaml:8:48 routes[0].filters[0].rate-limit.burst: 0 (expected: at least 1, and no"
                + " more than the rate gives in ten years)",
            "test.yaml:8:57 routes[0].filters[0].rate-limit.cost: 0 (expected: at least 1)"),
        FilterHarness.problems("- rate-limit: {rate: 5/fortnight, burst: 0, cost: 0}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|8:21 …: no rate (expected: rate, or limits with one each)",
        "{rate: 0/min}|8:28 ….rate: \"0/min\" (expected: at least 1)",
        "{rate: 1/s, burst: 2, algorithm: fixed-window}"
            + "|8:40 ….burst: 2 (expected: none: only a token-bucket has one)",
        "{rate: 1/s, limits: [{rate: 2/s}]}"
            + "|8:41 ….limits: limits beside rate (expected: one of the two)",
        "{limits: []}|8:30 ….limits: an empty list (expected: at least one limit)",
        "{limits: [{rate: 5/s}, {rate: 5/s, cost: 9}]}"
            + "|8:62 ….limits[1].cost: 9 (expected: 1 to 5, the most that may come at once)",
      })
  void mistakesAreNamedAtTheirPlace(String settings, String problem) {
    assertEquals(
        List.of("test.yaml:" + problem.replace("…", "routes[0].filters[0].rate-limit")),
        FilterHarness.problems("- rate-limit: " + settings));
  }

  @Test
  void whatTheRateDecidesIsNotJudgedWithoutIt() {
    assertEquals(1, FilterHarness.problems("- rate-limit: {rate: 5/fortnight, cost: 150}").size());
  }
}
