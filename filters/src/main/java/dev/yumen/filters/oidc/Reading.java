package dev.yumen.filters.oidc;

/** What came of looking for a session in Redis. */
sealed interface Reading {

  /**
   * There is one.
   *
   * @param sealed as it stands there
   * @param noted whether Redis has noted just now that it is used
   */
  record Found(Session session, String sealed, boolean noted) implements Reading {}

  /** There is none, or it has ended. */
  record None() implements Reading {}

  /** There is something that is no session of ours. */
  record Garbage() implements Reading {}

  /** Nobody can say. */
  record Unavailable(String detail) implements Reading {}
}
