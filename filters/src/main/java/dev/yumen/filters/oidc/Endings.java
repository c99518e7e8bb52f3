package dev.yumen.filters.oidc;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Notes which sessions are over by word of the provider. */
interface Endings {

  /**
   * What a provider says.
   *
   * @param jti of the token that says so, which counts once; null when no token does
   * @param sid the sessions that came of this one at the provider end, also those that are still to
   *     come; null for all that the subject has now
   * @param sub the subject; not null when {@code sid} is
   */
  record Word(@Nullable String jti, @Nullable String sid, @Nullable String sub) {}

  /** What became of it. */
  enum Noted {
    DONE,
    /** The token was used before. */
    BEFORE,
    UNAVAILABLE
  }

  /** Completes on any thread, with nothing but one of these. */
  CompletionStage<Noted> end(Word word);
}
