package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;

/**
 * Writes header blocks as literals without indexing and without Huffman code (RFC 7541 §6.2.2):
 * every octet of a name or value goes as it is given, be it allowed or not.
 */
public final class HpackLiterals {
  private HpackLiterals() {}

  /** A block of these fields, ISO 8859-1. */
  public static byte[] block(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("a name without a value");
    }
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      block.write(0);
      string(block, namesAndValues[i]);
      string(block, namesAndValues[i + 1]);
    }
    return block.toByteArray();
  }

  private static void string(ByteArrayOutputStream block, String text) {
    byte[] octets = text.getBytes(ISO_8859_1);
    integer(block, octets.length);
    block.writeBytes(octets);
  }

  /** RFC 7541 §5.1, with a prefix of 7 bits whose eighth is 0. */
  private static void integer(ByteArrayOutputStream block, int value) {
    if (value < 127) {
      block.write(value);
      return;
    }
    block.write(127);
    int rest = value - 127;
    for (; rest >= 128; rest >>>= 7) {
      block.write((rest & 127) | 128);
    }
    block.write(rest);
  }
}
