package dev.yumen.control.admin;

import dev.yumen.config.FilterConfig;
import dev.yumen.config.MatchConfig;
import dev.yumen.config.RouteConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A route in one line: what it takes, its filters and where it ends, each as a text. */
public final class RouteRow {
  /** The names of its texts, in order. */
  public static final List<String> COLUMNS =
      List.of("id", "methods", "host", "path", "more", "filters", "ends");

  private RouteRow() {}

  /** By the names of {@link #COLUMNS}; what a route does not say is empty. */
  public static Map<String, String> of(RouteConfig route) {
    MatchConfig match = route.match();
    Map<String, String> row = new LinkedHashMap<>();
    row.put("id", route.id());
    row.put("methods", String.join(",", match.methods()));
    row.put("host", String.join(",", match.host()));
    row.put("path", match.path() == null ? "" : match.path().text());
    row.put("more", String.join(",", otherPredicates(match)));
    row.put(
        "filters",
        route.filters().stream()
            .map(FilterConfig::type)
            .map(type -> type.name())
            .collect(Collectors.joining(",")));
    row.put("ends", ending(route));
    return row;
  }

  private static List<String> otherPredicates(MatchConfig match) {
    List<String> names = new ArrayList<>();
    match.headers().keySet().forEach(name -> names.add("header:" + name));
    match.query().keySet().forEach(name -> names.add("query:" + name));
    match.cookies().keySet().forEach(name -> names.add("cookie:" + name));
    Stream.of(
            match.client().isEmpty() ? "" : "client",
            match.contentType().isEmpty() ? "" : "content-type",
            match.time() == null ? "" : "time",
            match.percentage() == null ? "" : "percentage",
            match.expression() == null ? "" : "expression",
            match.priority() == 0 ? "" : "priority:" + match.priority())
        .filter(name -> !name.isEmpty())
        .forEach(names::add);
    return names;
  }

  private static String ending(RouteConfig route) {
    if (route.respond() != null) {
      return "respond " + route.respond().status();
    }
    if (route.redirect() != null) {
      return "redirect " + route.redirect().status() + " " + route.redirect().to();
    }
    if (route.statics() != null) {
      return "static " + route.statics().folder();
    }
    if (route.to().size() == 1) {
      return "to " + route.to().getFirst().upstream();
    }
    return route.to().stream()
        .map(target -> target.upstream() + ":" + target.weight())
        .collect(Collectors.joining(",", "to ", ""));
  }
}
