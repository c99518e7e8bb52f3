package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Ending;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Rate;
import dev.yumen.api.Response;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many requests come through per time and key, by one limit or several that must all
 * hold.
 *
 * <p>A {@link Limit} says what counts together, its {@link Limiter} how, and {@link Counts} where
 * that is kept. Counts outlive reloads that leave route, rate, key and algorithm as they are.
 */
public final class RateLimitFilter implements Filter, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("rate-limit", Config.class, RateLimitFilter::new);

  /** What happens to a request beyond the limit. */
  public enum Mode {
    /** It is answered with 429. */
    REJECT,
    /** It waits until there is enough again, unless that is too long. */
    QUEUE,
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
              "Other rates for tiers and groups of consumers, such as gold: 1000/min: a consumer has"
                  + " that of its tier, or else the best of its groups.")
          Map<String, Rate> tiers,
      @Describe("Several limits instead of one rate; all must hold.")
          @Nullable List<LimitConfig> limits,
      @Describe(
              "What happens beyond the limit: reject is 429, queue lets requests wait for their turn,"
                  + " shadow only counts.")
          @Default("reject")
          Mode mode,
      @Describe("Longest that a request waits for its turn, with a queue; without it 1s.")
          @Nullable Duration maxWait,
      @Describe("Most requests that wait at a time, with a queue; without it 100.")
          @Nullable Integer maxQueue,
      @Describe(
              "What happens to a request that lacks the key: allow does not limit it, reject is 400,"
                  + " address takes the client's address for the key.")
          @Default("address")
          MissingKey missingKey,
      @Describe("Counts in a Redis for all gateways together, instead of in this one alone.")
          @Nullable SharedConfig shared,
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
        if (rate != null) {
          throw InvalidValue.found("limits", "limits beside rate", "one of the two");
        }
        if (burst != null || name != null || !tiers.isEmpty()) {
          String which = burst != null ? "burst" : name != null ? "name" : "tiers";
          throw InvalidValue.found(which, which + " beside limits", "one in each of limits");
        }
        LimitConfig.checkTogether(LimitConfig.filled(limits, key, algorithm, cost, missingKey));
      }
      checkQueue(mode, maxWait, maxQueue);
      if (shared != null && shared.mode() == SharedConfig.Mode.LEASED && limits != null) {
        throw InvalidValue.found("shared", "shares of several limits", "rate instead of limits");
      }
      if (mode == Mode.QUEUE && shared != null) {
        throw InvalidValue.found("shared", "a shared limit with a queue", "another mode");
      }
      if (mode == Mode.QUEUE) {
        LimitConfig.checkPlaces(limits, algorithm);
      }
    }

    private static void checkQueue(
        Mode mode, @Nullable Duration maxWait, @Nullable Integer maxQueue) {
      if (mode != Mode.QUEUE && (maxWait != null || maxQueue != null)) {
        String which = maxWait != null ? "max-wait" : "max-queue";
        throw InvalidValue.found(which, which + " without a queue", "mode: queue beside it");
      }
      if (maxWait != null && (maxWait.isNegative() || maxWait.isZero())) {
        throw InvalidValue.found("max-wait", maxWait.toMillis() + "ms", "more than 0s");
      }
      if (maxQueue != null && maxQueue < 1) {
        throw new InvalidValue("max-queue", maxQueue, "at least 1");
      }
    }

    /** Every limit, with all that it takes from the filter. */
    List<LimitConfig> all() {
      return limits != null
          ? LimitConfig.filled(limits, key, algorithm, cost, missingKey)
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

  /** Demands that nobody looks at any more once they are decided. */
  private static final ThreadLocal<Demand> SCRATCH = ThreadLocal.withInitial(() -> new Demand(4));

  private final Key<Told> told = Key.of("rate-limit");
  private final Key<Demand> later = Key.of("rate-limit to be settled");
  private final Limit[] limits;
  private final Counts counts;
  private final Mode mode;
  private final boolean headers;
  private final FilterContext context;
  private final FilterContext.Counter limited;

  /** Null when all is known of a cost when its request comes. */
  private final @Nullable Settlement settlement;

  /** Null when nobody waits. */
  private final @Nullable Queue queue;

  /** Whether requests are refused while nobody knows what is left. */
  private final boolean closed;

  /** Whether demands outlive their decision. */
  private final boolean lasting;

  private RateLimitFilter(Config config, FilterContext context) {
    this(config, context, counts(config, context));
  }

  RateLimitFilter(Config config, FilterContext context, Counts counts) {
    this.context = context;
    this.counts = counts;
    mode = config.mode;
    headers = config.headers && mode != Mode.SHADOW;
    limits = limits(config.all(), context, counts);
    queue =
        mode == Mode.QUEUE
            ? Queue.of(config.maxWait, config.maxQueue, name(context), context)
            : null;
    settlement =
        Stream.of(limits).allMatch(limit -> limit.cost().number() != null)
            ? null
            : new Settlement(counts, badCosts(context));
    closed =
        mode != Mode.SHADOW
            && config.shared != null
            && config.shared.whenGone() == SharedConfig.WhenGone.FAIL_CLOSED;
    lasting = settlement != null || !counts.immediate();
    limited =
        context.counter(
            "gateway_rate_limited",
            "Requests beyond a rate limit.",
            List.of("route", name(context), "mode", mode.name().toLowerCase(Locale.ROOT)));
  }

  private static FilterContext.Counter badCosts(FilterContext context) {
    return context.counter(
        "gateway_rate_limit_bad_costs",
        "Answers whose header tells no cost of their request.",
        List.of("route", name(context)));
  }

  private static Counts counts(Config config, FilterContext context) {
    LocalCounts local = new LocalCounts(table(context));
    SharedConfig shared = config.shared;
    if (shared == null) {
      return local;
    }
    // Of one limit, keys spread over the nodes of a cluster; of several, all must be on one.
    String slot = config.all().size() == 1 ? "" : "{" + context.routeId() + "}:";
    SharedCounts exact =
        new SharedCounts(
            context.redis("shared.redis", shared.redis()),
            shared.whenGone(),
            "yumen:rate-limit:" + slot,
            local,
            context.counter(
                "gateway_rate_limit_undecided",
                "Requests whose rate limit Redis did not tell.",
                List.of("route", name(context))));
    return shared.mode() == SharedConfig.Mode.EXACT
        ? exact
        : new LeasedCounts(
            exact, shared.batch(config.all().getFirst().rate()), shared.lease().toNanos());
  }

  private static LimitTable table(FilterContext context) {
    return context.state(
        LimitTable.class,
        "rate-limit",
        () -> LimitTable.startingAt(context.nanoTime(), context.clock()));
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
    Demand demand = lasting ? new Demand(limits.length) : SCRATCH.get();
    Verdict unmeasured = want(demand, exchange);
    if (unmeasured != null) {
      return unmeasured;
    }
    CompletionStage<Demand> decision = counts.take(demand);
    return decision == null ? decided(exchange, demand) : onLoop(exchange, decision, this::decided);
  }

  @Override
  public Effect explain(Exchange exchange) {
    Demand demand = new Demand(limits.length);
    Verdict unmeasured = want(demand, exchange);
    return unmeasured == null
        ? demand.explain(counts, mode, () -> refusal(demand))
        : Effect.sure(unmeasured);
  }

  /** Fills in what the request wants of each limit; or why it gets nothing. */
  private @Nullable Verdict want(Demand demand, Exchange exchange) {
    demand.at(context.nanoTime(), headers);
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
    return null;
  }

  private static Verdict onLoop(
      Exchange exchange,
      CompletionStage<Demand> decision,
      BiFunction<Exchange, Demand, Verdict> then) {
    return Verdict.await(
        decision.thenComposeAsync(
            demand -> {
              Verdict verdict = then.apply(exchange, demand);
              return verdict instanceof Verdict.Await wait
                  ? wait.later()
                  : CompletableFuture.completedStage(verdict);
            },
            exchange.executor()));
  }

  private Verdict decided(Exchange exchange, Demand demand) {
    if (demand.isUnknown()) {
      return closed
          ? Verdict.fail(FailureCode.OVERLOADED, "the rate limit is not known")
          : Verdict.proceed();
    }
    if (!demand.refused()) {
      return admitted(exchange, demand);
    }
    if (queue == null || !queue.enter()) {
      return refused(exchange, demand);
    }
    Demand waiting = lasting ? demand : demand.copy();
    waiting.undecided(queue.maxWaitNanos());
    CompletionStage<Demand> decision = counts.take(waiting);
    return decision == null
        ? inQueue(queue, exchange, waiting)
        : onLoop(exchange, decision, (_, _) -> inQueue(queue, exchange, waiting));
  }

  private Verdict inQueue(Queue entered, Exchange exchange, Demand demand) {
    if (demand.refused() || demand.turnNanos() == 0) {
      entered.leave();
      return demand.refused() ? refused(exchange, demand) : admitted(exchange, demand);
    }
    entered.count();
    demand.waiting(true);
    exchange.put(later, demand);
    return Verdict.await(
        exchange
            .after(Duration.ofNanos(demand.turnNanos()))
            .thenApply(
                _ -> {
                  demand.waiting(false);
                  entered.leave();
                  return admitted(exchange, demand);
                }));
  }

  private Verdict admitted(Exchange exchange, Demand demand) {
    if (settlement != null) {
      settlement.charge(demand);
      exchange.put(later, demand);
    } else if (headers && demand.size() > 0) {
      exchange.put(told, Told.of(demand));
    }
    return Verdict.proceed();
  }

  private Verdict refused(Exchange exchange, Demand demand) {
    limited.add(1);
    if (mode == Mode.SHADOW) {
      return Verdict.proceed();
    }
    if (headers) {
      exchange.put(told, Told.of(demand));
    }
    return refusal(demand);
  }

  private static Verdict refusal(Demand demand) {
    String seconds = Long.toString(Tier.seconds(demand.waitNanos()));
    return Verdict.fail(
        new Failure(
            FailureCode.RATE_LIMITED,
            "more than " + demand.refusing(),
            List.of(new Response.Field("retry-after", seconds)),
            null));
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    Demand demand = settlement == null ? null : exchange.get(later);
    Told now = exchange.get(told);
    if (settlement != null && demand != null) {
      settlement.charge(demand, response);
      now = headers && demand.size() > 0 ? Told.of(demand) : null;
    }
    if (now != null) {
      now.addTo(response);
    }
    return Verdict.proceed();
  }

  @Override
  public void onEnd(Exchange exchange, Ending ending) {
    Demand demand = settlement == null && queue == null ? null : exchange.get(later);
    if (demand == null) {
      return;
    }
    if (queue != null && demand.isWaiting()) {
      queue.leave();
      counts.giveUp(demand);
    } else if (settlement != null) {
      settlement.charge(demand, ending);
    }
  }
}
