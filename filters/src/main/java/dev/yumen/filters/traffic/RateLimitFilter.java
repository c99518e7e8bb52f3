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
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many requests come through per time and key.
 *
 * <p>A token bucket kept as one number (GCRA): it holds {@code burst} requests and refills at
 * {@code rate}, so no span of time of length t ever sees more than {@code burst + rate * t}. Counts
 * outlive reloads that leave route, rate and key as they are.
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
    /** The client's address is its key. */
    CLIENT,
    /** It is answered with 400. */
    REJECT,
    /** It is not limited. */
    SKIP
  }

  /** How many, of what, and what then. */
  @Describe("Bounds how many requests come through per time and key.")
  public record Config(
      @Describe("How many requests per s, min, h, day or month come through, such as 100/min.")
          Rate rate,
      @Describe(
              "What is counted by: header:NAME, query:NAME, cookie:NAME, path:NAME, client,"
                  + " consumer or route; several make one combined key.")
          @OneOrMany
          @Default("client")
          List<Attribute> key,
      @Describe("How many may come at once after a pause; without it the number of the rate.")
          @Nullable Long burst,
      @Describe("How many requests each one counts for.") @Default("1") long cost,
      @Describe("What happens beyond the limit.") @Default("reject") Mode mode,
      @Describe("What happens to a request that lacks the key.") @Default("client")
          MissingKey missingKey,
      @Describe("Whether answers tell the limit and what is left of it.") @Default("true")
          boolean headers) {

    /** Longest time for a bucket to fill, far below the range of a long in nanoseconds. */
    private static final long LONGEST = TimeUnit.DAYS.toNanos(3650);

    public Config {
      key = List.copyOf(key);
      if (key.isEmpty()) {
        throw new InvalidValue("key", "no key", "at least one attribute");
      }
      long most = burst == null ? rate.count() : burst;
      if (most < 1 || most > LONGEST / interval(rate)) {
        throw new InvalidValue(
            "burst", most, "at least 1, and no more than the rate gives in ten years");
      }
      if (cost < 1) {
        throw new InvalidValue("cost", cost, "at least 1");
      }
      if (cost > most) {
        throw new InvalidValue("cost", cost, "1 to the burst, which is " + most);
      }
      if (rate.unit().length().toNanos() / rate.count() < 100) {
        throw new InvalidValue("rate", rate.toString(), "at most 10000000/s");
      }
    }

    /** Nanoseconds between two requests; rounded up, so that never more than the rate comes. */
    private static long interval(Rate rate) {
      return Math.ceilDiv(rate.unit().length().toNanos(), rate.count());
    }
  }

  private static final long NO_KEY = 0;

  private final Key<String> left = Key.of("rate-limit");
  private final Attribute[] key;
  private final Mode mode;
  private final MissingKey missingKey;
  private final boolean headers;
  private final long interval;
  private final long amount;
  private final long size;
  private final String policy;
  private final String name;
  private final String detail;
  private final FilterContext context;
  private final FilterContext.Counter limited;
  private final LimitTable table;
  private final long identity;

  private RateLimitFilter(Config config, FilterContext context) {
    this.context = context;
    key = config.key.toArray(Attribute[]::new);
    mode = config.mode;
    missingKey = config.missingKey;
    headers = config.headers && mode == Mode.REJECT;
    interval = Config.interval(config.rate);
    amount = interval * config.cost;
    size = interval * (config.burst == null ? config.rate.count() : config.burst);
    String route = context.routeId().isEmpty() ? "all" : context.routeId();
    name = "\"" + route + "\"";
    policy = name + ";q=" + config.rate.count() + ";w=" + config.rate.unit().length().toSeconds();
    detail = "more than " + config.rate + " by " + config.key;
    limited =
        context.counter(
            "gateway_rate_limited",
            "Requests beyond a rate limit.",
            List.of("route", route, "mode", mode.name().toLowerCase(Locale.ROOT)));
    table = context.state(LimitTable.class, "rate-limit", () -> new LimitTable(context.nanoTime()));
    identity = table.hash().hash(0, context.routeId() + ' ' + config.rate + ' ' + config.key);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    long hash = hash(exchange);
    if (hash == NO_KEY) {
      switch (missingKey) {
        case SKIP -> {
          return Verdict.proceed();
        }
        case REJECT -> {
          return Verdict.fail(FailureCode.BAD_REQUEST, "no key of the rate limit: " + detail);
        }
        case CLIENT -> hash = table.hash().hash(identity, ~clientNumber(exchange.clientAddress()));
      }
    }
    long untilFull = table.take(hash, context.nanoTime(), amount, size);
    if (untilFull < 0) {
      return beyond(exchange, -untilFull);
    }
    if (headers) {
      exchange.put(left, left((size - untilFull) / interval, untilFull));
    }
    return Verdict.proceed();
  }

  private Verdict beyond(Exchange exchange, long wait) {
    limited.add(1);
    if (mode == Mode.SHADOW) {
      return Verdict.proceed();
    }
    if (headers) {
      long untilFull = size + wait - amount;
      exchange.put(left, left((size - untilFull) / interval, untilFull));
    }
    Response.Field retryAfter = new Response.Field("retry-after", Long.toString(seconds(wait)));
    return Verdict.fail(new Failure(FailureCode.RATE_LIMITED, detail, List.of(retryAfter), null));
  }

  private long hash(Exchange exchange) {
    long hash = identity;
    for (Attribute attribute : key) {
      if (attribute.kind() == Attribute.Kind.CLIENT) {
        hash = table.hash().hash(hash, clientNumber(exchange.clientAddress()));
        continue;
      }
      String value = attribute.of(exchange);
      if (value == null || value.isEmpty()) {
        return NO_KEY;
      }
      hash = table.hash().hash(hash, value);
    }
    return hash == NO_KEY ? 1 : hash;
  }

  /**
   * An IPv4 address, or the first 64 bits of an IPv6 one: the network that one subscriber is given,
   * in which it can choose any address it likes (RFC 6177).
   */
  private static long clientNumber(InetAddress address) {
    long number = 0;
    byte[] bytes = address.getAddress();
    for (int i = 0; i < Math.min(bytes.length, 8); i++) {
      number = number << 8 | (bytes[i] & 0xff);
    }
    return number;
  }

  private String left(long requests, long untilFull) {
    return name + ";r=" + requests + ";t=" + seconds(untilFull);
  }

  private static long seconds(long nanos) {
    return Math.ceilDiv(nanos, TimeUnit.SECONDS.toNanos(1));
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    String now = exchange.get(left);
    if (now != null) {
      response.headers().add("ratelimit-policy", policy).add("ratelimit", now);
    }
    return Verdict.proceed();
  }
}
