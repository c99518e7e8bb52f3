package dev.yumen.control.diagnose;

import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.Explanation.End;
import dev.yumen.dataplane.explain.Explanation.Result;
import dev.yumen.dataplane.explain.Explanation.Step;
import dev.yumen.dataplane.recording.Ended;
import dev.yumen.dataplane.recording.RecordedRequest;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why a client does not get in: what an explanation says of its request's filters, sorted into
 * header, signature, expiry, claims and rule. Judges nothing itself.
 */
public final class AuthTree {
  private static final Set<Check> ALL =
      EnumSet.of(Check.HEADER, Check.SIGNATURE, Check.EXPIRY, Check.CLAIMS);

  /** What each kind of filter that asks who a client is looks at. */
  private static final Map<String, Set<Check>> ASKING =
      Map.ofEntries(
          Map.entry("jwt", ALL),
          Map.entry("oauth2-introspection", ALL),
          Map.entry("oidc-login", ALL),
          Map.entry("multi-auth", ALL),
          Map.entry("forward-auth", ALL),
          Map.entry("ext-authz", ALL),
          Map.entry("hmac-auth", EnumSet.of(Check.HEADER, Check.SIGNATURE, Check.EXPIRY)),
          Map.entry("mtls-auth", EnumSet.of(Check.HEADER, Check.SIGNATURE, Check.CLAIMS)),
          Map.entry("api-key", EnumSet.of(Check.HEADER, Check.SIGNATURE)),
          Map.entry("basic-auth", EnumSet.of(Check.HEADER, Check.SIGNATURE)),
          Map.entry("ldap-auth", EnumSet.of(Check.HEADER, Check.SIGNATURE)));

  /** Kinds of filters that say whether who is known, or wherever it comes from, may do this. */
  private static final Set<String> RULING =
      Set.of(
          "acl",
          "anti-replay",
          "authorize",
          "bot-detection",
          "casbin",
          "cors",
          "csrf",
          "geo",
          "ip-restriction",
          "opa",
          "referer-restriction");

  private static final Set<String> REFUSALS =
      Set.of("AUTH_MISSING", "AUTH_INVALID", "AUTH_UNAVAILABLE", "FORBIDDEN");

  private final Explanation told;
  private final @Nullable RecordedRequest recorded;
  private final Diagnosis.Builder seen = new Diagnosis.Builder(Tree.AUTH);

  private AuthTree(Explanation told, @Nullable RecordedRequest recorded) {
    this.told = told;
    this.recorded = recorded;
  }

  /** That of a request as somebody describes it. */
  public static Diagnosis of(Explanation told) {
    return new AuthTree(told, null).walk();
  }

  /** That of a request that was recorded: its credentials are not known, and what it got is. */
  public static Diagnosis of(Explanation told, RecordedRequest recorded) {
    return new AuthTree(told, recorded).walk();
  }

  private Diagnosis walk() {
    route();
    told.filters().forEach(this::filter);
    nobody();
    service();
    if (seen.isEmpty(Check.RULE) && told.route() != null) {
      seen.add(Check.RULE, Evidence.of(Sign.RULES_GOOD));
    }
    Map<String, String> about = new LinkedHashMap<>();
    about.put("request", told.asked().method() + " " + told.asked().path());
    if (told.route() != null) {
      about.put("route", told.route().id());
    }
    if (recorded != null) {
      about.put("id", recorded.id());
      about.put("answered", answered(recorded.result()));
    }
    return seen.build(about, Evidence.of(Sign.NOT_ASKED));
  }

  private void route() {
    Explanation.Matched route = told.route();
    if (route != null) {
      seen.add(Check.ROUTE, Evidence.of(Sign.TAKEN, "route", route.id()).at(route.at()));
      return;
    }
    String code = String.valueOf(told.outcome().code());
    if (told.outcome().end() == End.BUILT_IN) {
      seen.add(Check.ROUTE, Evidence.of(Sign.GATEWAY_ANSWERS));
    } else if (code.equals("NO_ROUTE") || code.equals("METHOD_NOT_ALLOWED")) {
      seen.add(Check.ROUTE, Evidence.of(Sign.NO_ROUTE, "code", code));
    } else {
      seen.add(
          Check.ROUTE,
          Evidence.of(Sign.REFUSED_BEFORE, "code", code, "reason", told.outcome().detail()));
    }
  }

  // ---- filters ----

  private void filter(Step step) {
    Set<Check> looks = ASKING.get(step.name());
    switch (step.result()) {
      case REFUSES -> refused(step, looks == null ? Set.of() : looks);
      case ANSWERS -> {
        if (looks != null) {
          seen.add(Check.HEADER, of(Sign.SENDS_TO_LOGIN, step));
        }
      }
      case PASSES -> every(Sign.LOOKED_GOOD, step, looks);
      case NOT_REACHED -> every(Sign.NOT_REACHED, step, looks);
      case UNTRIED -> untried(step, looks);
    }
  }

  private static Evidence of(Sign sign, Step step) {
    return Evidence.of(sign, "filter", step.name()).at(step.at());
  }

  private void every(Sign sign, Step step, @Nullable Set<Check> looks) {
    if (looks != null) {
      looks.forEach(check -> seen.add(check, of(sign, step)));
    } else if (RULING.contains(step.name())) {
      seen.add(Check.RULE, of(sign, step));
    }
  }

  private void refused(Step step, Set<Check> looks) {
    String code = String.valueOf(step.code());
    AuthReasons.Refusal refusal = AuthReasons.of(code, step.detail());
    for (Check check : looks) {
      int order = check.compareTo(refusal.check());
      if (order != 0) {
        seen.add(
            check,
            of(
                order < 0 && wasGood(step, check, refusal) ? Sign.LOOKED_GOOD : Sign.NOT_LOOKED,
                step));
      }
    }
    seen.add(
        refusal.check(),
        Evidence.of(
                refusal.sign(),
                "filter",
                step.name(),
                "code",
                step.status() + " " + code,
                "reason",
                step.detail())
            .at(step.at()));
  }

  /**
   * Whether the filter has looked at this before it refused. A token's times and claims are looked
   * at before its signature, which takes longer to check; its scopes and subject after it.
   */
  private static boolean wasGood(Step step, Check check, AuthReasons.Refusal refusal) {
    boolean after = refusal.check() == Check.RULE || refusal.sign() == Sign.NO_CONSUMER;
    boolean token = step.name().equals("jwt") || step.name().equals("multi-auth");
    return switch (check) {
      case HEADER -> true;
      case SIGNATURE -> after || !token;
      default -> after || refusal.sign() != Sign.OTHER_TYPE;
    };
  }

  private void untried(Step step, @Nullable Set<Check> looks) {
    every(recorded == null ? Sign.WOULD_ASK : Sign.UNTRIED, step, looks);
    if (recorded == null || looks == null) {
      return;
    }
    Ended.Result result = recorded.result();
    String code = result.failure() == null ? "" : result.failure().name();
    if (REFUSALS.contains(code)) {
      // Which check it was stands in the access log alone.
      Check check = AuthReasons.of(code, "").check();
      seen.add(
          check,
          Evidence.of(
                  Sign.RECORDED_REFUSAL,
                  "filter",
                  step.name(),
                  "code",
                  result.status() + " " + code)
              .at(step.at()));
    }
  }

  /** Where no filter looks at something, that is no reason to be refused. */
  private void nobody() {
    if (told.route() == null) {
      return;
    }
    for (Check check : ALL) {
      if (seen.isEmpty(check)) {
        seen.add(check, Evidence.of(Sign.NOBODY_ASKS, "route", told.route().id()));
      }
    }
  }

  // ---- behind them ----

  private void service() {
    if (recorded != null && refusedByService(recorded.result())) {
      Ended.Result result = recorded.result();
      seen.add(
          Check.SERVICE,
          Evidence.of(
              Sign.SERVICE_REFUSED,
              "status",
              String.valueOf(result.status()),
              "upstream",
              String.valueOf(result.upstream())));
      return;
    }
    boolean ended = told.filters().stream().anyMatch(step -> ends(step.result()));
    if (ended || told.route() == null) {
      return;
    }
    if (told.destination() == null) {
      seen.add(Check.SERVICE, Evidence.of(Sign.GATEWAY_ANSWERS));
    } else if (recorded != null && recorded.result().failure() == null) {
      seen.add(
          Check.SERVICE,
          Evidence.of(Sign.SERVICE_LETS_IN, "status", String.valueOf(recorded.result().status())));
    } else {
      seen.add(
          Check.SERVICE,
          Evidence.of(Sign.SERVICE_DECIDES, "upstream", told.destination().upstream())
              .at(told.destination().at()));
    }
    recordedOtherwise();
  }

  /** It was refused then and would not be now: another configuration, or another time. */
  private void recordedOtherwise() {
    if (recorded == null || recorded.result().failure() == null || !told.outcome().sure()) {
      return;
    }
    String code = recorded.result().failure().name();
    if (REFUSALS.contains(code)) {
      seen.add(
          Check.RULE,
          Evidence.of(Sign.RECORDED_OTHERWISE, "code", recorded.result().status() + " " + code));
    }
  }

  private static boolean ends(Result result) {
    return result == Result.REFUSES || result == Result.ANSWERS;
  }

  private static boolean refusedByService(Ended.Result result) {
    return result.failure() == null
        && result.upstream() != null
        && (result.status() == 401 || result.status() == 403);
  }

  private static String answered(Ended.Result result) {
    return result.failure() == null
        ? String.valueOf(result.status())
        : result.status() + " " + result.failure();
  }

  /** Names of filters that are looked at here, for a test that none is forgotten. */
  static boolean isKnown(String filter) {
    return ASKING.containsKey(filter) || RULING.contains(filter);
  }
}
