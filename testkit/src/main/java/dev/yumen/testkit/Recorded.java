package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A request as an upstream received it. Its head is complete from the start; its body grows while
 * it is read. Safe for use by several threads.
 */
public final class Recorded {
  private static final int MOST_KEPT = 16 << 20;

  private final int connection;
  private final String head;
  private final List<Map.Entry<String, String>> headers;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final CRC32C checksum = new CRC32C();
  private long bodyLength;
  private boolean complete;
  private List<Map.Entry<String, String>> trailers = List.of();

  Recorded(int connection, String head) {
    this.connection = connection;
    this.head = head;
    this.headers = WireReader.fields(head);
  }

  synchronized void add(byte[] bytes, int length) {
    bodyLength += length;
    checksum.update(bytes, 0, length);
    body.write(bytes, 0, Math.min(length, MOST_KEPT - body.size()));
  }

  synchronized void complete(List<Map.Entry<String, String>> withTrailers) {
    trailers = List.copyOf(withTrailers);
    complete = true;
  }

  /** Which connection it came on, counted from 1 in the order they were accepted. */
  public int connection() {
    return connection;
  }

  /** The bytes of the head up to and with its empty line, ISO 8859-1. */
  public String head() {
    return head;
  }

  /** The first line. */
  public String requestLine() {
    return head.substring(0, head.indexOf('\r'));
  }

  public String method() {
    return requestLine().split(" ", -1)[0];
  }

  public String target() {
    return requestLine().split(" ", -1)[1];
  }

  /** Names as they came, in order. */
  public List<Map.Entry<String, String>> headers() {
    return headers;
  }

  /** The first value of a header field, or null. */
  public @Nullable String header(String name) {
    return WireReader.field(headers, name);
  }

  /** Every value of a header field, in order. */
  public List<String> headerValues(String name) {
    return headers.stream()
        .filter(field -> field.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** The body without chunk framing as far as it was read; its first 16 MiB. */
  public synchronized byte[] body() {
    return body.toByteArray();
  }

  public String text() {
    return new String(body(), UTF_8);
  }

  /** Bytes of the body read so far, without chunk framing. */
  public synchronized long bodyLength() {
    return bodyLength;
  }

  /** CRC-32C of all of the body read so far. */
  public synchronized long bodyChecksum() {
    return checksum.getValue();
  }

  public synchronized List<Map.Entry<String, String>> trailers() {
    return trailers;
  }

  /** Whether the body was read to its end. */
  public synchronized boolean isComplete() {
    return complete;
  }

  @Override
  public String toString() {
    return head;
  }
}
