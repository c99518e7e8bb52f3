package dev.yumen.api;

/**
 * Why a {@link Redis} gave no answer. Without a stack trace, as an outage makes one for each
 * request.
 */
public final class RedisFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of failure. */
  public enum Reason {
    /** There is no connection, or it broke; or the last calls were not answered in time. */
    GONE,
    /** As many calls as the settings allow are waiting for their answers. */
    BUSY,
    /** No answer within the time-out. */
    TIMEOUT,
    /** Redis answered with an error, such as of a script that fails or of memory that is full. */
    ERROR,
    /** The answer is not a list of what was expected, or not of the protocol. */
    GARBAGE
  }

  private final Reason reason;

  /**
   * @param detail for the log
   */
  public RedisFailure(Reason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
