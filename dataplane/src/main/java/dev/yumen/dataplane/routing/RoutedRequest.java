package dev.yumen.dataplane.routing;

/** A request whose route was looked for. */
public interface RoutedRequest extends RoutingRequest {

  /** What the look gave; it holds the path as it was matched. */
  RouteMatch<?> routeMatch();
}
