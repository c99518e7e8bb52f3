package dev.yumen.dataplane.snapshot;

import dev.yumen.config.MatchConfig;
import dev.yumen.config.RouteConfig;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What routes ask of requests beside address, method and client.
 *
 * @param names of header fields and query parameters in lower case; {@code cookie} for any cookie
 * @param expressions as they are written
 */
public record AskedNames(Set<String> names, Set<String> expressions) {
  public AskedNames {
    names = Set.copyOf(names);
    expressions = Set.copyOf(expressions);
  }

  static AskedNames of(List<RouteConfig> routes) {
    Set<String> names = new HashSet<>();
    for (RouteConfig route : routes) {
      MatchConfig match = route.match();
      match.headers().keySet().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
      match.query().keySet().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
      if (!match.cookies().isEmpty()) {
        names.add("cookie");
      }
    }
    Set<String> expressions =
        routes.stream()
            .flatMap(route -> Stream.ofNullable(route.match().expression()))
            .collect(Collectors.toSet());
    return new AskedNames(names, expressions);
  }

  /** Whether some route may ask for one of these. */
  public boolean anyOf(Set<String> hidden) {
    return !Collections.disjoint(names, hidden)
        || expressions.stream().anyMatch(text -> hidden.stream().anyMatch(text::contains));
  }
}
