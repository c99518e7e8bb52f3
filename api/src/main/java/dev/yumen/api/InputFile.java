package dev.yumen.api;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A file that the configuration names, such as a certificate, with what was in it when the
 * configuration was read. It is part of the configuration: a changed file is a changed
 * configuration. Immutable; equal when name and content are equal.
 */
public final class InputFile {
  /** The largest file that is read, in bytes. */
  public static final int MOST_BYTES = 1 << 20;

  private static final int SHOWN = 16;

  private final String name;
  private final byte[] content;
  private final String hash;

  /**
   * @param name as written in the configuration
   */
  public InputFile(String name, byte[] content) {
    this.name = name;
    this.content = content.clone();
    this.hash = sha256(this.content);
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As written in the configuration, for messages. */
  public String name() {
    return name;
  }

  /** A copy of the content. */
  public byte[] content() {
    return content.clone();
  }

  public InputStream open() {
    return new ByteArrayInputStream(content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InputFile file
        && name.equals(file.name)
        && Arrays.equals(content, file.content);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }

  /** The name and the beginning of the content's SHA-256, never the content. */
  @Override
  public String toString() {
    return name + "#" + hash.substring(0, SHOWN);
  }
}
