package dev.yumen.api;

import java.util.Objects;

/**
 * Why a {@link Call} has no answer: what the stage of {@link Exchange#call} fails with. Without a
 * stack trace, as an outage makes one for each request.
 */
public final class CallFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  public CallFailed(Failure failure) {
    super(failure.code() + " " + failure.detail(), null, false, false);
    this.failure = failure;
  }

  public Failure failure() {
    return Objects.requireNonNull(failure, "lost by serialization");
  }
}
