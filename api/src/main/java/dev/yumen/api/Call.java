package dev.yumen.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A request that a filter makes of an upstream, beside the one that it looks at ({@link
 * Exchange#call}). Immutable; the builder methods return copies.
 *
 * @param method such as {@code GET}
 * @param path in printable ASCII, with the query where there is one
 * @param headers fields in order; not Host, nor those that the gateway writes itself
 * @param body never changed after it was passed in
 * @param timeout until the answer is there in full; more than zero
 * @param maxAnswer most bytes of the answer's body
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record Call(
    String method,
    String path,
    List<Response.Field> headers,
    byte[] body,
    Duration timeout,
    int maxAnswer) {

  /** Largest answer unless another size is given. */
  public static final int MAX_ANSWER = 64 << 10;

  public Call {
    if (!method.matches("[A-Z]{1,32}")) {
      throw new InvalidValue("method", method, "a method in upper case");
    }
    if (!path.matches("/[!-~]*") || path.indexOf('#') >= 0) {
      throw new InvalidValue("path", path, "a path in printable ASCII");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new InvalidValue("timeout", timeout.toString(), "more than 0s");
    }
    if (maxAnswer < 0) {
      throw new InvalidValue("max-answer", maxAnswer, "0 or more");
    }
    headers = List.copyOf(headers);
  }

  /** A request without a body. */
  public static Call of(String method, String path, Duration timeout) {
    return new Call(method, path, List.of(), new byte[0], timeout, MAX_ANSWER);
  }

  /**
   * Adds a field.
   *
   * @throws InvalidValue if the name is none that may be written
   */
  public Call header(String name, String value) {
    HeaderName.writableInRequest("header", name);
    List<Response.Field> more = new ArrayList<>(headers);
    more.add(new Response.Field(name, value));
    return new Call(method, path, more, body, timeout, maxAnswer);
  }

  public Call body(byte[] bytes) {
    return new Call(method, path, headers, bytes, timeout, maxAnswer);
  }

  public Call maxAnswer(int bytes) {
    return new Call(method, path, headers, body, timeout, bytes);
  }
}
