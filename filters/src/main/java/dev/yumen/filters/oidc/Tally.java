package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** A metric that counts by what came of something. */
class Tally<R extends Enum<R>> {
  private final Map<R, FilterContext.Counter> counters;

  Tally(FilterContext context, Class<R> results, String name, String help) {
    counters = new EnumMap<>(results);
    for (R result : results.getEnumConstants()) {
      String label = result.name().toLowerCase(Locale.ROOT);
      counters.put(
          result,
          context.counter(name, help, List.of("route", context.routeId(), "result", label)));
    }
  }

  void count(R result) {
    Objects.requireNonNull(counters.get(result)).add(1);
  }
}
