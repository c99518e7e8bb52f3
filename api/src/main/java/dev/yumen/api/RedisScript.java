package dev.yumen.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A Lua script that runs inside of Redis and returns a list of integers, or one of texts. Make one
 * for good: Redis keeps each under its digest, so that only the digest travels.
 */
public final class RedisScript {
  private final String text;
  private final String sha1;

  private RedisScript(String text, String sha1) {
    this.text = text;
    this.sha1 = sha1;
  }

  /** The script of this text. */
  public static RedisScript of(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
      return new RedisScript(text, HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  public String text() {
    return text;
  }

  /** SHA-1 of the text in hexadecimal, the name by which Redis knows it. */
  public String sha1() {
    return sha1;
  }
}
