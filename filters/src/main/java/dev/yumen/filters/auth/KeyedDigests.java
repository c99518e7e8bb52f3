package dev.yumen.filters.auth;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/** Digests that stand for credentials in a cache: without the key they tell nothing about them. */
final class KeyedDigests {
  private static final int KEY_BYTES = 32;

  private final byte[] key = new byte[KEY_BYTES];

  KeyedDigests() {
    new SecureRandom().nextBytes(key);
  }

  Digest of(byte[] credentials) {
    return new Digest(bytes(credentials));
  }

  byte[] bytes(byte[] text) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(key);
      return sha256.digest(text);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
