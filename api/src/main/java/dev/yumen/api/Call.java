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
 * @param repeatable whether it may be sent twice whatever its method says, as when a kept
 *     connection turns out to be closed
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record Call(
    String method,
    String path,
    List<Response.Field> headers,
    byte[] body,
    Duration timeout,
    int maxAnswer,
    boolean repeatable) {

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

  /** A call that may be sent twice if its method says so (RFC 9110 §9.2.2). */
  public Call(
      String method,
      String path,
      List<Response.Field> headers,
      byte[] body,
      Duration timeout,
      int maxAnswer) {
    this(method, path, headers, body, timeout, maxAnswer, false);
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
    return new Call(method, path, more, body, timeout, maxAnswer, repeatable);
  }

  public Call body(byte[] bytes) {
    return new Call(method, path, headers, bytes, timeout, maxAnswer, repeatable);
  }

  public Call maxAnswer(int bytes) {
    return new Call(method, path, headers, body, timeout, bytes, repeatable);
  }

  /** Says that to send it twice changes nothing, although it is a {@code POST}. */
  public Call mayRepeat() {
    return new Call(method, path, headers, body, timeout, maxAnswer, true);
  }
}
