package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Counts logouts by who asked for them. */
final class Logouts {
  private final Map<Result, FilterContext.Counter> counters = new EnumMap<>(Result.class);

  /** What a metric tells apart. */
  enum Result {
    /** Somebody logged out here. */
    USER,
    /** The provider told the gateway. */
    BACK_CHANNEL,
    /** The provider told the gateway through a browser. */
    FRONT_CHANNEL,
    /** Something that is no word of the provider, or a logout by a page of others. */
    REFUSED,
    /** Nobody could say whether it is. */
    UNAVAILABLE
  }

  Logouts(FilterContext context) {
    for (Result result : Result.values()) {
      String name = result.name().toLowerCase(Locale.ROOT);
      counters.put(
          result,
          context.counter(
              "gateway_oidc_logouts",
              "Sessions to be ended, by who asked for it or why it was not done.",
              List.of("route", context.routeId(), "result", name)));
    }
  }

  void count(Result result) {
    Objects.requireNonNull(counters.get(result)).add(1);
  }
}
