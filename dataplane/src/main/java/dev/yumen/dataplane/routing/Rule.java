package dev.yumen.dataplane.routing;

import dev.yumen.config.MatchConfig;
import dev.yumen.config.RouteConfig.Ambiguous;
import java.util.Set;

/**
 * What a route table needs to know of one route.
 *
 * @param id unique in the table
 * @param match what must hold
 * @param allow ambiguous path forms that this route takes
 * @param mergeSlashes whether {@code //} counts as {@code /}
 * @param payload what the owner of the table wants back on a match
 */
public record Rule<T>(
    String id, MatchConfig match, Set<Ambiguous> allow, boolean mergeSlashes, T payload) {
  public Rule {
    allow = Set.copyOf(allow);
  }
}
