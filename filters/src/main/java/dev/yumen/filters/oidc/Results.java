package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;

/** Counts logins by what came of them. */
final class Results extends Tally<Results.Result> {
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
    super(
        context,
        Result.class,
        "gateway_oidc_logins",
        "Logins at an OpenID provider, by what came of them.");
  }
}
