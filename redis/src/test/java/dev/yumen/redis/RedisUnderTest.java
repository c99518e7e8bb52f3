package dev.yumen.redis;

import dev.yumen.api.RedisFailure;
import dev.yumen.api.RedisScript;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.RedisConfig;
import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.observe.RedisMetrics;
import dev.yumen.dataplane.redis.OpenRedis;
import dev.yumen.dataplane.redis.RedisOpener;
import dev.yumen.dataplane.state.StateRegistry;
import dev.yumen.dataplane.tls.TlsSurroundings;
import dev.yumen.dataplane.tls.UpstreamTls;
import dev.yumen.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A Redis as the gateway opens it, from settings in YAML. */
final class RedisUnderTest implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Adds to a counter and returns what it is then. */
  static final RedisScript COUNT =
      RedisScript.of("return {redis.call('INCRBY', KEYS[1], ARGV[1])}");

  private final OpenRedis redis;
  private final @Nullable UpstreamTls tls;

  private RedisUnderTest(OpenRedis redis, @Nullable UpstreamTls tls) {
    this.redis = redis;
    this.tls = tls;
  }

  /**
   * Begins to connect.
   *
   * @param settings an address, or a YAML mapping in one line; where it sets no time-out, answers
   *     may take 10 s, as a busy machine needs
   * @param folder that files in it count from
   */
  static RedisUnderTest open(String settings, Path folder) {
    LoadedConfig loaded =
        new ConfigReader(Map.of(), Map.of())
            .readText("test.yaml", "redis: {main: " + patient(settings) + "}\n", folder);
    if (loaded.config() == null) {
      throw new AssertionError(loaded.problems());
    }
    RedisConfig config = Objects.requireNonNull(loaded.config().redis().get("main"));
    UpstreamTls tls = null;
    if (config.tls().enabled()) {
      TlsSurroundings around =
          new TlsSurroundings(
              new StateRegistry(),
              InstantSource.system(),
              System::nanoTime,
              new PendingChallenges());
      tls = Objects.requireNonNull(UpstreamTls.compile(config.tls(), around).tls());
    }
    RedisOpener opener = LettuceRedis::open;
    OpenRedis redis =
        opener.open(
            config,
            new RedisOpener.Surroundings("main", tls, new RedisMetrics(), System::nanoTime));
    return new RedisUnderTest(redis, tls);
  }

  private static String patient(String settings) {
    if (settings.contains("timeout: ")) {
      return settings;
    }
    return settings.startsWith("{")
        ? "{timeout: 10s, " + settings.substring(1)
        : "{timeout: 10s, nodes: " + settings + "}";
  }

  /** The same, for settings without files. */
  static RedisUnderTest open(String settings) {
    return open(settings, Path.of("."));
  }

  OpenRedis redis() {
    return redis;
  }

  /** Waits until it is connected. */
  RedisUnderTest connected() {
    Eventually.within(PATIENCE, "connected", redis::available);
    return this;
  }

  /** What the counter is after adding one to it. */
  long count(String key) {
    return run(COUNT, key, "1").getFirst();
  }

  List<Long> run(RedisScript script, String key, String... arguments) {
    return redis.run(script, List.of(key), List.of(arguments)).toCompletableFuture().join();
  }

  /** What a script answers that answers with texts. */
  List<String> texts(RedisScript script, String key, String... arguments) {
    return redis.runForTexts(script, List.of(key), List.of(arguments)).toCompletableFuture().join();
  }

  /** Why a call fails; fails itself when it does not. */
  RedisFailure failure(RedisScript script, String key, String... arguments) {
    try {
      List<Long> answer = run(script, key, arguments);
      throw new AssertionError("no failure but " + answer);
    } catch (CompletionException e) {
      if (e.getCause() instanceof RedisFailure failure) {
        return failure;
      }
      throw e;
    }
  }

  /** Counts until that works and gives what it came to. */
  long countEventually(String key) {
    return Eventually.valueWithin(
        PATIENCE,
        "an answer",
        () -> {
          try {
            return count(key);
          } catch (CompletionException e) {
            return null;
          }
        });
  }

  @Override
  public void close() {
    redis.close();
    if (tls != null) {
      tls.close();
    }
  }
}
