package dev.yumen.dataplane.http1;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The fields that filters and the gateway itself put behind those from the wire, kept as the lines
 * that will be written. What many or large ones made it grow is given back at the next reset.
 */
final class AddedFields {
  private static final int USUAL_FIELDS = 8;
  private static final int USUAL_BYTES = 512;
  private static final int KEPT_FIELDS = 8 * USUAL_FIELDS;
  private static final int KEPT_BYTES = 8 * USUAL_BYTES;

  private @Nullable FieldLabel[] labels = new FieldLabel[USUAL_FIELDS];
  private @Nullable String[] values = new String[USUAL_FIELDS];
  private int size;

  /** The lines, one behind the other; a line that is only encoded may stand behind them. */
  private byte[] lines = new byte[USUAL_BYTES];

  private int length;

  /** End of the line that was encoded and not yet appended; 0 for none. */
  private int encodedEnd;

  /** Bits of the ids that were appended, whatever became of them. */
  private long seenLow;

  private long seenHigh;

  void reset() {
    if (size > 0) {
      Arrays.fill(labels, 0, size, null);
      Arrays.fill(values, 0, size, null);
      size = 0;
      length = 0;
    }
    encodedEnd = 0;
    seenLow = 0;
    seenHigh = 0;
    shrink();
  }

  private void shrink() {
    if (labels.length > KEPT_FIELDS) {
      labels = new FieldLabel[USUAL_FIELDS];
      values = new String[USUAL_FIELDS];
    }
    if (lines.length > KEPT_BYTES) {
      lines = new byte[USUAL_BYTES];
    }
  }

  /** False when no field of these names was added; else perhaps. */
  boolean mayHold(NameSet set) {
    return set.meets(seenLow, seenHigh);
  }

  int size() {
    return size;
  }

  /** Number of bytes that {@link #write} writes. */
  int bytes() {
    return length;
  }

  /**
   * Makes the line of a field without adding it, so that a refusal leaves everything as it was.
   *
   * @throws IllegalArgumentException if the value holds a control character or one beyond ISO
   *     8859-1 (RFC 9110 §5.5)
   */
  void encode(FieldLabel label, String value) {
    byte[] lead = label.lead();
    int valueStart = length + lead.length;
    int valueEnd = valueStart + value.length();
    if (valueEnd + Octets.SLACK > lines.length) {
      lines = Arrays.copyOf(lines, Math.max(valueEnd + Octets.SLACK, 2 * lines.length));
    }
    System.arraycopy(lead, 0, lines, length, lead.length);
    int bits = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      bits |= c;
      lines[valueStart + i] = (byte) c;
    }
    if (bits > 0xFF || Octets.skipValue(lines, valueStart, valueEnd) < valueEnd) {
      throw refused(label, value);
    }
    lines[valueEnd] = '\r';
    lines[valueEnd + 1] = '\n';
    encodedEnd = valueEnd + 2;
  }

  private static IllegalArgumentException refused(FieldLabel label, String value) {
    int i = 0;
    while (value.charAt(i) <= 0xFF && Octets.is((byte) value.charAt(i), Octets.VALUE)) {
      i++;
    }
    return FieldLabel.refused("value of " + label.name(), i, value.charAt(i));
  }

  /** Adds the field that was encoded last, also when others were removed since. */
  void append(FieldLabel label, String value) {
    if (encodedEnd == 0) {
      encode(label, value);
    }
    if (size == labels.length) {
      labels = Arrays.copyOf(labels, 2 * size);
      values = Arrays.copyOf(values, 2 * size);
    }
    labels[size] = label;
    values[size] = value;
    size++;
    length = encodedEnd;
    encodedEnd = 0;
    seenLow |= NameSet.lowBit(label.id());
    seenHigh |= NameSet.highBit(label.id());
  }

  /** The first field of this name at or behind the index, or -1. */
  int find(String name, int from) {
    for (int i = from; i < size; i++) {
      if (label(i).name().equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  String value(int index) {
    String value = values[index];
    if (value == null) {
      throw new IndexOutOfBoundsException(index);
    }
    return value;
  }

  private FieldLabel label(int index) {
    FieldLabel label = labels[index];
    if (label == null) {
      throw new IndexOutOfBoundsException(index);
    }
    return label;
  }

  void remove(String name) {
    for (int i = find(name, 0); i >= 0; i = find(name, i)) {
      removeAt(i);
    }
  }

  private void removeAt(int index) {
    int start = 0;
    for (int i = 0; i < index; i++) {
      start += lineLength(i);
    }
    int removed = lineLength(index);
    System.arraycopy(lines, start + removed, lines, start, length - start - removed);
    length -= removed;
    size--;
    System.arraycopy(labels, index + 1, labels, index, size - index);
    System.arraycopy(values, index + 1, values, index, size - index);
    labels[size] = null;
    values[size] = null;
    encodedEnd = 0;
  }

  private int lineLength(int index) {
    return label(index).lead().length + value(index).length() + 2;
  }

  void forEach(BiConsumer<String, String> action) {
    for (int i = 0; i < size; i++) {
      action.accept(label(i).name(), value(i));
    }
  }

  /** Gives the fields that {@link #write} writes. */
  void forEachWritten(FieldSink sink) {
    int line = 0;
    for (int i = 0; i < size; i++) {
      int value = line + label(i).lead().length;
      sink.field(label(i).lowerCase(), new AsciiString(lines, value, value(i).length(), true));
      line += lineLength(i);
    }
  }

  void write(ByteBuf out) {
    out.writeBytes(lines, 0, length);
  }
}
