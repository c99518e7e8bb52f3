package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;

/** Counts logouts by who asked for them. */
final class Logouts extends Tally<Logouts.Result> {
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
    super(
        context,
        Result.class,
        "gateway_oidc_logouts",
        "Sessions to be ended, by who asked for it or why it was not done.");
  }
}
