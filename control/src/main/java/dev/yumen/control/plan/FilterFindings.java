package dev.yumen.control.plan;

import dev.yumen.config.Durations;
import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.RetryConfig;
import dev.yumen.config.RouteConfig;
import dev.yumen.control.history.ObjectChange;
import dev.yumen.control.history.Settings;
import dev.yumen.control.plan.Findings.Placed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the filters and expressions of the routes that changed do differently. */
final class FilterFindings {
  /** Methods that a request may be sent twice with (RFC 9110 §9.2.2). */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE");

  private final Findings findings;

  FilterFindings(Findings findings) {
    this.findings = findings;
  }

  void find() {
    boolean all = !findings.diff().of("filters").isEmpty();
    Set<String> changed =
        findings.diff().of("routes").stream().map(ObjectChange::name).collect(Collectors.toSet());
    for (Placed placed : findings.newRoutes().values()) {
      if (!all && !changed.contains(placed.route().id())) {
        continue;
      }
      Placed old = findings.oldRoutes().get(placed.route().id());
      if (old != null) {
        RateLimits.compare(findings, placed, old.route());
        timeout(placed, old.route());
      }
      expressions(placed, old == null ? Set.of() : patterns(old.route()));
      ownFilters(placed, old == null ? null : old.route());
    }
  }

  private void timeout(Placed placed, RouteConfig old) {
    Duration before = timeout(findings.old(), old);
    Duration after = timeout(findings.now(), placed.route());
    if (before != null && after == null && waitsForever(placed.route())) {
      findings.route(
          FindingCode.TIMEOUT_REMOVED, placed, "", Map.of("before", Durations.text(before)));
    } else if (before != null && after != null && UpstreamFindings.isTooLong(before, after)) {
      findings.route(
          FindingCode.TIMEOUT_RAISED,
          placed,
          "",
          Map.of("before", Durations.text(before), "after", Durations.text(after)));
    }
  }

  /** What the last filter says that sets one. */
  private static @Nullable Duration timeout(GatewayConfig config, RouteConfig route) {
    List<FilterConfig> all =
        FilterRole.filters(config, route)
            .filter(filter -> filter.type().name().equals("timeout"))
            .toList();
    return all.isEmpty() ? null : (Duration) Settings.value(all.getLast().settings(), "request");
  }

  private boolean waitsForever(RouteConfig route) {
    return RouteFindings.upstreams(route).stream()
        .map(name -> findings.now().upstreams().get(findings.now().upstreamUsed(name)))
        .anyMatch(upstream -> upstream != null && upstream.timeout().request().isZero());
  }

  /** Expressions that the route did not have before. */
  private void expressions(Placed placed, Set<String> known) {
    RouteConfig route = placed.route();
    if (route.match().path() != null && route.match().path().regex() != null) {
      expression(placed, "match.path", route.match().path().regex(), known);
    }
    for (int i = 0; i < route.filters().size(); i++) {
      FilterConfig filter = route.filters().get(i);
      String pattern = rewritten(filter);
      if (pattern != null && Patterns.isUnanchored(pattern) && !known.contains(pattern)) {
        findings.route(
            FindingCode.REWRITE_UNANCHORED,
            placed,
            "filters[" + i + "].rewrite-path.pattern",
            Map.of("regex", pattern));
      }
    }
    route
        .match()
        .headers()
        .forEach(
            (name, match) -> {
              if (match.regex() != null) {
                expression(placed, "match.headers." + name, match.regex(), known);
              }
            });
  }

  private void expression(Placed placed, String setting, String regex, Set<String> known) {
    boolean all = Patterns.matchesAll(regex);
    if (!known.contains(regex) && (all || Patterns.isBroad(regex))) {
      findings.route(
          all ? FindingCode.REGEX_MATCHES_ALL : FindingCode.REGEX_BROAD,
          placed,
          setting,
          Map.of("regex", regex));
    }
  }

  private static Set<String> patterns(RouteConfig route) {
    Set<String> patterns = new TreeSet<>();
    if (route.match().path() != null && route.match().path().regex() != null) {
      patterns.add(route.match().path().regex());
    }
    route.match().headers().values().stream()
        .map(match -> match.regex())
        .filter(Objects::nonNull)
        .forEach(patterns::add);
    route.filters().stream()
        .map(FilterFindings::rewritten)
        .filter(Objects::nonNull)
        .forEach(patterns::add);
    return patterns;
  }

  /** The expression of a filter that rewrites paths, or null of another. */
  private static @Nullable String rewritten(FilterConfig filter) {
    return filter.type().name().equals("rewrite-path")
        ? String.valueOf(Settings.value(filter.settings(), "pattern"))
        : null;
  }

  private void ownFilters(Placed placed, @Nullable RouteConfig old) {
    Set<String> known = new TreeSet<>();
    if (old != null) {
      old.filters().forEach(filter -> known.addAll(repeated(filter.settings())));
    }
    for (int i = 0; i < placed.route().filters().size(); i++) {
      FilterConfig filter = placed.route().filters().get(i);
      Set<String> methods = repeated(filter.settings());
      methods.removeAll(known);
      if (!methods.isEmpty()) {
        findings.route(
            FindingCode.RETRY_NOT_IDEMPOTENT,
            placed,
            "filters[" + i + "]." + filter.type().name() + ".methods",
            Map.of("methods", String.join(", ", methods)));
      }
    }
  }

  /** Methods that are tried again although the service may then do something twice. */
  static Set<String> repeated(Record settings) {
    Set<String> methods = new TreeSet<>();
    if (settings instanceof RetryConfig retry && retry.attempts() > 0) {
      methods.addAll(retry.methods());
      methods.removeAll(IDEMPOTENT);
    }
    return methods;
  }
}
