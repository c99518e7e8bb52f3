package dev.yumen.api;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What a filter step decides: go on, answer, wait, or fail. */
public sealed interface Verdict {

  /** Go on with the next step. */
  record Proceed() implements Verdict {
    private static final Proceed INSTANCE = new Proceed();
  }

  /**
   * Stop here with this answer. From a request step nothing is forwarded; from a response step the
   * upstream's answer is dropped. Response steps of the filters already passed still run.
   */
  record Respond(Response response) implements Verdict {}

  /**
   * Park the exchange until {@code later} completes, then act on its verdict on the same event
   * loop. Not completing within {@code limits.filter-timeout} is 504 {@code FILTER_TIMEOUT}.
   */
  record Await(CompletionStage<Verdict> later) implements Verdict {}

  /**
   * Stop here with a failure; the one table in the data plane turns it into a status.
   *
   * @param answer what the client gets instead, whatever its status; null for what the table says.
   *     Logs, metrics and audit log tell the failure in either case.
   */
  record Fail(Failure failure, @Nullable Response answer) implements Verdict {}

  static Verdict proceed() {
    return Proceed.INSTANCE;
  }

  static Verdict respond(Response response) {
    return new Respond(response);
  }

  static Verdict await(CompletionStage<Verdict> later) {
    return new Await(later);
  }

  static Verdict fail(Failure failure) {
    return new Fail(failure, null);
  }

  /** A failure whose answer is somebody else's, such as a service that was asked. */
  static Verdict fail(Failure failure, Response answer) {
    return new Fail(failure, answer);
  }

  /** Shorthand for {@code fail(Failure.of(code, detail))}. */
  static Verdict fail(FailureCode code, String detail) {
    return new Fail(Failure.of(code, detail), null);
  }
}
