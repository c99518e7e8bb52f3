package dev.yumen.filters.jwt;

/**
 * Why a token is refused: for the log and the metric. Clients only learn that it is.
 *
 * @param detail one line without anything of the token
 */
record Refusal(Reason reason, String detail) implements Parsed {

  /** What a metric tells apart. */
  enum Reason {
    /** No token. */
    MISSING,
    /** Tokens in two places, or something that is no token where one is expected. */
    REQUEST,
    /** Not a compact JWS with a header and claims that can be read. */
    FORM,
    /** An algorithm that is none, or not one of those allowed. */
    ALGORITHM,
    /** No such key. */
    KEY,
    SIGNATURE,
    /** Too old, or not valid yet, or without an expiry. */
    TIME,
    /** Another issuer, audience or subject, or a claim is missing. */
    CLAIMS,
    /** Good, but for something else. */
    SCOPE,
    /** Good, but of somebody who may not come in, whatever token it is. */
    SUBJECT,
    /** Too many wait for their check. */
    OVERLOADED,
    /** The keys are not known yet. */
    NO_KEYS,
    /** Whoever issues such tokens says that it does not count. */
    INACTIVE,
    /** Whoever issues such tokens does not say whether it counts. */
    UNAVAILABLE
  }
}
