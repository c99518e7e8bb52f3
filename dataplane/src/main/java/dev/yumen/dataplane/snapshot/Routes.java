package dev.yumen.dataplane.snapshot;

import dev.yumen.config.FilterConfig;
import dev.yumen.config.RouteConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes of a configuration with what they were made with and of, so that the next one can use
 * again what it has alike. Immutable.
 *
 * @param filters settings of the filters for every route
 * @param shared the same made
 * @param byId all that could be made
 */
record Routes(
    Around around, List<FilterConfig> filters, MadeFilters shared, Map<String, Made> byId) {

  /**
   * A route ready for use.
   *
   * @param settings what it was made of
   * @param own its own filters, which are in its chain behind those for every route
   * @param lasting whether it serves as well as what would be made anew of the same settings
   */
  record Made(RouteConfig settings, MadeFilters own, Route route, boolean lasting) {}

  /** What there is before any configuration. */
  static Routes none(Around around) {
    return new Routes(around, List.of(), new MadeFilters(List.of(), new Taken(), true), Map.of());
  }

  /** The route that was made of these very settings, if it still serves; else null. */
  @Nullable Made made(RouteConfig settings) {
    Made made = byId.get(settings.id());
    return made != null && made.lasting() && made.settings().equals(settings) ? made : null;
  }
}
