package dev.yumen.filters.oidc;

/** What came of refreshing a session. */
sealed interface Refreshed {

  /** It goes on with newer tokens. */
  record Renewed(Session session) implements Refreshed {}

  /** The provider ended it. */
  record Ended(String detail) implements Refreshed {}

  /** Nobody could say. */
  record Unknown(String detail) implements Refreshed {}
}
