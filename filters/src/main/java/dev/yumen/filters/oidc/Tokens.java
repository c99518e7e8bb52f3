package dev.yumen.filters.oidc;

import org.jspecify.annotations.Nullable;

/**
 * What a token endpoint gave (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
 *
 * @param id null when there is none, as may be when tokens are renewed
 * @param scope null when it is what was asked for
 * @param seconds how long the access token lives; 0 when it does not say
 */
record Tokens(
    String access,
    @Nullable String id,
    @Nullable String refresh,
    @Nullable String scope,
    long seconds)
    implements Granted {

  /** Nothing that could be used. */
  @Override
  public String toString() {
    return "tokens";
  }
}
