package dev.yumen.control.plan;

import static dev.yumen.control.plan.FilterRole.isProtected;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.RouteConfig;
import dev.yumen.control.plan.Findings.Placed;
import dev.yumen.dataplane.routing.ExpressionFailures;
import dev.yumen.dataplane.routing.RouteMatch;
import dev.yumen.dataplane.routing.RouteProblem;
import dev.yumen.dataplane.routing.RouteTable;
import dev.yumen.dataplane.routing.Rule;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go that went elsewhere before. Made by the table that routes: each route gets an
 * example of a request that is for it, and the examples are looked up in the old table and in the
 * new one. A route without an example (an expression, a random share) is passed over.
 */
final class RequestFindings {
  private final Findings findings;
  private final RouteTable<String> old;
  private final RouteTable<String> now;
  private final List<RouteProblem> problems;
  private final List<RouteProblem> oldProblems;
  private final RouteMatch<String> match = new RouteMatch<>();

  /** Routes of which a finding says already that they have requests that were protected. */
  private final Set<String> opened = new HashSet<>();

  /** Routes of which a finding says already that another one takes all that they had. */
  private final Set<String> unreachable = new HashSet<>();

  /** From and to, where all of a route went elsewhere. */
  private final Set<List<String>> moved = new HashSet<>();

  RequestFindings(Findings findings) {
    this.findings = findings;
    RouteTable.Compiled<String> first = RouteTable.compile(rules(findings.old()));
    RouteTable.Compiled<String> second =
        RouteTable.recompile(first.table(), rules(findings.now()), ExpressionFailures.IGNORED);
    this.old = first.table();
    this.oldProblems = first.problems();
    this.now = second.table();
    this.problems = second.problems();
  }

  private static List<Rule<String>> rules(GatewayConfig config) {
    return config.routes().stream()
        .map(
            route ->
                new Rule<>(
                    route.id(),
                    route.match(),
                    Set.copyOf(route.allow()),
                    route.mergeSlashes(),
                    route.id()))
        .toList();
  }

  void find() {
    reported();
    if (findings.diff().of("routes").isEmpty()) {
      return;
    }
    findings.oldRoutes().values().forEach(this::ofOldRoute);
    findings.newRoutes().values().forEach(this::ofNewRoute);
    Map<String, Boolean> upstreams = RouteFindings.protectedUpstreams(findings);
    for (Placed placed : findings.newRoutes().values()) {
      if (!findings.oldRoutes().containsKey(placed.route().id())) {
        leadsToProtected(placed, upstreams);
      }
    }
  }

  private void reported() {
    Set<RouteProblem> known = new HashSet<>(oldProblems);
    for (RouteProblem problem : problems) {
      Placed placed = findings.newRoutes().get(problem.routeId());
      String other = problem.other();
      if (known.contains(problem) || placed == null || other == null) {
        continue;
      }
      boolean error = problem.severity() == Problem.Severity.ERROR;
      if (!error) {
        unreachable.add(problem.routeId());
      }
      findings.route(
          error ? FindingCode.ROUTE_TIE : FindingCode.ROUTE_UNREACHABLE,
          placed,
          problem.setting(),
          Map.of("other", other));
    }
  }

  private @Nullable String find(RouteTable<String> table, ExampleRequest request) {
    return table.match(request, match) ? match.payload() : null;
  }

  private void ofOldRoute(Placed from) {
    RouteConfig route = from.route();
    ExampleRequest example = ExampleRequest.of(route);
    if (example == null || !route.id().equals(find(old, example))) {
      return;
    }
    String to = find(now, example);
    if (route.id().equals(to)) {
      return;
    }
    Placed kept = findings.newRoutes().get(route.id());
    Map<String, String> details =
        to == null
            ? Map.of("example", example.toString())
            : Map.of("example", example.toString(), "other", to);
    if (to != null && opens(route, to)) {
      told(to, route.id(), details);
      return;
    }
    if (to != null) {
      moved.add(List.of(route.id(), to));
    }
    if (unreachable.contains(route.id())) {
      return;
    }
    FindingCode code = to == null ? FindingCode.REQUESTS_UNROUTED : FindingCode.REQUESTS_MOVED;
    if (kept == null) {
      findings.removedRoute(code, from, details);
    } else {
      findings.route(code, kept, "match", details);
    }
  }

  private void ofNewRoute(Placed to) {
    RouteConfig route = to.route();
    Placed same = findings.oldRoutes().get(route.id());
    if (same != null && same.route().match().equals(route.match())) {
      return;
    }
    ExampleRequest example = ExampleRequest.of(route);
    if (example == null || !route.id().equals(find(now, example))) {
      return;
    }
    String from = find(old, example);
    if (from == null || from.equals(route.id()) || moved.contains(List.of(from, route.id()))) {
      return;
    }
    RouteConfig source = Objects.requireNonNull(findings.oldRoutes().get(from)).route();
    Map<String, String> details = Map.of("example", example.toString(), "other", from);
    if (opens(source, route.id())) {
      told(route.id(), from, details);
    } else if (findings.newRoutes().containsKey(from)) {
      findings.route(FindingCode.REQUESTS_SPLIT, to, "match", details);
    }
  }

  private boolean opens(RouteConfig from, String to) {
    return isProtected(findings.old(), from)
        && !isProtected(
            findings.now(), Objects.requireNonNull(findings.newRoutes().get(to)).route());
  }

  private void told(String to, String from, Map<String, String> details) {
    moved.add(List.of(from, to));
    if (opened.add(to)) {
      findings.route(
          FindingCode.REQUESTS_UNPROTECTED,
          Objects.requireNonNull(findings.newRoutes().get(to)),
          "",
          Map.of("example", details.getOrDefault("example", ""), "other", from));
    }
  }

  private void leadsToProtected(Placed placed, Map<String, Boolean> upstreams) {
    RouteConfig route = placed.route();
    if (opened.contains(route.id()) || isProtected(findings.now(), route)) {
      return;
    }
    for (String upstream : RouteFindings.upstreams(route)) {
      if (upstreams.getOrDefault(findings.now().upstreamUsed(upstream), false)) {
        findings.route(
            FindingCode.NEW_ROUTE_UNPROTECTED, placed, "to", Map.of("upstream", upstream));
        return;
      }
    }
  }
}
