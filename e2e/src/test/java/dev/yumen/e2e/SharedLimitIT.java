package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.e2e.OpenLoad.Answer;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Three gateways with one limit in one Redis, offered five times as much as it lets through. Prints
 * how much came through, and what a limit adds to the time of an answer.
 */
@Tag("alone")
class SharedLimitIT {
  private static final int GATEWAYS = 3;
  private static final int LIMIT = Scale.of(60, 1000);
  private static final int OFFERED_TO_EACH = 5 * LIMIT / GATEWAYS;
  private static final int BURST = Scale.of(60, 200);
  private static final int BATCH = Scale.of(6, 20);
  private static final Duration TIME = Duration.ofSeconds(Scale.of(5, 30));
  private static final Duration PART = TIME.dividedBy(3);
  private static final int CALM_RATE = Scale.of(60, 300);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;

  private final List<GatewayProcess> gateways = new ArrayList<>();
  private final List<OpenLoad> loads = new ArrayList<>();

  private static String configuration(RedisServer redis, String mode) {
    return """
    listeners: {http: {address: "127.0.0.1:0"}}
    management: {address: "127.0.0.1:0"}
    redis: {main: {nodes: "%s", timeout: 2s}}
    routes:
      - id: free
        match: {path: /free}
        respond: {}
      - id: limited
        match: {path: /limited}
        filters:
          - rate-limit:
              {rate: %d/s, burst: %d, key: route, shared: {%s}}
        respond: {}
      - id: calm
        match: {path: /calm}
        filters:
          - rate-limit: {rate: 100000/s, key: route, shared: {%s}}
        respond: {}
    """
        .formatted(redis.address(), LIMIT, BURST, shared(mode), shared(mode));
  }

  private static String shared(String mode) {
    String batch = mode.equals("leased") ? ", batch: " + BATCH : "";
    return "redis: main, when-gone: fail-closed, mode: " + mode + batch;
  }

  private void start(RedisServer redis, String mode) throws IOException {
    for (int i = 0; i < GATEWAYS; i++) {
      Path own = Files.createTempDirectory(folder, "gateway");
      gateways.add(GatewayProcess.start(own, configuration(redis, mode)));
    }
  }

  private void load(String path, int rate) {
    for (GatewayProcess gateway : gateways) {
      loads.add(OpenLoad.start(new OpenLoad.Plan(gateway.port(), path, rate, 64, 0)));
    }
  }

  private LoadFigures endLoad() {
    List<Answer> answers = new ArrayList<>();
    for (OpenLoad load : loads) {
      answers.addAll(load.end().answers());
      load.close();
    }
    loads.clear();
    return new LoadFigures(answers);
  }

  private void stop() {
    loads.forEach(OpenLoad::close);
    gateways.forEach(GatewayProcess::close);
  }

  private LoadFigures calm(String path) {
    load(path, CALM_RATE / GATEWAYS);
    loads.getFirst().goOn(TIME.dividedBy(5));
    return endLoad();
  }

  @ParameterizedTest
  @CsvSource({"exact, 0", "leased, 1"})
  void gatewaysTogetherAdmitWhatOneWouldAndAShareEach(String mode, int shares) throws IOException {
    try (RedisServer redis = RedisServer.start(folder)) {
      start(redis, mode);
      calm("/calm"); // until code is compiled
      LoadFigures free = calm("/free");
      LoadFigures calm = calm("/calm");
      long begin = System.nanoTime();
      load("/limited", OFFERED_TO_EACH);
      loads.getFirst().goOn(TIME);
      LoadFigures all = endLoad();
      double seconds = (System.nanoTime() - begin) / 1e9;
      int admitted = all.where(answer -> answer.status() == 200).count();
      System.out.printf(
          "%s: offered %d in %.2f s (%s), admitted %d of %.0f (%.2f %%); p50 without a limit %.2f ms,"
              + " with a shared one %.2f ms; p50 %.2f ms, p99 %.2f ms when too much is offered%n",
          mode,
          all.count(),
          seconds,
          all.statuses(),
          admitted,
          LIMIT * seconds,
          100.0 * admitted / (LIMIT * seconds),
          free.millis(0.5),
          calm.millis(0.5),
          all.millis(0.5),
          all.p99());
      assertEquals(0, calm.failed().count(), calm::statuses);
      assertTrue(
          admitted <= LIMIT * seconds + BURST + shares * GATEWAYS * BATCH,
          admitted + " in " + seconds);
      assertTrue(admitted >= 0.99 * LIMIT * TIME.toSeconds(), all::statuses);
    } finally {
      stop();
    }
  }

  @Test
  void whileRedisIsGoneRequestsAreRefusedAtOnceAndItIsBackByItself() throws IOException {
    try (RedisServer redis = RedisServer.start(folder)) {
      start(redis, "exact");
      load("/limited", CALM_RATE);
      loads.getFirst().goOn(PART);
      redis.kill();
      long gone = System.nanoTime();
      loads.getFirst().goOn(PART);
      long returning = System.nanoTime();
      redis.startAgain();
      Eventually.within(PATIENCE, "all gateways are back", this::allConnected);
      long back = System.nanoTime();
      loads.getFirst().goOn(PART);
      LoadFigures all = endLoad();

      LoadFigures without = all.between(gone + 1_000_000_000L, returning);
      LoadFigures after = all.where(answer -> answer.due() - back >= 0);
      System.out.printf(
          "while Redis was gone %s, p50 %.2f ms, p99 %.2f ms; back after %.2f s; then %s%n",
          without.statuses(),
          without.millis(0.5),
          without.p99(),
          (back - returning) / 1e9,
          after.statuses());
      assertEquals(0, without.where(answer -> answer.status() != 503).count(), without::statuses);
      assertEquals(0, after.where(answer -> answer.status() == 503).count(), after::statuses);
      assertTrue(after.where(answer -> answer.status() == 200).count() > 0, after::statuses);
    } finally {
      stop();
    }
  }

  private boolean allConnected() {
    return gateways.stream().allMatch(each -> each.metric("gateway_redis_up", "main") == 1);
  }
}
