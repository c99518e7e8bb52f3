package dev.yumen.filters.auth;

import dev.yumen.api.Exchange;
import dev.yumen.api.Identity;
import dev.yumen.api.Key;
import org.jspecify.annotations.Nullable;

/**
 * The token by which a client was let in, for filters that pass it on.
 *
 * @param identity what it proves
 * @param shown what it stands in
 * @param start where in it
 */
public record ClientToken(Identity identity, String shown, int start) {
  private static final Key<ClientToken> KEY = Key.of("token of the client");

  /** Keeps one for an exchange whose identity it has proven. */
  public static void keep(Exchange exchange, String shown, int start) {
    Identity identity = exchange.identity();
    if (identity != null) {
      exchange.put(KEY, new ClientToken(identity, shown, start));
    }
  }

  /** The token; null where there is no identity or it was proven in another way. */
  @SuppressWarnings("ReferenceEquality") // an equal identity may have been proven otherwise
  public static @Nullable String of(Exchange exchange) {
    ClientToken kept = exchange.get(KEY);
    return kept != null && kept.identity == exchange.identity()
        ? kept.shown.substring(kept.start)
        : null;
  }

  /** Nothing that could be used. */
  @Override
  public String toString() {
    return "token of " + identity;
  }
}
