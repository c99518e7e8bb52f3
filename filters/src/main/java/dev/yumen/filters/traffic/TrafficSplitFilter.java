package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.Remark;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Shorthand;
import dev.yumen.api.StickyShare;
import dev.yumen.api.UpstreamName;
import dev.yumen.api.UpstreamRef;
import dev.yumen.api.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Sends requests to other upstreams than the route's own, by rules. */
public final class TrafficSplitFilter implements Filter, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("traffic-split", Config.class, TrafficSplitFilter::new);

  /** What stands for the route's own upstream where others have the name of a rule. */
  private static final String OTHERWISE = "default";

  /** The rules, and how their outcome is told. */
  @Describe("Sends requests to other upstreams than the route's own, by rules.")
  public record Config(
      @Describe("The first that takes a request says where it goes; else it goes the route's way.")
          List<Rule> rules,
      @Describe("Cookie that keeps what was drawn; for rules with a percentage and without by.")
          @Nullable StickyCookie stickyCookie,
      @Describe("Header of answers that names the rule; default when none took the request.")
          @Nullable String header) {

    public Config {
      rules = List.copyOf(rules);
      if (rules.isEmpty()) {
        throw InvalidValue.found("rules", "no rule", "at least one");
      }
      for (int i = 0; i < rules.size() - 1; i++) {
        if (rules.get(i).when == null && rules.get(i).percent == 100) {
          throw InvalidValue.found(
              "rules", "rules behind one that takes every request", "that one to be the last");
        }
      }
      if (stickyCookie != null && rules.stream().noneMatch(Rule::drawn)) {
        throw InvalidValue.found(
            "sticky-cookie", "a cookie", "a rule with a percentage and without by");
      }
      if (header != null) {
        HeaderName.writable("header", header);
      }
    }
  }

  /** One rule. */
  @Describe("One rule: which requests, how many of them, and where they go.")
  public record Rule(
      @Describe("Only requests like these; all without it.") @Nullable When when,
      @Describe("Share of them, in percent; 0 switches the rule off.") @Default("100")
          double percent,
      @Describe("What the share sticks to: the same value always has the same outcome.")
          @Nullable Attribute by,
      @Describe("Where they go: the name of an upstream.") UpstreamName to,
      @Describe("Name of the rule in metrics, header and cookie; that of the upstream without.")
          @Nullable String name) {

    public Rule {
      if (!(percent >= 0 && percent <= 100)) {
        throw new InvalidValue("percent", percent, "0 to 100");
      }
      if (by != null && percent == 100) {
        throw new InvalidValue("by", by.toString(), "percent beside it");
      }
      String component = name == null ? "to" : "name";
      String called = name == null ? to.text() : name;
      if (called.equals(OTHERWISE) || !called.matches("[A-Za-z0-9._-]{1,64}")) {
        throw new InvalidValue(
            component,
            called,
            "a name of letters, digits and . _ - , at most 64, other than " + OTHERWISE);
      }
    }

    String called() {
      return name == null ? to.text() : name;
    }

    /** Whether chance decides, and nothing that sticks. */
    boolean drawn() {
      return percent > 0 && percent < 100 && by == null;
    }
  }

  /** A cookie with the name of the rule that was drawn. */
  @Describe("A cookie with the name of the rule that was drawn.")
  @Shorthand("name")
  public record StickyCookie(
      @Describe("Name of the cookie.") String name,
      @Describe("How long browsers keep it.") @Default("30d") Duration maxAge) {

    public StickyCookie {
      HeaderName.readable("name", name);
      if (maxAge.toSeconds() < 1) {
        throw InvalidValue.found("max-age", maxAge.toMillis() + " ms", "at least 1s");
      }
    }
  }

  /** A rule ready for use. */
  private record Way(
      Predicate<Exchange> when, Rule rule, UpstreamRef to, FilterContext.Counter counter) {}

  /**
   * What became of a request.
   *
   * @param drawn whether chance has decided, so that the client should be told
   */
  private record Outcome(String name, boolean drawn) {}

  private final Key<Outcome> outcome = Key.of("traffic-split");
  private final List<Way> ways = new ArrayList<>();
  private final FilterContext.Counter otherwise;
  private final @Nullable StickyCookie cookie;
  private final @Nullable Attribute cookieValue;
  private final @Nullable String header;

  private TrafficSplitFilter(Config config, FilterContext context) {
    for (Rule rule : config.rules) {
      Predicate<Exchange> when = rule.when == null ? _ -> true : rule.when.compile();
      UpstreamRef to = context.upstream(rule.to);
      ways.add(new Way(when, rule, to, counter(context, rule.called())));
    }
    otherwise = counter(context, OTHERWISE);
    cookie = config.stickyCookie;
    cookieValue = cookie == null ? null : new Attribute(Attribute.Kind.COOKIE, cookie.name);
    header = config.header;
  }

  private static FilterContext.Counter counter(FilterContext context, String rule) {
    String route = context.routeId().isEmpty() ? "all" : context.routeId();
    return context.counter(
        "gateway_traffic_split",
        "Requests that a traffic-split looked at, by the rule that took them.",
        List.of("route", route, "rule", rule));
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    String before = drawnBefore(exchange);
    boolean drawn = false;
    for (Way way : ways) {
      Rule rule = way.rule;
      if (!way.when.test(exchange)) {
        continue;
      }
      drawn |= before == null && rule.drawn();
      if (takes(rule, before, exchange)) {
        exchange.forwardTo(way.to);
        way.counter.add(1);
        exchange.put(outcome, new Outcome(rule.called(), drawn));
        return Verdict.proceed();
      }
    }
    otherwise.add(1);
    exchange.put(outcome, new Outcome(OTHERWISE, drawn));
    return Verdict.proceed();
  }

  @Override
  public Effect explain(Exchange exchange) {
    String before = drawnBefore(exchange);
    boolean drawn = false;
    for (Way way : ways) {
      Rule rule = way.rule;
      if (!way.when.test(exchange)) {
        continue;
      }
      boolean byChance = before == null && rule.drawn();
      drawn |= byChance;
      if (byChance ? rule.percent >= 50 : takes(rule, before, exchange)) {
        exchange.forwardTo(way.to);
        Effect effect = drawn ? Effect.chance(Verdict.proceed()) : Effect.sure(Verdict.proceed());
        return effect
            .remark(Remark.About.BY_RULE, rule.called())
            .remark(Remark.About.SHARE, Double.toString(rule.percent));
      }
    }
    Effect effect = drawn ? Effect.chance(Verdict.proceed()) : Effect.sure(Verdict.proceed());
    return effect.remark(Remark.About.BY_NO_RULE);
  }

  /** The name that an earlier answer gave to this client; null when there is none of ours. */
  private @Nullable String drawnBefore(Exchange exchange) {
    String value = cookieValue == null ? null : cookieValue.of(exchange);
    if (value == null || value.equals(OTHERWISE)) {
      return value;
    }
    return ways.stream().anyMatch(way -> way.rule.called().equals(value)) ? value : null;
  }

  private static boolean takes(Rule rule, @Nullable String before, Exchange exchange) {
    if (rule.percent == 0 || rule.percent == 100) {
      return rule.percent == 100;
    }
    if (rule.by != null) {
      String value = rule.by.of(exchange);
      String key = value == null ? exchange.clientAddress().getHostAddress() : value;
      return StickyShare.percent(key, rule.called()) < rule.percent;
    }
    return before == null
        ? ThreadLocalRandom.current().nextDouble(100) < rule.percent
        : before.equals(rule.called());
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    Outcome found = exchange.get(outcome);
    if (found == null) {
      return Verdict.proceed();
    }
    if (header != null) {
      response.headers().set(header, found.name);
    }
    if (cookie != null && found.drawn) {
      String secure = exchange.scheme().equals("https") ? "; Secure" : "";
      String life = "; Max-Age=" + cookie.maxAge.toSeconds();
      String rest = "; Path=/; HttpOnly; SameSite=Lax";
      response.headers().add("set-cookie", cookie.name + "=" + found.name + life + rest + secure);
    }
    return Verdict.proceed();
  }
}
