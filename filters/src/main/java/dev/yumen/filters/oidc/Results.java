package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Counts logins by what came of them. */
final class Results {
  private final Map<Result, FilterContext.Counter> counters = new EnumMap<>(Result.class);

  /** What a metric tells apart. */
  enum Result {
    /** A browser was sent to the provider. */
    STARTED,
    OK,
    /** No session, and nothing that could show a login: 401. */
    CHALLENGED,
    /** An answer that is no answer to a login of this browser, or not the first. */
    STATE,
    /** The provider said no, to the browser or to the gateway. */
    REFUSED,
    /** An ID token that does not prove what it must. */
    ID_TOKEN,
    /** Good, but nobody who may come in. */
    FORBIDDEN,
    UNAVAILABLE,
    OVERLOADED
  }

  Results(FilterContext context) {
    for (Result result : Result.values()) {
      counters.put(
          result,
          context.counter(
              "gateway_oidc_logins",
              "Logins at an OpenID provider, by what came of them.",
              List.of(
                  "route", context.routeId(), "result", result.name().toLowerCase(Locale.ROOT))));
    }
  }

  void count(Result result) {
    Objects.requireNonNull(counters.get(result)).add(1);
  }
}
