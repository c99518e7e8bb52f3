package dev.yumen.filters.auth;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Secrets and whose they are.
 *
 * <p>Only SHA-256 digests are kept and compared. How long a look-up takes tells at most something
 * about the digest of a guess, which brings nobody closer to the secret.
 */
final class Credentials {
  private final Map<Digest, UpstreamIdentity> identities = new HashMap<>();

  /** Adds a secret that nobody else has; the configuration sees to that. */
  void add(String secret, UpstreamIdentity identity) {
    identities.put(Digest.of(secret.getBytes(StandardCharsets.UTF_8)), identity);
  }

  boolean isEmpty() {
    return identities.isEmpty();
  }

  /** Whose secret this is, or null. */
  @Nullable UpstreamIdentity find(byte[] secret) {
    return identities.get(Digest.of(secret));
  }
}
