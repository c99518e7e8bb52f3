package dev.yumen.dataplane.http1;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * A field's name as a filter writes it: checked once, with its id and the bytes that begin its
 * line. Filters use the same few names for every request, so the last ones are kept. Immutable; any
 * thread.
 */
final class FieldLabel {
  private static final int LONGEST_KEPT = 64;

  /**
   * By hash; a slot belongs to whoever used it last. Races only lose a label, which is made again.
   */
  private static final FieldLabel[] RECENT = new FieldLabel[256];

  private final String name;
  private final int id;
  private final byte[] lead;
  private final AsciiString lowerCase;

  private FieldLabel(String name) {
    check(name);
    this.name = name;
    this.id = FieldName.idOf(name);
    this.lowerCase = AsciiString.of(name).toLowerCase();
    this.lead = (name + ": ").getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * @throws IllegalArgumentException if the name is no token (RFC 9110 §5.1)
   */
  static FieldLabel of(String name) {
    int hash = name.hashCode();
    int slot = (hash ^ hash >>> 16) & (RECENT.length - 1);
    FieldLabel recent = RECENT[slot];
    if (recent != null && recent.name.equals(name)) {
      return recent;
    }
    FieldLabel made = new FieldLabel(name);
    if (name.length() <= LONGEST_KEPT) {
      RECENT[slot] = made;
    }
    return made;
  }

  String name() {
    return name;
  }

  /** The name as HTTP/2 writes it. */
  AsciiString lowerCase() {
    return lowerCase;
  }

  /** Its id in {@link FieldName}. */
  int id() {
    return id;
  }

  /** The name, a colon and a space; not to be changed. */
  byte[] lead() {
    return lead;
  }

  private static void check(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("header name is empty");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c > 0x7F || !Octets.is((byte) c, Octets.TOKEN)) {
        throw refused("name", i, c);
      }
    }
  }

  static IllegalArgumentException refused(String where, int index, char c) {
    return new IllegalArgumentException(
        "header %s: character U+%04X at %d is not allowed".formatted(where, (int) c, index));
  }
}
