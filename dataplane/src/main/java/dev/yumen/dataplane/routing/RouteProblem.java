package dev.yumen.dataplane.routing;

import dev.yumen.config.Problem.Severity;
import org.jspecify.annotations.Nullable;

/**
 * Something wrong with a route. A rule with a problem of severity ERROR is not in the table, or is
 * in conflict with another there; such a table must not go live.
 *
 * @param routeId the route it is about
 * @param setting within the route, such as {@code match.path}
 * @param message the value, and what was expected
 * @param other the route that it is in conflict with, or that takes its requests; null for none
 */
public record RouteProblem(
    Severity severity, String routeId, String setting, String message, @Nullable String other) {
  static RouteProblem error(String routeId, String setting, String message) {
    return new RouteProblem(Severity.ERROR, routeId, setting, message, null);
  }
}
