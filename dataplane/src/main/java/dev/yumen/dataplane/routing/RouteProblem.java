package dev.yumen.dataplane.routing;

import dev.yumen.config.Problem.Severity;

/**
 * Something wrong with a route. A rule with a problem of severity ERROR is not in the table, or is
 * in conflict with another there; such a table must not go live.
 *
 * @param routeId the route it is about
 * @param setting within the route, such as {@code match.path}
 * @param message the value, and what was expected
 */
public record RouteProblem(Severity severity, String routeId, String setting, String message) {
  static RouteProblem error(String routeId, String setting, String message) {
    return new RouteProblem(Severity.ERROR, routeId, setting, message);
  }
}
