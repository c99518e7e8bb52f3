package dev.yumen.dataplane.http1;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BiConsumer;

/**
 * The bytes of one head and a table of where each of its fields begins and ends. Fields are struck
 * out, never changed. What a large head made it grow is given back at the next reset.
 */
final class WireFields {
  /** Struck out: neither readable nor written. */
  static final int GONE = 1 << 8;

  /** Readable, but written by the gateway in its own way or not at all. */
  static final int OWNED = 1 << 9;

  /** White space around the value is not one space or none, so the line is not copied as it is. */
  static final int LOOSE = 1 << 10;

  /** The part of {@code META} that is the name's id. */
  private static final int ID = 0xFF;

  private static final int NAME_START = 0;
  private static final int NAME_END = 1;
  private static final int VALUE_START = 2;
  private static final int VALUE_END = 3;
  private static final int META = 4;
  private static final int STRIDE = 5;

  private static final int USUAL_BYTES = 2048;
  private static final int USUAL_FIELDS = 32;
  private static final int KEPT_BYTES = 4 * USUAL_BYTES;
  private static final int KEPT_FIELDS = 4 * USUAL_FIELDS;

  private byte[] bytes = new byte[USUAL_BYTES];
  private int length;
  private int[] fields = new int[USUAL_FIELDS * STRIDE];

  /** Index in {@code fields} behind the last field. */
  private int end;

  private int gone;

  /** Bits of the ids that were appended, whatever became of them. */
  private long seenLow;

  private long seenHigh;

  void reset() {
    if (bytes.length > KEPT_BYTES) {
      bytes = new byte[USUAL_BYTES];
    }
    if (fields.length > KEPT_FIELDS * STRIDE) {
      fields = new int[USUAL_FIELDS * STRIDE];
    }
    length = 0;
    end = 0;
    gone = 0;
    seenLow = 0;
    seenHigh = 0;
  }

  /** False when no field of these names was read; else perhaps. */
  boolean mayHold(NameSet set) {
    return set.meets(seenLow, seenHigh);
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Copies the next bytes of the buffer, without consuming them, behind those already here. */
  void copy(ByteBuf in, int amount) {
    int needed = length + amount + Octets.SLACK;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
    }
    in.getBytes(in.readerIndex(), bytes, length, amount);
    length += amount;
  }

  /** Forgets the bytes behind the head's end. */
  void truncate(int headEnd) {
    length = headEnd;
  }

  /** Number of field lines that were read, struck out or not. */
  int lines() {
    return end / STRIDE;
  }

  /** Number of fields that can be read. */
  int readable() {
    return end / STRIDE - gone;
  }

  void append(int nameStart, int nameEnd, int valueStart, int valueEnd, int meta) {
    if (end == fields.length) {
      fields = Arrays.copyOf(fields, 2 * fields.length);
    }
    int field = end;
    fields[field + NAME_START] = nameStart;
    fields[field + NAME_END] = nameEnd;
    fields[field + VALUE_START] = valueStart;
    fields[field + VALUE_END] = valueEnd;
    fields[field + META] = meta;
    end = field + STRIDE;
    seenLow |= NameSet.lowBit(meta & ID);
    seenHigh |= NameSet.highBit(meta & ID);
    if ((meta & GONE) != 0) {
      gone++;
    }
  }

  /** The first readable field of this name, or -1; the result stands for it in other calls. */
  int find(String name, int id) {
    return findFrom(0, name, id);
  }

  /** The next readable field of this name behind a found one, or -1. */
  int findAfter(int field, String name, int id) {
    return findFrom(field + STRIDE, name, id);
  }

  private int findFrom(int from, String name, int id) {
    for (int i = from; i < end; i += STRIDE) {
      if ((fields[i + META] & (ID | GONE)) == id && (id != FieldName.OTHER || isNamed(i, name))) {
        return i;
      }
    }
    return -1;
  }

  private boolean isNamed(int field, String name) {
    return Octets.holdsName(bytes, fields[field + NAME_START], fields[field + NAME_END], name);
  }

  String value(int field) {
    return text(fields[field + VALUE_START], fields[field + VALUE_END]);
  }

  /** The bytes of a range as text, one character each. */
  String text(int start, int rangeEnd) {
    return new String(bytes, start, rangeEnd - start, StandardCharsets.ISO_8859_1);
  }

  void forEach(BiConsumer<String, String> action) {
    for (int i = 0; i < end; i += STRIDE) {
      if ((fields[i + META] & GONE) == 0) {
        action.accept(text(fields[i + NAME_START], fields[i + NAME_END]), value(i));
      }
    }
  }

  /** Gives the fields that were read, those struck out as well, but for Host. */
  void forEachRead(WireFieldSink sink) {
    for (int i = 0; i < end; i += STRIDE) {
      if ((fields[i + META] & ID) != FieldName.HOST) {
        sink.field(
            fields[i + NAME_START],
            fields[i + NAME_END],
            fields[i + VALUE_START],
            fields[i + VALUE_END]);
      }
    }
  }

  void strike(String name, int id) {
    for (int i = find(name, id); i >= 0; i = findAfter(i, name, id)) {
      strikeAt(i);
    }
  }

  /** Strikes out what goes on and has this name but for underscores in place of hyphens. */
  void strikeLookAlikes(String name) {
    for (int i = 0; i < end; i += STRIDE) {
      if ((fields[i + META] & (GONE | OWNED)) == 0
          && Octets.resemblesName(bytes, fields[i + NAME_START], fields[i + NAME_END], name)) {
        strikeAt(i);
      }
    }
  }

  /**
   * Strikes out the fields that Connection names (RFC 9110 §7.6.1). Those which frame or route the
   * message keep their meaning: they are not written anyway.
   */
  void strikeNominated() {
    for (int i = 0; i < end; i += STRIDE) {
      if ((fields[i + META] & ID) == FieldName.CONNECTION) {
        strikeListed(fields[i + VALUE_START], fields[i + VALUE_END]);
      }
    }
  }

  private void strikeListed(int start, int listEnd) {
    int i = start;
    while (i < listEnd) {
      int optionEnd = Octets.skip(bytes, i, listEnd, Octets.TOKEN);
      if (optionEnd > i) {
        strikeOption(i, optionEnd - i);
      }
      i = optionEnd + 1;
    }
  }

  private void strikeOption(int start, int size) {
    for (int i = 0; i < end; i += STRIDE) {
      int nameStart = fields[i + NAME_START];
      if ((fields[i + META] & (GONE | OWNED)) == 0
          && fields[i + NAME_END] - nameStart == size
          && Octets.equalIgnoringCase(bytes, nameStart, start, size)) {
        strikeAt(i);
      }
    }
  }

  private void strikeAt(int field) {
    fields[field + META] |= GONE;
    gone++;
  }

  /** An upper bound of what {@link #write} writes. */
  int writtenBytes() {
    return end == 0 ? 0 : length - fields[NAME_START];
  }

  /** Writes the lines that go on, neighbours as one piece. */
  void write(ByteBuf out) {
    int runStart = 0;
    int runEnd = 0;
    for (int i = 0; i < end; i += STRIDE) {
      int meta = fields[i + META];
      if ((meta & (GONE | OWNED)) != 0) {
        continue;
      }
      if (fields[i + NAME_START] != runEnd || (meta & LOOSE) != 0) {
        out.writeBytes(bytes, runStart, runEnd - runStart);
        runStart = fields[i + NAME_START];
        runEnd = runStart;
      }
      if ((meta & LOOSE) != 0) {
        writeLoose(out, i);
      } else {
        runEnd = fields[i + VALUE_END] + 2;
      }
    }
    out.writeBytes(bytes, runStart, runEnd - runStart);
  }

  /** Gives the fields that {@link #write} writes. */
  void forEachWritten(FieldSink sink) {
    for (int i = 0; i < end; i += STRIDE) {
      int meta = fields[i + META];
      if ((meta & (GONE | OWNED)) != 0) {
        continue;
      }
      int nameStart = fields[i + NAME_START];
      AsciiString known = FieldName.lowerCase(meta & ID);
      AsciiString name =
          known != null
              ? known
              : new AsciiString(bytes, nameStart, fields[i + NAME_END] - nameStart, true)
                  .toLowerCase();
      int valueStart = fields[i + VALUE_START];
      sink.field(
          name, new AsciiString(bytes, valueStart, fields[i + VALUE_END] - valueStart, true));
    }
  }

  private void writeLoose(ByteBuf out, int i) {
    out.writeBytes(bytes, fields[i + NAME_START], fields[i + NAME_END] - fields[i + NAME_START]);
    out.writeByte(':').writeByte(' ');
    out.writeBytes(bytes, fields[i + VALUE_START], fields[i + VALUE_END] - fields[i + VALUE_START]);
    out.writeByte('\r').writeByte('\n');
  }
}
