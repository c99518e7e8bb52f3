package dev.yumen.dataplane.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** What a field that the gateway adds may consist of (RFC 9110 §5.1, §5.5), and its line. */
final class FieldSyntax {
  private FieldSyntax() {}

  /**
   * Refuses a name or value that could not be sent, or would end the line early.
   *
   * @throws IllegalArgumentException naming the offending character's place
   */
  static void check(String name, String value) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("header name is empty");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c > 0x7F || !Octets.is((byte) c, Octets.TOKEN)) {
        throw refused("name", i, c);
      }
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c > 0xFF || !Octets.is((byte) c, Octets.VALUE)) {
        throw refused("value of " + name, i, c);
      }
    }
  }

  /** Writes the line of a field that passed {@link #check}. */
  static void write(ByteBuf out, String name, String value) {
    ByteBufUtil.writeAscii(out, name);
    out.writeByte(':').writeByte(' ');
    ByteBufUtil.writeAscii(out, value);
    out.writeByte('\r').writeByte('\n');
  }

  private static IllegalArgumentException refused(String where, int index, char c) {
    return new IllegalArgumentException(
        "header %s: character U+%04X at %d is not allowed".formatted(where, (int) c, index));
  }
}
