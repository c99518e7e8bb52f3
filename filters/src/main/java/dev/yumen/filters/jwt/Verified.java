package dev.yumen.filters.jwt;

import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.UpstreamIdentity;

/** What is known of a token whose signature was right. Good as long as its key is. */
sealed interface Verified {

  /** The one that it is signed by. */
  VerificationKey key();

  /** Somebody who may come in. */
  record Admitted(VerificationKey key, UpstreamIdentity identity) implements Verified {}

  /** Somebody who may not, although the token is good. */
  record Forbidden(VerificationKey key, Verdict verdict) implements Verified {}
}
