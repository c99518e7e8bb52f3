package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.RequestExpression;
import dev.yumen.api.RequestPattern;
import dev.yumen.api.RequestRules;
import dev.yumen.api.Verdict;
import dev.yumen.filters.security.MethodOverride;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides by rules in one place who may do what: the first rule that is for a request decides, and
 * what no rule is for is refused.
 *
 * <p>Rules are held against the request as its route was found, so it does not matter what filters
 * before have made of its path.
 */
public final class AuthorizeFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("authorize", Config.class, AuthorizeFilter::new);

  /** The rules. */
  @Describe("Decides by rules who may do what; what no rule is for is refused.")
  public record Config(
      @Describe("In order: the first that is for a request decides.") List<Rule> rules,
      @Describe(
              "Whether X-HTTP-Method-Override, X-HTTP-Method and X-Method-Override are removed: the"
                  + " upstream shall act on the method that was judged.")
          @Default("true")
          boolean dropMethodOverride,
      @Describe(
              "Whether consumers and groups that the configuration does not know are refused; false"
                  + " where tokens name others.")
          @Default("true")
          boolean strict,
      @Describe("Named to clients that no filter before has recognised.") @Default("yumen")
          String realm) {

    public Config {
      rules = List.copyOf(rules);
      if (rules.isEmpty()) {
        throw InvalidValue.found("rules", "no rules", "at least one, as all else is refused");
      }
      Realm.check(realm);
    }
  }

  /** Which requests, and who may make them. */
  @Describe("Which requests, and who may make them.")
  public record Rule(
      @Describe("Host names, exact or *.example.com; none means any.") @OneOrMany List<String> host,
      @Describe("Methods; none means any. GET stands for HEAD too.") @OneOrMany
          List<String> methods,
      @Describe("\"/a\" exact, \"/a/{id}\" template, \"/a/**\" prefix; without it any path.")
          @Nullable String path,
      @Describe("Who may: one of these is enough; none for nobody.") @OneOrMany
          List<Allowance> allow) {

    public Rule {
      host = List.copyOf(host);
      methods = List.copyOf(methods);
      allow = List.copyOf(allow);
      for (int i = 0; i < allow.size(); i++) {
        Allowance.Owner owner = allow.get(i).owner();
        if (owner != null && !variables(path).contains("{" + owner.path() + "}")) {
          throw new InvalidValue(
              "allow[" + i + "].owner", owner.path(), "a variable of the rule's path");
        }
      }
    }

    private static List<String> variables(@Nullable String path) {
      return path == null ? List.of() : Arrays.asList(path.split("/", -1));
    }
  }

  private final RequestRules rules;
  private final Alternative[][] alternatives;
  private final boolean dropMethodOverride;
  private final Verdict unknown;

  /** One way to be allowed. */
  private record Alternative(Allowance allowance, @Nullable RequestExpression when) {
    boolean holds(Exchange exchange, Map<String, String> path) {
      return allowance.holds(exchange.identity(), path)
          && (when == null || when.test(exchange, path));
    }
  }

  private AuthorizeFilter(Config config, FilterContext context) {
    rules =
        context.rules(
            "rules",
            config.rules.stream()
                .map(rule -> new RequestPattern(rule.host, rule.methods, rule.path))
                .toList());
    alternatives = new Alternative[config.rules.size()][];
    for (int i = 0; i < alternatives.length; i++) {
      List<Allowance> allow = config.rules.get(i).allow;
      alternatives[i] = new Alternative[allow.size()];
      for (int j = 0; j < allow.size(); j++) {
        String place = "rules[" + i + "].allow[" + j + "]";
        alternatives[i][j] = alternative(place, allow.get(j), config.strict, context);
      }
    }
    dropMethodOverride = config.dropMethodOverride;
    unknown =
        Verdict.fail(
            Challenges.missing(
                "authorize: no filter before has found a consumer",
                context.consumers(),
                config.realm));
  }

  private static Alternative alternative(
      String place, Allowance allowance, boolean strict, FilterContext context) {
    if (strict) {
      allowance.check(place, context.consumers());
    }
    String when = allowance.when();
    return new Alternative(
        allowance, when == null ? null : context.expression(place + ".when", when));
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    RequestRules.Hit hit = rules.first(exchange);
    if (hit == null) {
      String request = exchange.request().method() + " " + exchange.request().path();
      return Verdict.fail(FailureCode.FORBIDDEN, "authorize: no rule is for " + request);
    }
    Alternative[] ways = alternatives[hit.index()];
    for (Alternative way : ways) {
      if (way.holds(exchange, hit.pathVariables())) {
        if (dropMethodOverride) {
          MethodOverride.drop(exchange.request().headers());
        }
        return Verdict.proceed();
      }
    }
    Consumer who = exchange.consumer();
    if (who == null && mayHelpToBeKnown(ways)) {
      return unknown;
    }
    String name = who == null ? "anybody" : "consumer " + who.name();
    return Verdict.fail(
        FailureCode.FORBIDDEN, "authorize: rules[" + hit.index() + "] does not allow " + name);
  }

  private static boolean mayHelpToBeKnown(Alternative[] ways) {
    for (Alternative way : ways) {
      if (!way.allowance.anonymous()) {
        return true;
      }
    }
    return false;
  }
}
