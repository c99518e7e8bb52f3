package dev.yumen.filters.auth;

import dev.yumen.filters.auth.StructuredFields.Malformed;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;

/** Digests of a body as {@code Content-Digest} states them (RFC 9530 §2). */
final class ContentDigest {
  /** The names that are not broken (RFC 9530 §7.2), and what Java calls them. */
  private static final Map<String, String> ALGORITHMS =
      Map.of("sha-256", "SHA-256", "sha-512", "SHA-512");

  private ContentDigest() {}

  /**
   * Whether all digests that are known here are those of a body, and there is at least one.
   *
   * @param fields the values of Content-Digest
   */
  static boolean matches(List<String> fields, ByteBuf body) {
    Map<String, byte[]> stated;
    try {
      stated = StructuredFields.bytes(String.join(", ", fields));
    } catch (Malformed _) {
      return false;
    }
    boolean any = false;
    for (Map.Entry<String, byte[]> one : stated.entrySet()) {
      String algorithm = ALGORITHMS.get(one.getKey());
      if (algorithm != null) {
        if (!MessageDigest.isEqual(one.getValue(), digest(algorithm, body))) {
          return false;
        }
        any = true;
      }
    }
    return any;
  }

  private static byte[] digest(String algorithm, ByteBuf body) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      digest.update(body.nioBuffer());
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has it", e);
    }
  }
}
