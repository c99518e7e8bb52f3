package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.LocalServer;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.RedisServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaFilterTest {
  private static final String QUOTA =
      "- quota: {limit: 2/month, key: \"header:X-Client\", redis: main}";

  @TempDir Path folder;

  private static FilterHarness gateway(String filter, String address) {
    return FilterHarness.of(
        "/**",
        filter,
        "redis: {main: {nodes: \"" + address + "\", timeout: 5s, connect-timeout: 9s}}");
  }

  private static FilterHarness gateway(String filter, RedisServer redis) {
    return gateway(filter, redis.address()).awaitRedis();
  }

  @Test
  void gatewaysCountTogetherAndThroughRestarts() {
    try (RedisServer redis = RedisServer.start(folder)) {
      try (FilterHarness one = gateway(QUOTA, redis);
          FilterHarness other = gateway(QUOTA, redis)) {
        RawResponse first = one.get("/", "X-Client: a");
        assertEquals(200, first.status());
        assertEquals("\"test\";q=2;w=2592000", first.header("RateLimit-Policy"));
        String left = first.header("RateLimit");
        assertNotNull(left);
        assertTrue(left.startsWith("\"test\";r=1;t="), left);
        assertEquals(200, other.get("/", "X-Client: a").status());
        assertEquals(200, other.get("/", "X-Client: b").status());
      }
      try (FilterHarness restarted = gateway(QUOTA, redis)) {
        RawResponse third = restarted.get("/", "X-Client: a");
        assertEquals(429, third.status());
        assertNotNull(third.header("Retry-After"));
        assertEquals(200, restarted.get("/", "X-Client: b").status());
        assertEquals(0, restarted.forwarded() - 1);
      }
    }
  }

  @Test
  void groupsOfConsumersHaveTheirOwnNumbers() {
    String filters =
        """
        - api-key
        - quota: {limit: 2/month, tiers: {gold: 4/month, trial: 1/month}, redis: main}
        """;
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness gateway =
            FilterHarness.of(
                    "/**",
                    filters,
                    """
                redis: {main: {nodes: "%s", timeout: 5s, connect-timeout: 9s}}
                consumers:
                  - {name: ann, groups: [gold, trial], credentials: [{api-key: key-of-ann}]}
                  - {name: bob, groups: [trial], credentials: [{api-key: key-of-bob}]}
                  - {name: cat, credentials: [{api-key: key-of-cat}]}
                """
                        .formatted(redis.address()))
                .awaitRedis()) {
      assertEquals(4, admitted(gateway, "key-of-ann"));
      assertEquals(1, admitted(gateway, "key-of-bob"));
      assertEquals(2, admitted(gateway, "key-of-cat"));
      String policy = gateway.get("/", "X-API-Key: key-of-cat").header("RateLimit-Policy");
      assertEquals("\"test\";q=2;w=2592000", policy);
    }
  }

  @Test
  void theTierOfAConsumerComesBeforeItsGroups() {
    String filters =
        """
        - api-key
        - quota: {limit: 2/month, tiers: {gold: 4/month, trial: 1/month}, redis: main}
        """;
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness gateway =
            FilterHarness.of(
                    "/**",
                    filters,
                    """
                redis: {main: {nodes: "%s", timeout: 5s, connect-timeout: 9s}}
                consumers:
                  - {name: ann, tier: trial, groups: [gold], credentials: [{api-key: key-of-ann}]}
                  - {name: bob, tier: none, groups: [gold], credentials: [{api-key: key-of-bob}]}
                """
                        .formatted(redis.address()))
                .awaitRedis()) {
      assertEquals(1, admitted(gateway, "key-of-ann"));
      assertEquals(4, admitted(gateway, "key-of-bob"));
    }
  }

  private static final String OWN_QUOTAS =
      """
      listeners: {http: {address: "127.0.0.1:8080"}}
      upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
      redis: {main: {nodes: "127.0.0.1:6379", timeout: 5s, connect-timeout: 9s}}
      consumers:
        - {name: ann, tier: gold, quota: 3/month, credentials: [{api-key: key-of-ann}]}
        - {name: bob, credentials: [{api-key: key-of-bob}]}
      routes:
        - id: one
          match: {path: "/one"}
          filters:
            - api-key
            - quota:
                limit: 1/month
                tiers: {gold: 9/month}
                redis: main
                name: sold
                key: "header:X-Client"
          to: users
        - id: other
          match: {path: "/other"}
          filters:
            - api-key
            - quota: {limit: 1/month, redis: main, name: sold}
          to: users
      """;

  @Test
  void aQuotaOfTheConsumersOwnCountsWhateverItSendsOnAllRoutesOfTheQuota() {
    try (FilterHarness gateway = FilterHarness.run(OWN_QUOTAS, folder).awaitRedis()) {
      String ann = "X-API-Key: key-of-ann";
      RawResponse first = gateway.get("/one", ann, "X-Client: a");
      assertEquals("\"sold\";q=3;w=2592000", first.header("RateLimit-Policy"));
      assertEquals(200, gateway.get("/one", ann, "X-Client: b").status());
      assertEquals(200, gateway.get("/other", ann).status());
      assertEquals(429, gateway.get("/other", ann).status());
      assertEquals(429, gateway.get("/one", ann, "X-Client: c").status());
      assertEquals(200, gateway.get("/other", "X-API-Key: key-of-bob").status());
      assertEquals(429, gateway.get("/other", "X-API-Key: key-of-bob").status());
    }
  }

  /** What a client may choose is never taken for the name of a consumer. */
  @Test
  void nobodyElseUsesUpAQuotaOfAConsumersOwn() {
    try (FilterHarness gateway = FilterHarness.run(OWN_QUOTAS, folder).awaitRedis()) {
      for (String name : List.of("ann", "consumer=ann")) {
        String bob = "X-API-Key: key-of-bob";
        assertEquals(200, gateway.get("/one", bob, "X-Client: " + name).status());
      }
      String left = gateway.get("/one", "X-API-Key: key-of-ann").header("RateLimit");
      assertNotNull(left);
      assertTrue(left.contains(";r=2;"), left);
    }
  }

  @Test
  void aQuotaThatNoCalendarHasIsRefusedWithItsPlace() {
    assertEquals(
        List.of(
            "test.yaml:10:30 consumers[0].quota: \"2/hour\" (expected: a number per day or month,"
                + " such as 10000/day)"),
        FilterHarness.problems("- request-id", "consumers: [{name: a, quota: 2/hour}]"));
  }

  /** How many of six requests come through. */
  private static long admitted(FilterHarness gateway, String key) {
    long admitted = 0;
    for (int i = 0; i < 6; i++) {
      admitted += gateway.get("/", "X-API-Key: " + key).status() == 200 ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void countsAreNamedForPeopleAndEndAfterTheirPeriod() {
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness gateway = gateway(QUOTA, redis)) {
      gateway.get("/", "X-Client: a b&c");
      String key = redis.ask("KEYS", "*");
      assertTrue(key.matches("\\[yumen:quota:test:\\d{4}-\\d\\d:a\\+b%26c]"), key);
      long seconds = Long.parseLong(redis.ask("TTL", key.substring(1, key.length() - 1)));
      assertTrue(seconds > 86_400 && seconds <= 32 * 86_400, () -> "" + seconds);
    }
  }

  @ParameterizedTest
  @CsvSource({"fail-open, 200", "fail-closed, 503"})
  void withoutRedisRequestsFareAsTheSettingSays(String whenGone, int status) {
    String filter = QUOTA.replace("main}", "main, when-gone: " + whenGone + "}");
    try (FilterHarness gateway = gateway(filter, "127.0.0.1:" + LocalServer.freePort())) {
      RawResponse answer = gateway.get("/", "X-Client: a");
      assertEquals(status, answer.status());
      assertNull(answer.header("RateLimit"));
    }
  }

  @ParameterizedTest
  @CsvSource({"address, 200, 200, 429", "reject, 400, 400, 400", "allow, 200, 200, 200"})
  void aRequestWithoutTheKeyFaresAsTheSettingSays(String missing, int one, int two, int three) {
    String filter = QUOTA.replace("main}", "main, missing-key: " + missing + "}");
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness gateway = gateway(filter, redis)) {
      assertEquals(one, gateway.get("/").status());
      assertEquals(two, gateway.get("/").status());
      assertEquals(three, gateway.get("/").status());
    }
  }

  @Test
  void settingsThatCouldNotWorkAreRefused() {
    assertEquals(
        List.of(
            "test.yaml:8:16 routes[0].filters[0].quota.redis: no Redis (expected: the name of one: a"
                + " gateway by itself could not keep a quota)"),
        FilterHarness.problems("- quota: {limit: 5/day}"));
    assertEquals(
        List.of(
            "test.yaml:8:38 routes[0].filters[0].quota.redis: \"main\" (expected: a name under the"
                + " top-level redis, which is missing)"),
        FilterHarness.problems("- quota: {limit: 5/day, redis: main}"));
    for (String wrong :
        List.of(
            "limit: 5/h",
            "limit: 5/day, zone: Mars",
            "limit: 0/day",
            "limit: 5/day, tiers: {gold: 9/month}")) {
      String settings = "- quota: {" + wrong + ", redis: main}";
      List<String> problems = FilterHarness.problems(settings, "redis: {main: \"127.0.0.1:1\"}");
      assertEquals(1, problems.size(), problems::toString);
    }
  }
}
