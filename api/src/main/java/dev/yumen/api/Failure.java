package dev.yumen.api;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why an exchange failed: a value, because the network or a user can cause it.
 *
 * @param code what clients and metrics see
 * @param detail one line for the log only; it may name addresses, so it never reaches a client
 * @param headers added to the error answer, such as {@code WWW-Authenticate} or {@code Retry-After}
 * @param cause what was thrown, for the log; null when nothing was
 * @param flaws what is wrong with the request, for the client; mostly empty
 */
public record Failure(
    FailureCode code,
    String detail,
    List<Response.Field> headers,
    @Nullable Throwable cause,
    List<Flaw> flaws) {

  public Failure {
    flaws = List.copyOf(flaws);
  }

  /** Without flaws. */
  public Failure(
      FailureCode code, String detail, List<Response.Field> headers, @Nullable Throwable cause) {
    this(code, detail, headers, cause, List.of());
  }

  public static Failure of(FailureCode code, String detail) {
    return new Failure(code, detail, List.of(), null);
  }

  public static Failure of(FailureCode code, String detail, Throwable cause) {
    return new Failure(code, detail, List.of(), cause);
  }

  public Failure header(String name, String value) {
    List<Response.Field> more = new ArrayList<>(headers);
    more.add(new Response.Field(name, value));
    return new Failure(code, detail, List.copyOf(more), cause, flaws);
  }

  /** The same with what is wrong with the request, which the client is told. */
  public Failure flaws(List<Flaw> found) {
    return new Failure(code, detail, headers, cause, found);
  }
}
