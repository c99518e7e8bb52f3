package dev.yumen.filters.oidc;

/** What became of asking a token endpoint. */
sealed interface Granted permits Tokens, Granted.Refused, Granted.Unavailable {

  /** The provider says no. */
  record Refused(String detail) implements Granted {}

  /** Nobody said anything that could be understood. */
  record Unavailable(String detail) implements Granted {}
}
