package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer as it came over the wire.
 *
 * @param status the three digits
 * @param headers names as they came, in order
 * @param body without chunk framing
 * @param trailers of a chunked body
 * @param head the bytes of the head up to and with its empty line, ISO 8859-1
 * @param closed whether the end of the body was the end of the connection
 */
@SuppressWarnings("ArrayRecordComponent")
public record RawResponse(
    int status,
    List<Map.Entry<String, String>> headers,
    byte[] body,
    List<Map.Entry<String, String>> trailers,
    String head,
    boolean closed) {

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

  public String text() {
    return new String(body, UTF_8);
  }

  @Override
  public String toString() {
    return head + text();
  }
}
