package dev.yumen.control.diagnose;

import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.RouteConfig;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Time-outs that a route's filter {@code timeout} sets instead of those of its upstream. */
final class RouteLimits {
  /**
   * One of them.
   *
   * @param path of the setting
   */
  record Written(Duration request, String path) {}

  private RouteLimits() {}

  /**
   * Those of the route that is looked at, the last one alone as it counts; none without a route.
   */
  static List<Written> of(TimeoutTree.Seen seen) {
    GatewayConfig config = seen.config().config();
    String wanted = seen.extent().route();
    List<Written> found = new ArrayList<>();
    for (int i = 0; config != null && wanted != null && i < config.routes().size(); i++) {
      RouteConfig route = config.routes().get(i);
      for (int j = 0; route.id().equals(wanted) && j < route.filters().size(); j++) {
        Duration request = request(route.filters().get(j));
        if (request != null) {
          found.add(new Written(request, "routes[" + i + "].filters[" + j + "].timeout"));
        }
      }
    }
    return found.isEmpty() ? found : List.of(found.getLast());
  }

  private static @Nullable Duration request(FilterConfig filter) {
    if (!filter.type().name().equals("timeout")) {
      return null;
    }
    for (RecordComponent component : filter.settings().getClass().getRecordComponents()) {
      try {
        if (component.getAccessor().invoke(filter.settings()) instanceof Duration request) {
          return request;
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return null;
  }
}
