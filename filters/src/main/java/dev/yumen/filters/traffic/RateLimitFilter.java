package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Response;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many requests come through per time and key, by one limit or several that must all
 * hold.
 *
 * <p>A {@link Limit} says what counts together, its {@link Limiter} how, and {@link Counts} where
 * that is kept. Counts outlive reloads that leave route, rate, key and algorithm as they are.
 */
public final class RateLimitFilter implements Filter {
  public static final FilterType<Config> TYPE =
      new FilterType<>("rate-limit", Config.class, RateLimitFilter::new);

  /** What happens to a request beyond the limit. */
  public enum Mode {
    /** It is answered with 429. */
    REJECT,
    /** It is only counted. */
    SHADOW
  }

  /** What happens to a request without the key. */
  public enum MissingKey {
    /** It is not limited. */
    ALLOW,
    /** It is answered with 400. */
    REJECT,
    /** The client's address is its key. */
    ADDRESS
  }

  /** How many, of what, and what then. */
  @Describe("Bounds how many requests come through per time and key.")
  public record Config(
      @Describe(
              "How many requests per s, min, h, day or month come through, such as 100/min. Required"
                  + " without limits.")
          @Nullable Rate rate,
      @Describe(
              "What is counted by: header:NAME, query:NAME, cookie:NAME, path:NAME, client,"
                  + " consumer or route; several make one combined key.")
          @OneOrMany
          @Default("client")
          List<Attribute> key,
      @Describe(
              "token-bucket: burst requests at once, refilled steadily. sliding-window: an estimate"
                  + " of the last second, minute, hour, day or month. fixed-window: windows of UTC"
                  + " side by side, each with the whole limit.")
          @Default("token-bucket")
          Algorithm algorithm,
      @Describe(
              "How many may come at once after a pause, with a token-bucket; without it the number of"
                  + " the rate.")
          @Nullable Long burst,
      @Describe("How many requests each one counts for.") @Default("1") long cost,
      @Describe("Several limits instead of one rate; all must hold.")
          @Nullable List<LimitConfig> limits,
      @Describe("What happens beyond the limit.") @Default("reject") Mode mode,
      @Describe(
              "What happens to a request that lacks the key: allow does not limit it, reject is 400,"
                  + " address takes the client's address for the key.")
          @Default("address")
          MissingKey missingKey,
      @Describe("Name of the limit in answers; without it the route's.") @Nullable String name,
      @Describe("Whether answers tell the limit and what is left of it.") @Default("true")
          boolean headers) {

    public Config {
      key = LimitConfig.checkedKey(key);
      LimitConfig.checkName(name);
      Terms.checkBurst(burst);
      LimitConfig.checkCost(cost);
      if (limits == null) {
        if (rate == null) {
          throw InvalidValue.found("", "no rate", "rate, or limits with one each");
        }
        LimitConfig.check(rate, algorithm, burst, cost);
      } else {
        limits = List.copyOf(limits);
        if (rate != null) {
          throw InvalidValue.found("limits", "limits beside rate", "one of the two");
        }
        if (burst != null || name != null) {
          String which = burst != null ? "burst" : "name";
          throw InvalidValue.found(which, which + " beside limits", "one in each of limits");
        }
        checkTogether(limits, key, algorithm, cost, missingKey);
      }
    }

    private static void checkTogether(
        List<LimitConfig> limits,
        List<Attribute> key,
        Algorithm algorithm,
        long cost,
        MissingKey missingKey) {
      if (limits.isEmpty()) {
        throw InvalidValue.found("limits", "an empty list", "at least one limit");
      }
      Set<Object> counts = new HashSet<>();
      Set<String> names = new HashSet<>();
      for (int i = 0; i < limits.size(); i++) {
        LimitConfig limit;
        try {
          limit = limits.get(i).or(key, algorithm, cost, missingKey);
        } catch (InvalidValue e) {
          String found = "limits[" + i + "] with " + e.component() + " " + e.value();
          throw InvalidValue.found("limits", found, e.expected());
        }
        if (!counts.add(limit.identity())) {
          String found = "twice " + limit.rate() + " by " + limit.key();
          throw InvalidValue.found("limits", found, "limits that differ in rate, key or algorithm");
        }
        if (limit.name() != null && !names.add(limit.name())) {
          throw new InvalidValue("limits", "name " + limit.name(), "a name of its own for each");
        }
      }
    }

    /** Every limit, with all that it takes from the filter. */
    List<LimitConfig> all() {
      return limits == null
          ? List.of(
              new LimitConfig(
                  Objects.requireNonNull(rate), name, key, algorithm, burst, cost, missingKey))
          : limits.stream().map(limit -> limit.or(key, algorithm, cost, missingKey)).toList();
    }
  }

  /** What answers tell: both fields. */
  private record Told(String policy, String left) {}

  /** Demands that nobody looks at any more once they are decided. */
  private static final ThreadLocal<Demand> SCRATCH = ThreadLocal.withInitial(() -> new Demand(4));

  private final Key<Told> told = Key.of("rate-limit");
  private final Limit[] limits;
  private final Counts counts;
  private final Mode mode;
  private final boolean headers;
  private final FilterContext context;
  private final FilterContext.Counter limited;

  private RateLimitFilter(Config config, FilterContext context) {
    this.context = context;
    mode = config.mode;
    headers = config.headers && mode == Mode.REJECT;
    counts = new LocalCounts(table(context));
    limits = limits(config.all(), context, counts);
    limited =
        context.counter(
            "gateway_rate_limited",
            "Requests beyond a rate limit.",
            List.of("route", name(context), "mode", mode.name().toLowerCase(Locale.ROOT)));
  }

  private static LimitTable table(FilterContext context) {
    return context.state(
        LimitTable.class,
        "rate-limit",
        () -> {
          Instant now = context.clock().instant();
          long epochNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
          return new LimitTable(context.nanoTime(), epochNanos);
        });
  }

  private static String name(FilterContext context) {
    return context.routeId().isEmpty() ? "all" : context.routeId();
  }

  private static Limit[] limits(List<LimitConfig> configs, FilterContext context, Counts counts) {
    List<Limit> limits = new ArrayList<>();
    for (LimitConfig config : configs) {
      String place = configs.size() == 1 ? "" : "-" + (limits.size() + 1);
      String name = config.name() == null ? name(context) + place : config.name();
      limits.add(new Limit(config, name, context.routeId(), counts));
    }
    return limits.toArray(Limit[]::new);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Demand demand = SCRATCH.get().at(context.nanoTime());
    for (Limit limit : limits) {
      long key = limit.key(exchange);
      if (key != Limit.NO_KEY) {
        demand.add(limit.tier(), key, limit.cost());
      } else if (limit.needsKey()) {
        return Verdict.fail(FailureCode.BAD_REQUEST, "no key of the rate limit: " + limit.detail());
      }
    }
    counts.take(demand);
    return decided(exchange, demand);
  }

  private Verdict decided(Exchange exchange, Demand demand) {
    if (headers && demand.size() > 0) {
      exchange.put(told, told(demand));
    }
    if (!demand.refused()) {
      return Verdict.proceed();
    }
    limited.add(1);
    return mode == Mode.SHADOW ? Verdict.proceed() : beyond(demand);
  }

  private static Verdict beyond(Demand demand) {
    String seconds = Long.toString(Tier.seconds(demand.waitNanos()));
    return Verdict.fail(
        new Failure(
            FailureCode.RATE_LIMITED,
            demand.refusing().detail(),
            List.of(new Response.Field("retry-after", seconds)),
            null));
  }

  private static Told told(Demand demand) {
    Tier first = demand.tier(0);
    if (demand.size() == 1) {
      return new Told(first.policy(), first.left(demand.left(0), demand.resetIn(0)));
    }
    StringBuilder policy = new StringBuilder();
    StringBuilder left = new StringBuilder();
    for (int i = 0; i < demand.size(); i++) {
      Tier tier = demand.tier(i);
      policy.append(i == 0 ? "" : ", ").append(tier.policy());
      left.append(i == 0 ? "" : ", ").append(tier.left(demand.left(i), demand.resetIn(i)));
    }
    return new Told(policy.toString(), left.toString());
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    Told now = exchange.get(told);
    if (now != null) {
      response.headers().add("ratelimit-policy", now.policy).add("ratelimit", now.left);
    }
    return Verdict.proceed();
  }
}
