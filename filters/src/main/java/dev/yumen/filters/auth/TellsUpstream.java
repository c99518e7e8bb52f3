package dev.yumen.filters.auth;

import dev.yumen.api.Headers;

/** A filter that tells the upstream about the client in header fields of its own. */
public interface TellsUpstream {

  /** Removes what the client itself has sent under these names. */
  void removeForged(Headers headers);
}
