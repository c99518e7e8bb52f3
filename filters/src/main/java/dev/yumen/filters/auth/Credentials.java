package dev.yumen.filters.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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
  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(Credentials::sha256);

  private final Map<Digest, UpstreamIdentity> identities = new HashMap<>();

  /** Adds a secret that nobody else has; the configuration sees to that. */
  void add(String secret, UpstreamIdentity identity) {
    identities.put(digest(secret.getBytes(StandardCharsets.UTF_8)), identity);
  }

  boolean isEmpty() {
    return identities.isEmpty();
  }

  /** Whose secret this is, or null. */
  @Nullable UpstreamIdentity find(byte[] secret) {
    return identities.get(digest(secret));
  }

  private static Digest digest(byte[] secret) {
    return new Digest(SHA_256.get().digest(secret));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
