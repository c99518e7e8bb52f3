package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Ending;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
      @Describe("How much each request counts: a number, or what tells it.") @Default("1")
          Cost cost,
      @Describe(
              "Other rates for groups of consumers, such as gold: 1000/min; a consumer of several has"
                  + " the best of them.")
          Map<String, Rate> tiers,
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
      tiers = Map.copyOf(tiers);
      LimitConfig.checkName(name);
      Terms.checkBurst(burst);
      if (limits == null) {
        if (rate == null) {
          throw InvalidValue.found("", "no rate", "rate, or limits with one each");
        }
        LimitConfig.check(rate, algorithm, burst, cost, tiers);
      } else {
        limits = List.copyOf(limits);
        checkAlone(limits, rate, burst, tiers, name);
        LimitConfig.checkTogether(filled(limits, key, algorithm, cost, missingKey));
      }
    }

    private static void checkAlone(
        List<LimitConfig> limits,
        @Nullable Rate rate,
        @Nullable Long burst,
        Map<String, Rate> tiers,
        @Nullable String name) {
      if (limits.isEmpty()) {
        throw InvalidValue.found("limits", "an empty list", "at least one limit");
      }
      if (rate != null) {
        throw InvalidValue.found("limits", "limits beside rate", "one of the two");
      }
      if (burst != null || name != null || !tiers.isEmpty()) {
        String which = burst != null ? "burst" : name != null ? "name" : "tiers";
        throw InvalidValue.found(which, which + " beside limits", "one in each of limits");
      }
    }

    private static List<LimitConfig> filled(
        List<LimitConfig> limits,
        List<Attribute> key,
        Algorithm algorithm,
        Cost cost,
        MissingKey missingKey) {
      List<LimitConfig> filled = new ArrayList<>();
      for (LimitConfig limit : limits) {
        try {
          filled.add(limit.or(key, algorithm, cost, missingKey));
        } catch (InvalidValue e) {
          String found = "limits[" + filled.size() + "] with " + e.component() + " " + e.value();
          throw InvalidValue.found("limits", found, e.expected());
        }
      }
      return filled;
    }

    /** Every limit, with all that it takes from the filter. */
    List<LimitConfig> all() {
      return limits != null
          ? filled(limits, key, algorithm, cost, missingKey)
          : List.of(
              new LimitConfig(
                  Objects.requireNonNull(rate),
                  name,
                  key,
                  algorithm,
                  burst,
                  cost,
                  tiers,
                  missingKey));
    }
  }

  /** What answers tell: both fields. */
  private record Told(String policy, String left) {}

  /** Demands that nobody looks at any more once they are decided. */
  private static final ThreadLocal<Demand> SCRATCH = ThreadLocal.withInitial(() -> new Demand(4));

  private final Key<Told> told = Key.of("rate-limit");
  private final Key<Demand> unsettled = Key.of("rate-limit to be settled");
  private final Limit[] limits;
  private final Counts counts;
  private final Mode mode;
  private final boolean headers;

  /** Whether a cost may be known only later. */
  private final boolean settles;

  private final FilterContext context;
  private final FilterContext.Counter limited;
  private final FilterContext.Counter badCosts;

  private RateLimitFilter(Config config, FilterContext context) {
    this.context = context;
    mode = config.mode;
    headers = config.headers && mode == Mode.REJECT;
    counts = new LocalCounts(table(context));
    limits = limits(config.all(), context, counts);
    settles = Stream.of(limits).anyMatch(limit -> limit.cost().number() == null);
    badCosts =
        context.counter(
            "gateway_rate_limit_bad_costs",
            "Answers whose header tells no cost of their request.",
            List.of("route", name(context)));
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
    Demand demand = settles ? new Demand(limits.length) : SCRATCH.get();
    demand.at(context.nanoTime());
    for (Limit limit : limits) {
      Tier tier = limit.tier(exchange.consumer());
      long key = limit.key(tier, exchange);
      if (key != Limit.NO_KEY) {
        Cost cost = limit.cost();
        demand.add(limit, tier, key, cost.known(exchange), cost.isToldLater(exchange));
      } else if (limit.needsKey()) {
        return Verdict.fail(FailureCode.BAD_REQUEST, "no key for " + limit.detail(tier));
      }
    }
    counts.take(demand);
    return decided(exchange, demand);
  }

  private Verdict decided(Exchange exchange, Demand demand) {
    if (!demand.refused()) {
      admit(exchange, demand);
      return Verdict.proceed();
    }
    limited.add(1);
    if (mode == Mode.SHADOW) {
      return Verdict.proceed();
    }
    if (headers) {
      exchange.put(told, told(demand));
    }
    return beyond(demand);
  }

  private void admit(Exchange exchange, Demand demand) {
    for (int i = 0; i < demand.size(); i++) {
      if (demand.debt(i) > 0) {
        counts.charge(demand, i, demand.debt(i));
      }
    }
    if (settles) {
      exchange.put(unsettled, demand);
    } else if (headers && demand.size() > 0) {
      exchange.put(told, told(demand));
    }
  }

  private static Verdict beyond(Demand demand) {
    String seconds = Long.toString(Tier.seconds(demand.waitNanos()));
    return Verdict.fail(
        new Failure(
            FailureCode.RATE_LIMITED,
            "more than " + demand.refusing(),
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
    Demand demand = settles ? exchange.get(unsettled) : null;
    if (demand != null) {
      settle(demand, response);
    }
    Told now = demand != null && headers && demand.size() > 0 ? told(demand) : exchange.get(told);
    if (now != null) {
      response.headers().add("ratelimit-policy", now.policy).add("ratelimit", now.left);
    }
    return Verdict.proceed();
  }

  /** Charges what the answer says that its request costs. */
  private void settle(Demand demand, ResponseHead response) {
    for (int i = 0; i < demand.size(); i++) {
      String header = demand.limit(i).cost().responseHeader();
      String value = header == null ? null : response.headers().first(header);
      if (value == null || !demand.isOpen(i)) {
        continue;
      }
      demand.close(i);
      long cost = Cost.parse(value);
      if (cost < 0) {
        badCosts.add(1);
      } else if (cost != Cost.UNKNOWN) {
        counts.charge(demand, i, cost - Cost.UNKNOWN);
      }
    }
  }

  /** Charges for bodies whose length nobody told. */
  @Override
  public void onEnd(Exchange exchange, Ending ending) {
    Demand demand = settles ? exchange.get(unsettled) : null;
    if (demand == null) {
      return;
    }
    for (int i = 0; i < demand.size(); i++) {
      Cost cost = demand.limit(i).cost();
      if (demand.isOpen(i) && cost.per() != null) {
        long more = cost.ofBody(ending.requestBytes()) - Cost.UNKNOWN;
        if (more > 0) {
          counts.charge(demand, i, more);
        }
      }
    }
  }
}
