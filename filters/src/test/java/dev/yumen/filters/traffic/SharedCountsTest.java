package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.LocalServer;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SharedCountsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;

  private static FilterHarness gateway(String settings, String address) {
    return FilterHarness.of(
        "/**",
        "- rate-limit: {" + settings + "}",
        "redis: {main: {nodes: \"" + address + "\", timeout: 5s, connect-timeout: 9s}}");
  }

  private static FilterHarness gateway(String settings, RedisServer redis) {
    return gateway(settings, redis.address()).awaitRedis();
  }

  @ParameterizedTest
  @ValueSource(strings = {"token-bucket", "sliding-window", "fixed-window"})
  void gatewaysTogetherAdmitExactlyTheLimit(String algorithm)
      throws InterruptedException, ExecutionException {
    String limit = "rate: 40/month, algorithm: " + algorithm + ", shared: {redis: main}";
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness one = gateway(limit, redis);
        FilterHarness other = gateway(limit, redis);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        FilterHarness gateway = i % 2 == 0 ? one : other;
        answers.add(clients.submit(() -> gateway.get("/").status()));
      }
      int admitted = 0;
      for (Future<Integer> answer : answers) {
        admitted += answer.get() == 200 ? 1 : 0;
      }
      assertEquals(40, admitted);
    }
  }

  @Test
  void answersTellWhatIsLeftForAll() {
    String limit = "rate: 2/h, key: \"header:X-Client\", shared: {redis: main}";
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness one = gateway(limit, redis);
        FilterHarness other = gateway(limit, redis)) {
      RawResponse first = one.get("/", "X-Client: a");
      assertEquals("\"test\";q=2;w=3600", first.header("RateLimit-Policy"));
      assertEquals("\"test\";r=1;t=1800", first.header("RateLimit"));
      assertEquals(200, other.get("/", "X-Client: a").status());
      RawResponse third = one.get("/", "X-Client: a");
      assertEquals(429, third.status());
      String retryAfter = third.header("Retry-After");
      assertNotNull(retryAfter);
      int seconds = Integer.parseInt(retryAfter);
      assertTrue(seconds > 1700 && seconds <= 1800, retryAfter);
      assertEquals(200, one.get("/", "X-Client: b").status());
    }
  }

  @Test
  void allLimitsHoldAndARefusalCostsTheOthersNothing() {
    String limits = "limits: [{rate: 5/h}, {rate: 2/h, key: \"header:X-Client\"}]";
    String shared = limits + ", shared: {redis: main}";
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness gateway = gateway(shared, redis)) {
      assertEquals(200, gateway.get("/", "X-Client: a").status());
      assertEquals(200, gateway.get("/", "X-Client: a").status());
      assertEquals(429, gateway.get("/", "X-Client: a").status());
      assertEquals(200, gateway.get("/", "X-Client: b").status());
      assertEquals(200, gateway.get("/", "X-Client: b").status());
      assertEquals(200, gateway.get("/", "X-Client: c").status());
      assertEquals(429, gateway.get("/", "X-Client: c").status());
    }
  }

  @Test
  void theLimitIsWholeAgainAfterItsTime() {
    String limit = "rate: 1/s, shared: {redis: main}";
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness gateway = gateway(limit, redis)) {
      assertEquals(200, gateway.get("/").status());
      assertEquals(429, gateway.get("/").status());
      Eventually.within(PATIENCE, "one more", () -> gateway.get("/").status() == 200);
      Eventually.within(PATIENCE, "no trace", () -> redis.ask("KEYS", "*").equals("[]"));
    }
  }

  @Test
  void whatAnAnswerCostsIsADebtForAll() {
    String limit = "rate: 10/h, cost: {response-header: X-Cost}, shared: {redis: main}";
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness one = gateway(limit, redis);
        FilterHarness other = gateway(limit, redis)) {
      one.upstreamAnswers(200, "X-Cost: 20");
      assertEquals(200, one.get("/").status());
      Eventually.within(PATIENCE, "refused", () -> other.get("/").status() == 429);
    }
  }

  @ParameterizedTest
  @CsvSource({"local, 200, 429", "fail-open, 200, 200", "fail-closed, 503, 503"})
  void withoutRedisRequestsFareAsTheSettingSays(String whenGone, int first, int second) {
    String limit = "rate: 1/h, shared: {redis: main, when-gone: " + whenGone + "}";
    try (FilterHarness gateway = gateway(limit, "127.0.0.1:" + LocalServer.freePort())) {
      assertEquals(first, gateway.get("/").status());
      assertEquals(second, gateway.get("/").status());
    }
  }

  @Test
  void itCountsTogetherAgainWhenRedisIsBack() {
    String limit = "rate: 1/h, shared: {redis: main, when-gone: fail-closed}";
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness gateway = gateway(limit, redis)) {
      assertEquals(200, gateway.get("/").status());
      redis.kill();
      Eventually.within(PATIENCE, "closed", () -> gateway.get("/").status() == 503);
      redis.startAgain();
      Eventually.within(PATIENCE, "back", () -> gateway.get("/").status() == 200);
      assertEquals(429, gateway.get("/").status());
    }
  }

  @Test
  void settingsThatCouldNotWorkAreRefused() {
    assertEquals(
        List.of(
            "test.yaml:8:49 routes[0].filters[0].rate-limit.shared.redis: \"main\" (expected: a name"
                + " under the top-level redis, which is missing)"),
        FilterHarness.problems("- rate-limit: {rate: 1/s, shared: {redis: main}}"));
    List<String> queue =
        FilterHarness.problems(
            "- rate-limit: {rate: 1/s, mode: queue, shared: {redis: main}}",
            "redis: {main: \"127.0.0.1:1\"}");
    assertEquals(1, queue.size(), queue::toString);
  }
}
