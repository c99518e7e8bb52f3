package dev.yumen.control.admin;

import dev.yumen.api.Canary;
import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.config.Durations;
import dev.yumen.config.RouteConfig;
import dev.yumen.control.canary.Decision;
import dev.yumen.control.canary.Decision.Kind;
import dev.yumen.control.canary.Rollouts;
import dev.yumen.control.canary.Rollouts.Outcome;
import dev.yumen.control.canary.Standing;
import dev.yumen.control.canary.Texts;
import dev.yumen.dataplane.Gateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Canaries: how they stand, and how they are led by hand. */
public final class CanaryResources implements Resources {
  private static final String LANGUAGE = "Language of the texts, en or zh; en by default.";

  private final Gateway gateway;
  private final Rollouts canaries;

  /**
   * @param gateway whose canaries they are
   */
  public CanaryResources(Gateway gateway, Rollouts canaries) {
    this.gateway = gateway;
    this.canaries = canaries;
  }

  @Override
  public List<Resource> all() {
    List<Resource> all = new ArrayList<>();
    all.add(
        Resource.view("/canaries", Reach.OWN, "Canaries and how they stand.", this::list)
            .with("lang", LANGUAGE));
    all.add(
        Resource.view("/canaries/{route}", Reach.OWN, "The canary of a route.", this::one)
            .with("lang", LANGUAGE));
    all.add(command(Kind.PROMOTE, "Sends every request to the candidate."));
    all.add(command(Kind.ROLLBACK, "Sends every request to the stable version."));
    all.add(command(Kind.PAUSE, "Keeps the step as it is; a candidate that is worse still ends."));
    all.add(command(Kind.RESUME, "Lets the steps go on."));
    all.add(command(Kind.RESTART, "Begins anew with the first step and without what is known."));
    return all;
  }

  private Resource command(Kind kind, String summary) {
    return new Resource(
            "POST",
            "/canaries/{route}/" + kind.text(),
            Role.OPERATOR,
            Reach.OWN,
            summary,
            Map.of(),
            call -> done(call, kind))
        .with("lang", LANGUAGE);
  }

  private Response list(Call call) throws Refused {
    Texts texts = Texts.in(call.language());
    return Answers.json(
        Map.of(
            "items",
            canaries.standings().stream()
                .filter(one -> call.scope().owns(one.route()))
                .map(one -> shown(one, texts))
                .toList()));
  }

  private Response one(Call call) throws Refused {
    Texts texts = Texts.in(call.language());
    Standing standing = canaries.standing(call.variable("route"));
    if (standing == null || !call.scope().owns(standing.route())) {
      throw LiveResources.missing("canary of the route", call.variable("route"));
    }
    return Answers.json(shown(standing, texts));
  }

  private Response done(Call call, Kind kind) throws Refused {
    Texts texts = Texts.in(call.language());
    String route = call.variable("route");
    if (!call.scope().owns(route)) {
      throw LiveResources.missing("canary of the route", route);
    }
    return switch (canaries.command(route, kind, call.caller().name())) {
      case Outcome.Done done -> Answers.json(shown(done.now(), texts));
      case Outcome.Missing() -> throw LiveResources.missing("canary of the route", route);
      case Outcome.Unfit(Canary.Stage stage) ->
          throw new Refused(AdminError.INVALID, "state: " + stage.text() + expected(kind));
    };
  }

  private static String expected(Kind kind) {
    return switch (kind) {
      case PAUSE -> " (expected: step)";
      case RESUME -> " (expected: paused)";
      default -> " (it is so already)";
    };
  }

  // ---- as JSON ----

  private Map<String, Object> shown(Standing standing, Texts texts) {
    Canary.Rules rules = standing.rules();
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("route", standing.route());
    shown.put("state", standing.stage().text());
    shown.put("stable", rules.stable().isEmpty() ? own(standing.route()) : rules.stable());
    shown.put("candidate", rules.candidate());
    shown.put("weight", standing.weight());
    shown.put("step", standing.step());
    shown.put("steps", rules.steps());
    shown.put("pause", Durations.text(rules.pause()));
    shown.put("since", standing.since());
    shown.put("stable-figures", figures(standing.stable()));
    shown.put("candidate-figures", figures(standing.candidate()));
    shown.put("test", test(standing));
    shown.put("why", texts.of(standing.why()));
    shown.put(
        "decisions",
        standing.decisions().reversed().stream().map(one -> decision(one, texts)).toList());
    return shown;
  }

  /** Where a route leads by itself. */
  private String own(String id) {
    return gateway.config().routes().stream()
        .filter(route -> route.id().equals(id))
        .flatMap(route -> route.to().stream())
        .map(RouteConfig.Target::upstream)
        .collect(Collectors.joining(", "));
  }

  private static Map<String, Object> figures(Standing.Figures figures) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("requests", figures.requests());
    shown.put("errors", figures.errors());
    shown.put("p50", seconds(figures.p50()));
    shown.put("p99", seconds(figures.p99()));
    return shown;
  }

  private static @Nullable Object seconds(@Nullable Duration time) {
    return time == null ? null : rounded(time.toNanos() / 1e9);
  }

  private static Map<String, Object> test(Standing standing) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("error-difference", rounded(standing.increase().estimate()));
    shown.put("low", rounded(standing.increase().low()));
    shown.put("high", rounded(standing.increase().high()));
    shown.put("error-evidence", rounded(standing.errorEvidence()));
    shown.put("latency-evidence", rounded(standing.latencyEvidence()));
    shown.put("needed", rounded(standing.needed()));
    shown.put("false-alarm", standing.rules().falseAlarm());
    return shown;
  }

  /** To what anybody reads of it. */
  private static double rounded(double value) {
    return Math.round(value * 1e5) / 1e5;
  }

  private static Map<String, Object> decision(Decision decision, Texts texts) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("time", decision.time());
    shown.put("decision", decision.kind().text());
    shown.put("state", decision.stage().text());
    shown.put("weight", decision.weight());
    shown.put("why", texts.of(decision.reason()));
    return shown;
  }
}
