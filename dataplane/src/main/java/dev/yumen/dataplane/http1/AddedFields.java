package dev.yumen.dataplane.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** The fields that filters and the gateway itself put behind those from the wire. */
final class AddedFields {
  /** Colon, space, CR and LF. */
  private static final int PUNCTUATION = 4;

  private final List<String> names = new ArrayList<>(8);
  private final List<String> values = new ArrayList<>(8);
  private int bytes;

  /** Bits of the ids that were appended, whatever became of them. */
  private long seenLow;

  private long seenHigh;

  void reset() {
    if (!names.isEmpty()) {
      names.clear();
      values.clear();
      bytes = 0;
    }
    seenLow = 0;
    seenHigh = 0;
  }

  /** False when no field of these names was added; else perhaps. */
  boolean mayHold(NameSet set) {
    return set.meets(seenLow, seenHigh);
  }

  int size() {
    return names.size();
  }

  /** Number of bytes that {@link #write} writes. */
  int bytes() {
    return bytes;
  }

  /** Adds a field that passed {@link #check}, with its id. */
  void append(String name, int id, String value) {
    seenLow |= NameSet.lowBit(id);
    seenHigh |= NameSet.highBit(id);
    names.add(name);
    values.add(value);
    bytes += name.length() + value.length() + PUNCTUATION;
  }

  /** The first field of this name at or behind the index, or -1. */
  int find(String name, int from) {
    for (int i = from; i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  String value(int index) {
    return values.get(index);
  }

  void remove(String name) {
    for (int i = find(name, 0); i >= 0; i = find(name, i)) {
      bytes -= names.remove(i).length() + values.remove(i).length() + PUNCTUATION;
    }
  }

  void forEach(BiConsumer<String, String> action) {
    for (int i = 0; i < names.size(); i++) {
      action.accept(names.get(i), values.get(i));
    }
  }

  void write(ByteBuf out) {
    for (int i = 0; i < names.size(); i++) {
      ByteBufUtil.writeAscii(out, names.get(i));
      out.writeByte(':').writeByte(' ');
      ByteBufUtil.writeAscii(out, values.get(i));
      out.writeByte('\r').writeByte('\n');
    }
  }

  /**
   * Refuses what could not be sent, or would end the line early.
   *
   * @throws IllegalArgumentException if the name is no token (RFC 9110 §5.1), or the value holds a
   *     control character or one beyond ISO 8859-1 (§5.5)
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

  private static IllegalArgumentException refused(String where, int index, char c) {
    return new IllegalArgumentException(
        "header %s: character U+%04X at %d is not allowed".formatted(where, (int) c, index));
  }
}
