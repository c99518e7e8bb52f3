package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.Consumer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
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
import dev.yumen.api.Redis;
import dev.yumen.api.RedisScript;
import dev.yumen.api.Remark;
import dev.yumen.api.Response;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import dev.yumen.filters.traffic.RateLimitFilter.MissingKey;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many requests come through in a day or month of the calendar, counted in a Redis for
 * all gateways together. What is counted outlives restarts, and a change of the number.
 */
public final class QuotaFilter implements Filter, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("quota", Config.class, QuotaFilter::new);

  /** What happens to requests while Redis does not answer. */
  public enum WhenGone {
    /** They come through, and are not counted. */
    FAIL_OPEN,
    /** They are answered with 503. */
    FAIL_CLOSED
  }

  /** How many, of what, and where that is counted. */
  @Describe("Bounds how many requests come through in a day or month of the calendar.")
  public record Config(
      @Describe("How many requests per day or month come through, such as 10000/day.") Rate limit,
      @Describe(
              "What is counted by: header:NAME, query:NAME, cookie:NAME, path:NAME, client,"
                  + " consumer or route; several make one combined key.")
          @OneOrMany
          @Default("consumer")
          List<Attribute> key,
      @Describe("Other numbers for tiers and groups of consumers, for the same time as limit.")
          Map<String, Rate> tiers,
      @Describe("Name of the Redis, under the top-level redis, that counts.")
          @Nullable String redis,
      @Describe("Where days and months begin at midnight, such as Asia/Shanghai.") @Default("UTC")
          String zone,
      @Describe(
              "What happens to a request that lacks the key: allow does not count it, reject is 400,"
                  + " address takes the client's address for the key.")
          @Default("address")
          MissingKey missingKey,
      @Describe(
              "What happens while Redis does not answer: fail-open lets requests through uncounted,"
                  + " fail-closed is 503.")
          @Default("fail-open")
          WhenGone whenGone,
      @Describe(
              "Name of the quota in answers and in Redis, where quotas of one name count together;"
                  + " without it the route's.")
          @Nullable String name,
      @Describe("Whether answers tell the quota and what is left of it.") @Default("true")
          boolean headers) {

    public Config {
      if (!limit.unit().ofCalendar()) {
        throw new InvalidValue("limit", limit.toString(), "a number per day or month");
      }
      tiers = Map.copyOf(tiers);
      for (Rate tier : tiers.values()) {
        if (tier.unit() != limit.unit()) {
          String unit = limit.unit().name().toLowerCase(Locale.ROOT);
          throw new InvalidValue("tiers", tier.toString(), "a number per " + unit + " as limit is");
        }
      }
      key = LimitConfig.checkedKey(key);
      LimitConfig.checkName(name);
      if (redis == null) {
        throw InvalidValue.found(
            "redis", "no Redis", "the name of one: a gateway by itself could not keep a quota");
      }
      zone(zone);
    }

    static ZoneId zone(String name) {
      try {
        return ZoneId.of(name);
      } catch (DateTimeException _) {
        throw new InvalidValue("zone", name, "a time zone such as UTC or Asia/Shanghai");
      }
    }
  }

  /** Takes one if there is one left, and returns whether it did and how many are taken. */
  private static final RedisScript TAKE =
      RedisScript.of(
          """
          local used = tonumber(redis.call('GET', KEYS[1]) or '0')
          if used >= tonumber(ARGV[1]) then
            return {0, used}
          end
          used = redis.call('INCRBY', KEYS[1], 1)
          if used == 1 then
            redis.call('EXPIREAT', KEYS[1], ARGV[2])
          end
          return {1, used}
          """);

  /** Clocks of gateways may differ by this much, and a count must outlive its period for all. */
  private static final long KEPT_SECONDS = 86_400;

  /** Before the name of a consumer that has a quota of its own; never in an encoded key. */
  private static final String OWN = "consumer=";

  /** What answers tell of a request; filled in when Redis has answered. */
  private static final class Told {
    private final Rate limit;
    private final String by;
    private @Nullable String left;

    /**
     * @param by what the request is counted by
     */
    private Told(Rate limit, String by) {
      this.limit = limit;
      this.by = by;
    }
  }

  private final Key<Told> told = Key.of("quota");
  private final Config config;
  private final FilterContext context;
  private final Redis redis;
  private final ZoneId zone;
  private final String name;
  private final FilterContext.Counter exceeded;
  private final FilterContext.Counter undecided;

  private QuotaFilter(Config config, FilterContext context) {
    this.config = config;
    this.context = context;
    String route = context.routeId().isEmpty() ? "all" : context.routeId();
    redis = context.redis("redis", String.valueOf(config.redis));
    zone = Config.zone(config.zone);
    name = config.name == null ? route : config.name;
    List<String> labels = List.of("route", route);
    exceeded = context.counter("gateway_quota_exceeded", "Requests beyond a quota.", labels);
    undecided =
        context.counter(
            "gateway_quota_undecided", "Requests whose quota Redis did not tell.", labels);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Consumer consumer = exchange.consumer();
    Rate own = consumer == null ? null : consumer.quota();
    if (consumer != null && own != null) {
      return taken(exchange, OWN + encoded(consumer.name()), new Told(own, "consumer, as its own"));
    }
    Told answer = new Told(limit(consumer), config.key.toString());
    String who = key(exchange);
    if (who != null) {
      return taken(exchange, who, answer);
    }
    return config.missingKey == MissingKey.ALLOW
        ? Verdict.proceed()
        : Verdict.fail(FailureCode.BAD_REQUEST, "no key for " + detail(answer));
  }

  private Verdict taken(Exchange exchange, String who, Told answer) {
    Rate limit = answer.limit;
    Instant now = context.clock().instant();
    Period period = Period.of(limit.unit(), now, zone);
    exchange.put(told, answer);
    String place = "yumen:quota:" + name + ":" + period.name() + ":" + who;
    String until = Long.toString(period.end().getEpochSecond() + KEPT_SECONDS);
    return Verdict.await(
        redis
            .run(TAKE, List.of(place), List.of(Long.toString(limit.count()), until))
            .handle(
                (taken, failure) ->
                    failure == null && taken.size() == 2
                        ? decided(taken, period.secondsLeft(now), answer)
                        : undecided(failure)));
  }

  @Override
  public Effect explain(Exchange exchange) {
    Consumer consumer = exchange.consumer();
    Rate own = consumer == null ? null : consumer.quota();
    String limit =
        own == null
            ? detail(new Told(limit(consumer), config.key.toString()))
            : detail(new Told(own, "consumer, as its own"));
    if (own != null || key(exchange) != null) {
      return Effect.untried(Remark.About.COUNTED_ELSEWHERE, limit, "Redis");
    }
    return config.missingKey == MissingKey.ALLOW
        ? Effect.sure(Verdict.proceed()).remark(Remark.About.NO_KEY, limit)
        : Effect.sure(Verdict.fail(FailureCode.BAD_REQUEST, "no key for " + limit));
  }

  private Verdict decided(List<Long> taken, long secondsLeft, Told answer) {
    long left = Math.max(0, answer.limit.count() - taken.get(1));
    answer.left = '"' + name + "\";r=" + left + ";t=" + secondsLeft;
    if (taken.getFirst() == 1) {
      return Verdict.proceed();
    }
    exceeded.add(1);
    Response.Field later = new Response.Field("retry-after", Long.toString(secondsLeft));
    return Verdict.fail(
        new Failure(FailureCode.RATE_LIMITED, "more than " + detail(answer), List.of(later), null));
  }

  private Verdict undecided(@Nullable Throwable failure) {
    undecided.add(1);
    return config.whenGone == WhenGone.FAIL_OPEN
        ? Verdict.proceed()
        : Verdict.fail(FailureCode.OVERLOADED, "the quota is not known: " + failure);
  }

  private static String detail(Told answer) {
    return answer.limit + " by " + answer.by;
  }

  /** That of the consumer's tier, of the best of its groups, and of everybody else. */
  private Rate limit(@Nullable Consumer consumer) {
    if (consumer == null || config.tiers.isEmpty()) {
      return config.limit;
    }
    Rate ofTier = consumer.tier() == null ? null : config.tiers.get(consumer.tier());
    if (ofTier != null) {
      return ofTier;
    }
    return consumer.groups().stream()
        .map(config.tiers::get)
        .filter(Objects::nonNull)
        .max(Comparator.comparingLong(Rate::count))
        .orElse(config.limit);
  }

  /** The parts of the key, each encoded so that they do not run together; null without one. */
  private @Nullable String key(Exchange exchange) {
    StringJoiner parts = new StringJoiner("&");
    for (Attribute attribute : config.key) {
      String value = attribute.of(exchange);
      if (value == null || value.isEmpty()) {
        return config.missingKey == MissingKey.ADDRESS
            ? "&" + exchange.clientAddress().getHostAddress()
            : null;
      }
      parts.add(encoded(value));
    }
    return parts.toString();
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    Told answer = config.headers ? exchange.get(told) : null;
    if (answer != null && answer.left != null) {
      long window = answer.limit.unit().length().toSeconds();
      String policy = '"' + name + "\";q=" + answer.limit.count() + ";w=" + window;
      response.headers().add("ratelimit-policy", policy).add("ratelimit", answer.left);
    }
    return Verdict.proceed();
  }
}
