package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP/1.1 messages from a stream, leniently: it finds heads and bodies and judges nothing.
 * Everything it reads also goes to a tap, so that a test sees the bytes themselves.
 */
final class WireReader {
  private static final int MOST_TAPPED = 1 << 20;

  /** Takes a body piece by piece. */
  @FunctionalInterface
  interface Sink {
    void take(byte[] bytes, int length) throws IOException;
  }

  private final InputStream in;
  private final ByteArrayOutputStream tap = new ByteArrayOutputStream();
  private final byte[] buffer = new byte[16 * 1024];
  private int position;
  private int limit;

  WireReader(InputStream in) {
    this.in = in;
  }

  /** Everything read so far, up to a mebibyte. */
  byte[] tapped() {
    synchronized (tap) {
      return tap.toByteArray();
    }
  }

  /** The next byte, or -1 at the end of the stream. */
  int read() throws IOException {
    return position < limit || refill() ? buffer[position++] & 0xff : -1;
  }

  /** Some bytes; -1 at the end of the stream. */
  int read(byte[] into, int offset, int length) throws IOException {
    if (position == limit && !refill()) {
      return -1;
    }
    int count = Math.min(length, limit - position);
    System.arraycopy(buffer, position, into, offset, count);
    position += count;
    return count;
  }

  private boolean refill() throws IOException {
    int count = in.read(buffer);
    if (count <= 0) {
      return false;
    }
    synchronized (tap) {
      tap.write(buffer, 0, Math.min(count, Math.max(0, MOST_TAPPED - tap.size())));
    }
    position = 0;
    limit = count;
    return true;
  }

  /**
   * A head with its closing empty line; null when the stream ends before its first byte.
   *
   * @throws EOFException when the stream ends within the head
   */
  @Nullable String readHead() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
      int next = read();
      if (next < 0) {
        if (head.isEmpty()) {
          return null;
        }
        throw new EOFException("closed within a head: " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  /** The header fields of a head, names as they came, values without white space around them. */
  static List<Map.Entry<String, String>> fields(String head) {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    String[] lines = head.split("\r\n", -1);
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        fields.add(Map.entry(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip()));
      }
    }
    return fields;
  }

  /** The first value of a field, or null. */
  static @Nullable String field(List<Map.Entry<String, String>> fields, String name) {
    for (Map.Entry<String, String> field : fields) {
      if (field.getKey().equalsIgnoreCase(name)) {
        return field.getValue();
      }
    }
    return null;
  }

  static boolean isChunked(List<Map.Entry<String, String>> fields) {
    String coding = field(fields, "transfer-encoding");
    return coding != null && coding.toLowerCase(Locale.ROOT).endsWith("chunked");
  }

  /** Content-Length, or -1. */
  static long contentLength(List<Map.Entry<String, String>> fields) {
    String length = field(fields, "content-length");
    return length == null ? -1 : Long.parseLong(length);
  }

  void readFixed(long length, Sink sink) throws IOException {
    byte[] piece = new byte[16 * 1024];
    long left = length;
    while (left > 0) {
      int count = read(piece, 0, (int) Math.min(left, piece.length));
      if (count < 0) {
        throw new EOFException("closed " + left + " bytes before the end of a body of " + length);
      }
      sink.take(piece, count);
      left -= count;
    }
  }

  /** Reads a chunked body; returns its trailers. */
  List<Map.Entry<String, String>> readChunked(Sink sink) throws IOException {
    while (true) {
      String line = readLine();
      int size = line.indexOf(';') < 0 ? line.length() : line.indexOf(';');
      long length = Long.parseLong(line.substring(0, size).strip(), 16);
      if (length == 0) {
        return readTrailers();
      }
      readFixed(length, sink);
      String end = readLine();
      if (!end.isEmpty()) {
        throw new IOException("chunk data not followed by an empty line: " + end);
      }
    }
  }

  private List<Map.Entry<String, String>> readTrailers() throws IOException {
    StringBuilder section = new StringBuilder("\r\n");
    while (true) {
      String line = readLine();
      if (line.isEmpty()) {
        return fields(section.toString());
      }
      section.append(line).append("\r\n");
    }
  }

  void readToEnd(Sink sink) throws IOException {
    byte[] piece = new byte[16 * 1024];
    for (int count; (count = read(piece, 0, piece.length)) >= 0; ) {
      sink.take(piece, count);
    }
  }

  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int next = read();
      if (next < 0) {
        throw new EOFException("closed within a chunked body");
      }
      if (next == '\n') {
        String text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.write(next);
    }
  }
}
