package dev.yumen.dataplane.routing;

import dev.yumen.api.Exchange;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.RequestPattern;
import dev.yumen.api.RequestRules;
import dev.yumen.config.MatchConfig;
import dev.yumen.config.MatchConfig.PathMatch;
import dev.yumen.config.RouteConfig.Ambiguous;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rules of a filter as a route table of their own, in which the rule written first has the highest
 * priority: what decides on a request reads its path exactly as routing does.
 *
 * <p>They are held against the path that the route was found by, so slashes are neither merged here
 * nor ambiguous forms refused: the route has done that.
 */
public final class RuleList implements RequestRules {
  private static final Set<Ambiguous> ALL_FORMS = EnumSet.allOf(Ambiguous.class);

  private final RouteTable<Integer> table;

  private RuleList(RouteTable<Integer> table) {
    this.table = table;
  }

  /**
   * Compiles rules.
   *
   * @param component the setting they stand in, a list
   * @throws InvalidValue naming the setting within the list, for a rule that is malformed or that
   *     one before it leaves nothing to
   */
  public static RuleList of(String component, List<RequestPattern> patterns) {
    List<Rule<Integer>> rules = new ArrayList<>(patterns.size());
    for (int i = 0; i < patterns.size(); i++) {
      String place = component + "[" + i + "]";
      try {
        rules.add(rule(i, place, patterns.get(i), patterns.size() - i));
      } catch (InvalidValue e) {
        String setting = e.component().isEmpty() ? "path" : e.component();
        throw InvalidValue.found(place + "." + setting, e.value(), e.expected());
      }
    }
    RouteTable.Compiled<Integer> compiled = RouteTable.compile(rules);
    if (!compiled.problems().isEmpty()) {
      throw InvalidValue.found(
          compiled.problems().getFirst().routeId(),
          "a rule that is never reached",
          "a place before the rule that takes all its requests");
    }
    return new RuleList(compiled.table());
  }

  private static Rule<Integer> rule(int index, String id, RequestPattern pattern, int priority) {
    PathMatch path = pattern.path() == null ? null : new PathMatch(pattern.path(), null);
    PathSyntax.read(path, false, ALL_FORMS);
    MatchConfig match =
        new MatchConfig(
            path,
            pattern.host(),
            pattern.methods(),
            Map.of(),
            Map.of(),
            Map.of(),
            List.of(),
            List.of(),
            null,
            null,
            null,
            priority);
    return new Rule<>(id, match, ALL_FORMS, false, index);
  }

  @Override
  public @Nullable Hit first(Exchange exchange) {
    RouteMatch<Integer> match = new RouteMatch<>();
    if (!table.match(new AsMatched((RoutedRequest) exchange), match)) {
      return null;
    }
    return new Hit(match.payload(), match.pathVariables());
  }
}
