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

  private final Map<Digest, Identity> identities = new HashMap<>();

  /** Adds a secret that nobody else has; the configuration sees to that. */
  void add(String secret, Identity identity) {
    identities.put(digest(secret.getBytes(StandardCharsets.UTF_8)), identity);
  }

  boolean isEmpty() {
    return identities.isEmpty();
  }

  /** Whose secret this is, or null. */
  @Nullable Identity find(byte[] secret) {
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

  /** A digest as a key; any four of its bytes are a good hash. */
  private static final class Digest {
    private final byte[] bytes;

    Digest(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Digest digest && MessageDigest.isEqual(bytes, digest.bytes);
    }

    @Override
    public int hashCode() {
      return (bytes[0] & 0xff) << 24
          | (bytes[1] & 0xff) << 16
          | (bytes[2] & 0xff) << 8
          | (bytes[3] & 0xff);
    }
  }
}
