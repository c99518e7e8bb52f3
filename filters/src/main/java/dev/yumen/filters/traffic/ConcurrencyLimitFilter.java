package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.ConcurrencyLimit;
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
import dev.yumen.api.Remark;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Verdict;
import dev.yumen.config.ConcurrencyConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Bounds how many requests of a route, or of each key, are under way at once. */
public final class ConcurrencyLimitFilter implements Filter, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("concurrency-limit", Config.class, ConcurrencyLimitFilter::new);

  /** How many, of what. */
  @Describe("Bounds how many requests are under way at once.")
  @Shorthand("max")
  public record Config(
      @Describe("Requests under way for each key; the ceiling when adaptive.") int max,
      @Describe(
              "What is counted by: header:NAME, query:NAME, cookie:NAME, path:NAME, client,"
                  + " consumer or route; several make one combined key. A request without it is not"
                  + " limited.")
          @OneOrMany
          @Default("route")
          List<Attribute> key,
      @Describe("Requests that wait for their turn, for each key; beyond that they get 503.")
          @Default("0")
          int maxPending,
      @Describe("How long a request waits for its turn before it gets 503.") @Default("1s")
          Duration pendingTimeout,
      @Describe("Whether the limit follows how long the service takes; for the key route only.")
          @Default("false")
          boolean adaptive,
      @Describe("With adaptive: the least that the limit comes down to.") @Default("4") int floor) {

    public Config {
      key = List.copyOf(key);
      if (key.isEmpty()) {
        throw InvalidValue.found("key", "no key", "at least one attribute");
      }
      limit(max, maxPending, pendingTimeout, adaptive, floor);
      if (adaptive && !byRoute(key)) {
        throw new InvalidValue("adaptive", "true", "key: route, as a limit learns from many calls");
      }
    }

    private static boolean byRoute(List<Attribute> key) {
      return key.size() == 1 && key.getFirst().kind() == Attribute.Kind.ROUTE;
    }

    private static ConcurrencyConfig limit(
        int max, int maxPending, Duration pendingTimeout, boolean adaptive, int floor) {
      return new ConcurrencyConfig(max, maxPending, pendingTimeout, adaptive, floor);
    }

    private ConcurrencyLimit.Rules rules() {
      return limit(max, maxPending, pendingTimeout, adaptive, floor).rules();
    }
  }

  private final Key<ConcurrencyLimit.Ticket> place = Key.of("concurrency-limit");
  private final Config config;
  private final boolean byRoute;
  private final ConcurrencyLimit limit;
  private final FilterContext.Counter refused;
  private final String name;

  private ConcurrencyLimitFilter(Config config, FilterContext context) {
    this.config = config;
    byRoute = Config.byRoute(config.key);
    limit = context.concurrencyLimit(config.key.toString(), config.rules());
    name = context.routeId().isEmpty() ? "all" : context.routeId();
    refused =
        context.counter(
            "gateway_concurrency_refused",
            "Requests that were refused as too many were under way.",
            List.of("kind", "route", "name", name));
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    String key = byRoute ? "" : key(exchange);
    if (key == null) {
      return Verdict.proceed();
    }
    CompletableFuture<Verdict> turn = new CompletableFuture<>();
    ConcurrencyLimit.Ticket ticket =
        limit.ask(key, exchange.executor(), () -> turn.complete(Verdict.proceed()));
    if (ticket == null) {
      return overloaded("has too many requests under way");
    }
    exchange.put(place, ticket);
    if (ticket.granted()) {
      return Verdict.proceed();
    }
    var _ =
        exchange
            .after(config.pendingTimeout)
            .thenRun(
                () -> {
                  if (!ticket.granted()) {
                    turn.complete(overloaded("had no place free in time"));
                  }
                });
    return Verdict.await(turn);
  }

  @Override
  public Effect explain(Exchange exchange) {
    String key = byRoute ? "" : key(exchange);
    if (key == null) {
      return Effect.sure(Verdict.proceed())
          .remark(Remark.About.NO_KEY, config.max + " by " + config.key);
    }
    ConcurrencyLimit.Usage usage = limit.usage(key);
    String used = Integer.toString(usage.underWay());
    String most = Integer.toString(usage.most());
    if (usage.underWay() < usage.most() && usage.pending() == 0) {
      return Effect.sure(Verdict.proceed()).remark(Remark.About.UNDER_WAY, used, most);
    }
    return usage.pending() < config.maxPending
        ? Effect.untried(
            Remark.About.QUEUES,
            config.max + " by " + config.key,
            config.pendingTimeout.toMillis() + "ms")
        : Effect.sure(refusal("has too many requests under way"))
            .remark(Remark.About.UNDER_WAY, used, most);
  }

  private @Nullable String key(Exchange exchange) {
    StringBuilder key = new StringBuilder();
    for (Attribute attribute : config.key) {
      String value = attribute.of(exchange);
      if (value == null || value.isEmpty()) {
        return null;
      }
      key.append(value.length()).append(':').append(value);
    }
    return key.toString();
  }

  private Verdict overloaded(String what) {
    refused.add(1);
    return refusal(what);
  }

  private Verdict refusal(String what) {
    return Verdict.fail(
        Failure.of(FailureCode.OVERLOADED, "route " + name + " " + what)
            .header("Retry-After", "1"));
  }

  @Override
  public void onEnd(Exchange exchange, Ending ending) {
    ConcurrencyLimit.Ticket ticket = exchange.get(place);
    if (ticket != null) {
      ticket.end(ending.upstreamNanos());
    }
  }
}
