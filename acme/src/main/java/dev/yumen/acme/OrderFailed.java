package dev.yumen.acme;

import dev.yumen.dataplane.observe.AcmeMetrics.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An order came to nothing. The message says why, for the log. */
final class OrderFailed extends Exception {
  private static final long serialVersionUID = 1L;

  private final Outcome outcome;
  private final @Nullable Instant notBefore;

  /**
   * @param notBefore when the authority would be asked again at the earliest; null when it did not
   *     say
   */
  OrderFailed(Outcome outcome, String message, @Nullable Instant notBefore) {
    super(message);
    this.outcome = outcome;
    this.notBefore = notBefore;
  }

  OrderFailed(Outcome outcome, String message) {
    this(outcome, message, null);
  }

  Outcome outcome() {
    return outcome;
  }

  @Nullable Instant notBefore() {
    return notBefore;
  }
}
