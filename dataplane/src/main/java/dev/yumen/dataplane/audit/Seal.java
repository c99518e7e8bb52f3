package dev.yumen.dataplane.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What closes a record: SHA-256 over the hash before it and its bytes, or HMAC-SHA256 with a key,
 * without which nobody can make up another chain.
 */
final class Seal {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int ID_BYTES = 8;

  /** The seal of a log without a key. */
  static final Seal PLAIN = new Seal(null);

  private final @Nullable SecretKeySpec key;
  private final @Nullable String keyId;

  private Seal(@Nullable SecretKeySpec key) {
    this.key = key;
    this.keyId =
        key == null
            ? null
            : HexFormat.of().formatHex(mac(key, "yumen audit key".getBytes(US_ASCII)), 0, ID_BYTES);
  }

  static Seal of(@Nullable String secret) {
    return secret == null ? PLAIN : new Seal(new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM));
  }

  /** By which records tell which key closed them, without telling the key; null without one. */
  @Nullable String keyId() {
    return keyId;
  }

  /**
   * The hash of a record in hex.
   *
   * @param previous that of the record before it
   * @param bytes the record without its hash
   */
  String hash(String previous, byte[] bytes) {
    byte[] all = new byte[previous.length() + bytes.length];
    System.arraycopy(previous.getBytes(US_ASCII), 0, all, 0, previous.length());
    System.arraycopy(bytes, 0, all, previous.length(), bytes.length);
    return HexFormat.of().formatHex(key == null ? digest(all) : mac(key, all));
  }

  static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] mac(SecretKeySpec key, byte[] bytes) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
