package dev.yumen.control.plan;

import static dev.yumen.control.plan.FilterRole.isProtected;

import dev.yumen.config.MatchConfig;
import dev.yumen.config.RouteConfig;
import dev.yumen.control.history.ObjectChange;
import dev.yumen.control.plan.Findings.Placed;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** What becomes of each route: there or not, protected or not, open to which methods. */
final class RouteFindings {
  private final Findings findings;

  RouteFindings(Findings findings) {
    this.findings = findings;
  }

  void find() {
    for (ObjectChange change : findings.diff().of("routes")) {
      switch (change.kind()) {
        case ADDED -> added(newRoute(change));
        case REMOVED ->
            findings.removedRoute(
                FindingCode.ROUTE_REMOVED,
                Objects.requireNonNull(findings.oldRoutes().get(change.name())),
                Map.of());
        case CHANGED, MOVED -> {
          findings.route(
              FindingCode.ROUTE_CHANGED,
              newRoute(change),
              "",
              Map.of("count", String.valueOf(change.settings().size())));
          changed(newRoute(change));
        }
      }
    }
    if (!findings.diff().of("routes").isEmpty() || !findings.diff().of("filters").isEmpty()) {
      protection();
    }
  }

  private Placed newRoute(ObjectChange change) {
    return Objects.requireNonNull(findings.newRoutes().get(change.name()));
  }

  private void added(Placed placed) {
    findings.route(FindingCode.ROUTE_ADDED, placed, "", Map.of());
    if (takesEverything(placed.route().match())) {
      findings.route(FindingCode.CATCH_ALL, placed, "match", Map.of());
    }
  }

  private void changed(Placed placed) {
    RouteConfig route = placed.route();
    RouteConfig old = Objects.requireNonNull(findings.oldRoutes().get(route.id())).route();
    if (takesEverything(route.match()) && !takesEverything(old.match())) {
      findings.route(FindingCode.CATCH_ALL, placed, "match", Map.of());
    }
    if (isProtected(findings.now(), route) || old.match().methods().isEmpty()) {
      return;
    }
    Set<String> opened = new LinkedHashSet<>(route.match().methods());
    opened.removeAll(old.match().methods());
    if (route.match().methods().isEmpty()) {
      opened.add("*");
    }
    if (!opened.isEmpty()) {
      findings.route(
          FindingCode.METHODS_OPENED,
          placed,
          "match.methods",
          Map.of("methods", String.join(", ", opened)));
    }
  }

  private static boolean takesEverything(MatchConfig match) {
    boolean anyPath =
        match.path() == null
            || "/**".equals(match.path().pattern())
            || (match.path().regex() != null && Patterns.matchesAll(match.path().regex()));
    return anyPath
        && match.host().isEmpty()
        && match.headers().isEmpty()
        && match.query().isEmpty()
        && match.cookies().isEmpty()
        && match.client().isEmpty()
        && match.contentType().isEmpty()
        && match.time() == null
        && match.percentage() == null
        && match.expression() == null;
  }

  private void protection() {
    for (Placed placed : findings.newRoutes().values()) {
      Placed old = findings.oldRoutes().get(placed.route().id());
      if (old != null) {
        lost(placed, old.route());
      }
    }
  }

  private void lost(Placed placed, RouteConfig old) {
    Set<String> lost = new TreeSet<>(FilterRole.ADMITS.in(findings.old(), old));
    lost.addAll(FilterRole.GUARDS.in(findings.old(), old));
    lost.removeAll(FilterRole.ADMITS.in(findings.now(), placed.route()));
    lost.removeAll(FilterRole.GUARDS.in(findings.now(), placed.route()));
    if (lost.isEmpty()) {
      return;
    }
    boolean open = isProtected(findings.old(), old) && !isProtected(findings.now(), placed.route());
    findings.route(
        open ? FindingCode.ROUTE_UNPROTECTED : FindingCode.GUARD_REMOVED,
        placed,
        "",
        Map.of("filters", String.join(", ", lost)));
  }

  /**
   * For each upstream of the old configuration that routes lead to, whether all of these are
   * protected.
   */
  static Map<String, Boolean> protectedUpstreams(Findings findings) {
    Map<String, Boolean> all = new HashMap<>();
    for (Placed placed : findings.oldRoutes().values()) {
      boolean safe = isProtected(findings.old(), placed.route());
      for (String upstream : upstreams(placed.route())) {
        all.merge(findings.old().upstreamUsed(upstream), safe, Boolean::logicalAnd);
      }
    }
    return all;
  }

  static List<String> upstreams(RouteConfig route) {
    return route.to().stream().map(RouteConfig.Target::upstream).toList();
  }
}
