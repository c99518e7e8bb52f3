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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
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

  @TempDir static Path folder;

  private static final List<GatewayProcess> gateways = new ArrayList<>();
  private static RedisServer redis;

  private final List<OpenLoad> loads = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    redis = RedisServer.start(folder);
    for (int i = 0; i < GATEWAYS; i++) {
      Path own = Files.createTempDirectory(folder, "gateway");
      gateways.add(GatewayProcess.start(own, configuration()));
    }
  }

  @AfterAll
  static void stop() {
    gateways.forEach(GatewayProcess::close);
    redis.close();
  }

  @AfterEach
  void stopLoads() {
    loads.forEach(OpenLoad::close);
  }

  /** Has routes of their own for each mode, so that all tests can have the same gateways. */
  private static String configuration() {
    return """
    listeners: {http: {address: "127.0.0.1:0"}}
    management: {address: "127.0.0.1:0"}
    redis: {main: {nodes: "%s", timeout: 2s}}
    routes:
      - id: free
        match: {path: /free}
        respond: {}
    %s%s\
    """
        .formatted(redis.address(), routes("exact", ""), routes("leased", ", batch: " + BATCH));
  }

  private static String routes(String mode, String more) {
    String shared = "redis: main, when-gone: fail-closed, mode: " + mode + more;
    return """
      - id: limited-%1$s
        match: {path: /limited/%1$s}
        filters:
          - rate-limit:
              {rate: %2$d/s, burst: %3$d, key: route, shared: {%4$s}}
        respond: {}
      - id: calm-%1$s
        match: {path: /calm/%1$s}
        filters:
          - rate-limit: {rate: 100000/s, key: route, shared: {%4$s}}
        respond: {}
    """
        .formatted(mode, LIMIT, BURST, shared);
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

  private LoadFigures calm(String path) {
    load(path, CALM_RATE / GATEWAYS);
    loads.getFirst().goOn(TIME.dividedBy(5));
    return endLoad();
  }

  @ParameterizedTest
  @CsvSource({"exact, 0", "leased, 1"})
  void gatewaysTogetherAdmitWhatOneWouldAndAShareEach(String mode, int shares) {
    calm("/calm/" + mode); // until code is compiled
    LoadFigures free = calm("/free");
    LoadFigures calm = calm("/calm/" + mode);
    long begin = System.nanoTime();
    load("/limited/" + mode, OFFERED_TO_EACH);
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
  }

  @Test
  void whileRedisIsGoneRequestsAreRefusedAtOnceAndItIsBackByItself() {
    load("/limited/exact", CALM_RATE);
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
  }

  private boolean allConnected() {
    return gateways.stream().allMatch(each -> each.metric("gateway_redis_up", "main") == 1);
  }
}
