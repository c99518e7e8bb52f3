package dev.yumen.filters.traffic;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.MirrorRef;
import dev.yumen.api.Remark;
import dev.yumen.api.Shorthand;
import dev.yumen.api.UpstreamName;
import dev.yumen.api.Verdict;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Sends copies of requests to another upstream, whose answers nobody gets. */
public final class MirrorFilter implements Filter, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("mirror", Config.class, MirrorFilter::new);

  /** Where copies go, of which requests, and what they may use. */
  @Describe("Sends copies of requests to another upstream, whose answers nobody gets.")
  @Shorthand("to")
  public record Config(
      @Describe("Where copies go: the name of an upstream.") UpstreamName to,
      @Describe("Share of the requests that are copied, in percent.") @Default("100")
          double percent,
      @Describe("Only requests like these; all without it.") @Nullable When when,
      @Describe("For a copy to be sent and its answer to come in full.") @Default("5s")
          Duration timeout,
      @Describe("Most bytes of a request's body; a request with a longer one is not copied.")
          @Default("64KiB")
          DataSize maxBody,
      @Describe("Most copies to the upstream that are held or under way; more are not sent.")
          @Default("100")
          int maxInFlight) {
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final long MOST_BODY = 16L << 20;
    private static final int MOST_IN_FLIGHT = 100_000;

    public Config {
      if (!(percent >= 0 && percent <= 100)) {
        throw new InvalidValue("percent", percent, "0 to 100");
      }
      if (timeout.isZero() || timeout.compareTo(LONGEST) > 0) {
        throw InvalidValue.found(
            "timeout", timeout.toMillis() + " ms", "more than 0s and at most 10m");
      }
      if (maxBody.bytes() > MOST_BODY) {
        throw InvalidValue.found("max-body", maxBody.toString(), "at most 16MiB");
      }
      if (maxInFlight < 1 || maxInFlight > MOST_IN_FLIGHT) {
        throw new InvalidValue("max-in-flight", maxInFlight, "1 to " + MOST_IN_FLIGHT);
      }
    }
  }

  private final MirrorRef to;
  private final double percent;
  private final Predicate<Exchange> when;

  private MirrorFilter(Config config, FilterContext context) {
    to =
        context.mirror(
            config.to,
            new MirrorRef.Limits(config.timeout, config.maxBody.bytes(), config.maxInFlight));
    percent = config.percent;
    when = config.when == null ? _ -> true : config.when.compile();
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    boolean drawn = percent == 100 || ThreadLocalRandom.current().nextDouble(100) < percent;
    if (drawn && when.test(exchange)) {
      exchange.mirror(to);
    }
    return Verdict.proceed();
  }

  @Override
  public Effect explain(Exchange exchange) {
    if (percent == 0 || !when.test(exchange)) {
      return Effect.sure(Verdict.proceed());
    }
    if (percent == 100) {
      exchange.mirror(to);
      return Effect.sure(Verdict.proceed()).remark(Remark.About.COPIES, to.name());
    }
    return Effect.sure(Verdict.proceed())
        .remark(Remark.About.COPIES, to.name())
        .remark(Remark.About.SHARE, Double.toString(percent));
  }
}
