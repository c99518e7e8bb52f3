package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.LocalServer;
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

class LeasedCountsTest {
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

  @Test
  void aShareIsTakenOfTheLimitAndSpentWithoutRedis() {
    String limit =
        "rate: 100/month, shared: {redis: main, mode: leased, batch: 10, lease: 1h,"
            + " when-gone: fail-closed}";
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness gateway = gateway(limit, redis)) {
      assertEquals(200, gateway.get("/").status());
      redis.kill();
      int admitted = 0;
      while (gateway.get("/").status() == 200) {
        admitted++;
      }
      assertEquals(9, admitted);
      redis.startAgain();
      Eventually.within(PATIENCE, "a share", () -> gateway.get("/").status() == 200);
    }
  }

  @Test
  void gatewaysTogetherAdmitTheLimitWithoutLosingAny()
      throws InterruptedException, ExecutionException {
    String limit = "rate: 100/month, shared: {redis: main, mode: leased, batch: 10, lease: 1h}";
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness one = gateway(limit, redis);
        FilterHarness other = gateway(limit, redis);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        FilterHarness gateway = i % 2 == 0 ? one : other;
        answers.add(clients.submit(() -> gateway.get("/").status()));
      }
      int admitted = 0;
      for (Future<Integer> answer : answers) {
        admitted += answer.get() == 200 ? 1 : 0;
      }
      int both = admitted;
      assertTrue(both <= 100 && both > 80, () -> both + " admitted");
    }
  }

  @Test
  void aShareThatWasNotUsedInItsTimeIsLost() {
    String limit = "rate: 10/month, shared: {redis: main, mode: leased, batch: 10, lease: 1ms}";
    try (RedisServer redis = RedisServer.start(folder);
        FilterHarness gateway = gateway(limit, redis)) {
      assertEquals(200, gateway.get("/").status());
      Eventually.within(PATIENCE, "refused", () -> gateway.get("/").status() == 429);
    }
  }

  @ParameterizedTest
  @CsvSource({"local, 200, 429", "fail-open, 200, 200", "fail-closed, 503, 503"})
  void withoutRedisRequestsFareAsTheSettingSays(String whenGone, int first, int second) {
    String limit = "rate: 1/h, shared: {redis: main, mode: leased, when-gone: " + whenGone + "}";
    try (FilterHarness gateway = gateway(limit, "127.0.0.1:" + LocalServer.freePort())) {
      assertEquals(first, gateway.get("/").status());
      assertEquals(second, gateway.get("/").status());
    }
  }
}
