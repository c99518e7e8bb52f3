package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.Canary;
import dev.yumen.api.Canary.Result;
import dev.yumen.api.Canary.Version;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Ending;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.Remark;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.StickyShare;
import dev.yumen.api.UpstreamName;
import dev.yumen.api.UpstreamRef;
import dev.yumen.api.Verdict;
import dev.yumen.config.CircuitBreakerConfig;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Gives a new version of a service a growing share of the requests, as long as it does well. */
public final class CanaryFilter implements Filter, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("canary", Config.class, CanaryFilter::new);

  /** The two versions, how the share grows, and what ends that. */
  @Describe("Gives a new version of a service a growing share of the requests, by itself.")
  public record Config(
      @Describe("Upstream of the old version; that of the route without.")
          @Nullable UpstreamName stable,
      @Describe("Upstream of the new version.") UpstreamName candidate,
      @Describe("Shares of the new version in percent, one after the other; 100 comes last anyway.")
          @Default("[5, 20, 50, 100]")
          List<Double> steps,
      @Describe("Least time of each step.") @Default("5m") Duration pause,
      @Describe("Requests that the new version has to end in a step before the next one.")
          @Default("100")
          int minimumRequests,
      @Describe("Percentage points by which more of its requests may fail.") @Default("1")
          double maxErrorIncrease,
      @Describe("What its latency is held against.") @Default("{}") Latency latency,
      @Describe("Largest probability that a version that is no worse is ever rolled back.")
          @Default("0.01")
          double falseAlarm,
      @Describe("What clients keep their version by; each request is drawn without.")
          @Nullable Attribute sticky,
      @Describe("Header of answers that names the version: stable or candidate.")
          @Nullable String header) {

    public Config {
      steps = List.copyOf(steps);
      if (stable != null && stable.equals(candidate)) {
        throw new InvalidValue("candidate", candidate.text(), "another upstream than stable");
      }
      check(steps);
      if (pause.isNegative() || pause.compareTo(Duration.ofDays(30)) > 0) {
        throw InvalidValue.found("pause", pause.toMillis() + " ms", "0s to 30d");
      }
      if (minimumRequests < 1 || minimumRequests > 100_000_000) {
        throw new InvalidValue("minimum-requests", minimumRequests, "1 to 100000000");
      }
      if (!(maxErrorIncrease >= 0 && maxErrorIncrease < 100)) {
        throw new InvalidValue("max-error-increase", maxErrorIncrease, "0 to less than 100");
      }
      if (!(falseAlarm >= 0.000_001 && falseAlarm <= 0.2)) {
        throw new InvalidValue("false-alarm", falseAlarm, "0.000001 to 0.2");
      }
      if (header != null) {
        HeaderName.writable("header", header);
      }
    }

    private static void check(List<Double> steps) {
      double before = 0;
      for (double step : steps) {
        if (!(step > before && step <= 100)) {
          throw InvalidValue.found(
              "steps", steps.toString(), "percentages above 0, each larger than the one before");
        }
        before = step;
      }
      if (steps.isEmpty() || steps.getFirst() == 100) {
        throw InvalidValue.found("steps", steps.toString(), "at least one below 100");
      }
    }

    private Canary.Rules rules() {
      return new Canary.Rules(
          stable == null ? "" : stable.text(),
          candidate.text(),
          steps.stream().filter(step -> step < 100).toList(),
          pause,
          minimumRequests,
          maxErrorIncrease,
          latency.enabled
              ? new Canary.Latency(latency.quantile, latency.maxRatio, latency.margin)
              : null,
          falseAlarm,
          sticky == null ? "" : sticky.toString());
    }
  }

  /** A bound of the new version's latency. */
  @Describe("How much slower than the old version the new one may be.")
  public record Latency(
      @Describe("Whether latency counts at all.") @Default("true") boolean enabled,
      @Describe("Which quantile is compared.") @Default("0.99") double quantile,
      @Describe("How many times that of the old version it may be.") @Default("1.5")
          double maxRatio,
      @Describe("By how much it may be slower at any rate.") @Default("10ms") Duration margin) {

    public Latency {
      if (!(quantile >= 0.5 && quantile <= 0.999)) {
        throw new InvalidValue("quantile", quantile, "0.5 to 0.999");
      }
      if (!(maxRatio >= 1 && maxRatio <= 100)) {
        throw new InvalidValue("max-ratio", maxRatio, "1 to 100");
      }
      if (margin.isNegative() || margin.compareTo(Duration.ofHours(1)) > 0) {
        throw InvalidValue.found("margin", margin.toMillis() + " ms", "0s to 1h");
      }
    }
  }

  /** A request that a version got. */
  private static final class Sent {
    private final Version version;
    private boolean failed;

    private Sent(Version version) {
      this.version = version;
    }
  }

  private final Key<Sent> sent = Key.of("canary");
  private final Canary canary;
  private final @Nullable UpstreamRef stable;
  private final UpstreamRef candidate;
  private final @Nullable Attribute sticky;
  private final String salt;
  private final @Nullable String header;
  private final FilterContext.Counter ofStable;
  private final FilterContext.Counter ofCandidate;

  private CanaryFilter(Config config, FilterContext context) {
    canary = context.canary(config.rules());
    stable = config.stable == null ? null : context.upstream(config.stable);
    candidate = context.upstream(config.candidate);
    sticky = config.sticky;
    salt = config.candidate.text();
    header = config.header;
    ofStable = counter(context, Version.STABLE);
    ofCandidate = counter(context, Version.CANDIDATE);
  }

  private static FilterContext.Counter counter(FilterContext context, Version version) {
    return context.counter(
        "gateway_canary_requests",
        "Requests that a canary sent to a version.",
        List.of("route", context.routeId(), "version", name(version)));
  }

  private static String name(Version version) {
    return version == Version.STABLE ? "stable" : "candidate";
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    double weight = canary.weight();
    Version version = place(exchange) < weight ? Version.CANDIDATE : Version.STABLE;
    (version == Version.CANDIDATE ? ofCandidate : ofStable).add(1);
    exchange.put(sent, new Sent(version));
    forward(exchange, version);
    return Verdict.proceed();
  }

  private void forward(Exchange exchange, Version version) {
    if (version == Version.CANDIDATE) {
      exchange.forwardTo(candidate);
    } else if (stable != null) {
      exchange.forwardTo(stable);
    }
  }

  /** Where the request stands between 0 and 100; below the weight is the candidate's. */
  private double place(Exchange exchange) {
    if (sticky == null) {
      return ThreadLocalRandom.current().nextDouble(100);
    }
    String value = sticky.of(exchange);
    return StickyShare.percent(
        value == null ? exchange.clientAddress().getHostAddress() : value, salt);
  }

  @Override
  public Effect explain(Exchange exchange) {
    double weight = canary.weight();
    boolean drawn = sticky == null && weight > 0 && weight < 100;
    boolean taken =
        drawn ? weight >= 50 : sticky == null ? weight == 100 : place(exchange) < weight;
    Version version = taken ? Version.CANDIDATE : Version.STABLE;
    forward(exchange, version);
    Effect effect = drawn ? Effect.chance(Verdict.proceed()) : Effect.sure(Verdict.proceed());
    return effect
        .remark(Remark.About.VERSION, name(version))
        .remark(
            Remark.About.CANARY,
            candidate.name(),
            BigDecimal.valueOf(weight).stripTrailingZeros().toPlainString(),
            canary.stage().text());
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    Sent request = exchange.get(sent);
    if (request != null) {
      request.failed = response.status() >= 500;
      if (header != null) {
        response.headers().set(header, name(request.version));
      }
    }
    return Verdict.proceed();
  }

  @Override
  public void onEnd(Exchange exchange, Ending ending) {
    Sent request = exchange.get(sent);
    if (request == null) {
      return;
    }
    Result result = result(request, ending);
    if (result == Result.LEFT) {
      canary.ended(request.version, result, ending.durationNanos());
    } else if (result != null) {
      canary.ended(request.version, result, ending.upstreamNanos());
    }
  }

  /** What the ending says of the version; null when it says nothing. */
  private static @Nullable Result result(Sent request, Ending ending) {
    FailureCode code = ending.failure() == null ? null : ending.failure().code();
    if (ending.failedAttempts() > 0
        || code == FailureCode.CIRCUIT_OPEN
        || (code != null && code.source() == FailureCode.Source.UPSTREAM)) {
      return Result.FAILED;
    }
    if (ending.attempts() == 0) {
      return null; // answered before it came to a service
    }
    if (code == FailureCode.CLIENT_ABORT && ending.upstreamNanos() < 0) {
      return Result.LEFT;
    }
    if (code != null && code != FailureCode.CLIENT_ABORT) {
      return null; // the client's own fault, or ours
    }
    return request.failed || CircuitBreakerConfig.isFailedCall(ending.grpcStatus())
        ? Result.FAILED
        : Result.ANSWERED;
  }
}
