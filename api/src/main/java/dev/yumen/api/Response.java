package dev.yumen.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer that the gateway makes itself. Immutable; the builder methods return copies.
 *
 * @param status 200 to 599
 * @param headers fields in order, without {@code Content-Length}
 * @param body never changed after it was passed in
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; a copy per answer would cost
public record Response(int status, List<Field> headers, byte[] body) {

  /** One header field. */
  public record Field(String name, String value) {}

  public Response {
    if (status < 200 || status > 599) {
      throw new InvalidValue("status", status, "200 to 599");
    }
    headers = List.copyOf(headers);
  }

  public static Response of(int status) {
    return new Response(status, List.of(), new byte[0]);
  }

  public Response header(String name, String value) {
    List<Field> more = new ArrayList<>(headers);
    more.add(new Field(name, value));
    return new Response(status, more, body);
  }

  public Response body(String contentType, String text) {
    return header("content-type", contentType).body(text.getBytes(StandardCharsets.UTF_8));
  }

  public Response body(byte[] bytes) {
    return new Response(status, headers, bytes);
  }
}
