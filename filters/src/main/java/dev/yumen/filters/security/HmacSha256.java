package dev.yumen.filters.security;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC with SHA-256 (RFC 2104) under one key. Any thread. */
public final class HmacSha256 {
  /** Bytes of a code. */
  public static final int BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";

  /** Never fed itself, so that every thread may copy it. */
  private final Mac keyed;

  /**
   * @param key not empty
   */
  public HmacSha256(byte[] key) {
    try {
      keyed = Mac.getInstance(ALGORITHM);
      keyed.init(new SecretKeySpec(key, ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has it", e);
    }
  }

  /** The code of a message. */
  public byte[] of(byte[] message) {
    try {
      return ((Mac) keyed.clone()).doFinal(message);
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("that of the Java platform can be copied", e);
    }
  }

  /** Whether this is the code of a message; takes as long however much of it is right. */
  public boolean verifies(byte[] message, byte[] code) {
    return MessageDigest.isEqual(of(message), code);
  }
}
