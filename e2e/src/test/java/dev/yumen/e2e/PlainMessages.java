package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one HTTP/1.1 connection whose bodies have a Content-Length, or that have none:
 * quick enough for load, and keeps nothing of what it read.
 */
final class PlainMessages {
  private static final int LARGEST_HEAD = 16 << 10;

  private final InputStream in;
  private final byte[] buffer = new byte[LARGEST_HEAD];
  private int position;
  private int limit;

  PlainMessages(InputStream in) {
    this.in = in;
  }

  /**
   * One message.
   *
   * @param head in lower case but for its first line
   */
  record Message(String start, String head, String body) {
    /** The value of a field; null when there is none. */
    @Nullable String field(String name) {
      int at = head.indexOf("\r\n" + name + ":");
      if (at < 0) {
        return null;
      }
      int from = at + name.length() + 3;
      return head.substring(from, head.indexOf("\r\n", from)).trim();
    }

    /** The second word of the first line: a target, or a status. */
    String second() {
      return start.split(" ", -1)[1];
    }
  }

  /** The next message, or null at the end. */
  @Nullable Message next() throws IOException {
    int end = headEnd();
    if (end < 0) {
      return null;
    }
    String whole = new String(buffer, position, end - position, ISO_8859_1);
    position = end;
    int line = whole.indexOf("\r\n");
    String head = whole.substring(line).toLowerCase(Locale.ROOT);
    String length = new Message("", head, "").field("content-length");
    String body = length == null ? "" : read(Integer.parseInt(length));
    return new Message(whole.substring(0, line), head, body);
  }

  /** Reads up to the empty line; the position behind it, or -1 when nothing comes any more. */
  private int headEnd() throws IOException {
    for (int at = position; ; at++) {
      if (at + 3 >= limit) {
        int already = at - position;
        if (!refill()) {
          return -1;
        }
        at = position + already - 1;
      } else if (buffer[at] == '\r'
          && buffer[at + 1] == '\n'
          && buffer[at + 2] == '\r'
          && buffer[at + 3] == '\n') {
        return at + 4;
      }
    }
  }

  private String read(int length) throws IOException {
    while (limit - position < length) {
      if (!refill()) {
        throw new EOFException("closed in a body");
      }
    }
    String body = new String(buffer, position, length, ISO_8859_1);
    position += length;
    return body;
  }

  /** Reads some more bytes behind those that are there; false at the end between two messages. */
  private boolean refill() throws IOException {
    System.arraycopy(buffer, position, buffer, 0, limit - position);
    limit -= position;
    position = 0;
    int count = in.read(buffer, limit, buffer.length - limit);
    if (count <= 0 && limit > 0) {
      throw new EOFException(count < 0 ? "closed in a message" : "a message is too large");
    }
    limit += Math.max(0, count);
    return count > 0;
  }
}
