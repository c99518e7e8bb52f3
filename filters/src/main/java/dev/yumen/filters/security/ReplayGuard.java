package dev.yumen.filters.security;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.FilterContext;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Redis;
import dev.yumen.api.RedisScript;
import dev.yumen.api.Verdict;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets each thing through once within a time: remembered in this process, or in a Redis for all
 * gateways together. What was let through outlives a reload that leaves time and room as they are.
 */
public final class ReplayGuard {
  private static final RedisScript ADD =
      RedisScript.of("return {redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) and 1 or 0}");

  /** What happens to requests while Redis does not answer. */
  public enum WhenGone {
    /** This gateway remembers for itself. */
    LOCAL,
    /** They are answered with 503. */
    FAIL_CLOSED
  }

  /** Where it is remembered, and how much. */
  @Describe("Where it is remembered what was seen, and how much of it.")
  public record Config(
      @Describe(
              "Most that one gateway remembers, at about 150 bytes each. Beyond it requests get"
                  + " 503: what is forgotten could come again.")
          @Default("100000")
          int remembered,
      @Describe("Name of a Redis, under the top-level redis, that gateways remember in together.")
          @Nullable String redis,
      @Describe(
              "What happens while Redis does not answer: local remembers in this gateway alone,"
                  + " fail-closed is 503.")
          @Default("local")
          WhenGone whenGone) {

    public Config {
      if (remembered < 1_000 || remembered > 10_000_000) {
        throw new InvalidValue("remembered", remembered, "1000 to 10000000");
      }
    }
  }

  private final SeenKeys local;
  private final FilterContext context;
  private final String prefix;
  private final String keptMillis;
  private final @Nullable Redis redis;
  private final boolean failClosed;
  private final Verdict full =
      Verdict.fail(FailureCode.OVERLOADED, "no room to remember what was seen (remembered)");
  private final Verdict unknown =
      Verdict.fail(FailureCode.OVERLOADED, "Redis does not tell what was seen");

  /**
   * @param component the setting that {@code config} stands in
   * @param kind whose things these are; guards of one kind remember together
   * @param kept how long a thing is remembered
   */
  public ReplayGuard(
      FilterContext context, String component, Config config, String kind, Duration kept) {
    this.context = context;
    local =
        context.state(
            SeenKeys.class,
            kind + " " + kept + " " + config.remembered,
            () -> new SeenKeys(config.remembered, kept));
    redis = config.redis == null ? null : context.redis(component + ".redis", config.redis);
    failClosed = config.whenGone == WhenGone.FAIL_CLOSED;
    prefix = "yumen:seen:" + kind + ":";
    keptMillis = Long.toString(kept.toMillis());
  }

  /**
   * Proceeds the first time, and fails from then on.
   *
   * @param thing of any length; only its hash is kept
   * @param seen the failure of a second time
   */
  public Verdict admit(byte[] thing, Failure seen) {
    if (redis == null) {
      return here(thing, seen);
    }
    Verdict again = Verdict.fail(seen);
    return Verdict.await(
        redis
            .run(ADD, List.of(prefix + digest(thing)), List.of(keptMillis))
            .handle(
                (answer, failure) -> {
                  if (failure != null || answer.size() != 1) {
                    return failClosed ? unknown : here(thing, seen);
                  }
                  return answer.getFirst() == 1 ? Verdict.proceed() : again;
                }));
  }

  private Verdict here(byte[] thing, Failure seen) {
    return switch (local.add(thing, context.nanoTime())) {
      case FRESH -> Verdict.proceed();
      case SEEN -> Verdict.fail(seen);
      case FULL -> full;
    };
  }

  private static String digest(byte[] thing) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(thing));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has it", e);
    }
  }

  /** The bytes of some texts, such that no other texts have the same. */
  public static byte[] thing(String... parts) {
    StringBuilder text = new StringBuilder();
    for (String part : parts) {
      text.append(part.length()).append(':').append(part);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
