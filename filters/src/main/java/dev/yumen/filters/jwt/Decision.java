package dev.yumen.filters.jwt;

import dev.yumen.filters.auth.UpstreamIdentity;

/** What comes of everybody who shows a proven token. */
sealed interface Decision {

  /** Somebody who may come in. */
  record Admitted(UpstreamIdentity identity) implements Decision {}

  /** Somebody who may not, although the token is good. */
  record Forbidden(Refusal refusal) implements Decision {}
}
