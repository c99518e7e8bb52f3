package dev.yumen.dataplane.server;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import org.jspecify.annotations.Nullable;

/**
 * How a client gets on with the body of a request on a stream, in HTTP/2 and HTTP/3: whether it
 * sends too much, or too slowly, and how much more of it is taken when the answer came first. Only
 * on its loop.
 */
public final class BodyProgress {
  private static final long SECOND = 1_000_000_000L;

  private final ListenerLimits limits;
  private long start;
  private long movedAt;
  private long pausedAt;
  private long bytes;
  private long discardLeft;
  private long answeredAt;

  /**
   * A limit that the client did not keep.
   *
   * @param reason that it is counted under
   */
  public record Broken(String reason, Failure failure) {}

  /**
   * @param now when the request began
   */
  public BodyProgress(ListenerLimits limits, long now) {
    this.limits = limits;
    this.start = now;
    this.movedAt = now;
  }

  /** Bytes of the body have come. */
  public void came(int length, long now) {
    bytes += length;
    movedAt = now;
  }

  /** Something else has moved that the client is not to be blamed for. */
  public void moved(long now) {
    movedAt = now;
  }

  /** Since when nothing has come. */
  public long movedAt() {
    return movedAt;
  }

  /** What to answer when more has come than may, else null. */
  public @Nullable Broken tooLarge() {
    return bytes <= limits.bodyBytes()
        ? null
        : new Broken(
            "body_too_large",
            Failure.of(
                FailureCode.PAYLOAD_TOO_LARGE,
                "request body of more than " + limits.bodyBytes() + " bytes (limits.body)"));
  }

  /** We stop taking the body: that time is not the client's. */
  public void paused(long now) {
    pausedAt = now;
  }

  /** Ends what {@link #paused} began. */
  public void resumed(long now) {
    long waited = now - pausedAt;
    start += waited;
    movedAt += waited;
  }

  /**
   * What to answer to a client that has stopped, or is too slow, else null.
   *
   * @param moved when it was last seen to send, though not a whole piece
   * @param underWay bytes that may have come and can not be seen yet
   */
  public @Nullable Broken tooSlow(long now, long moved, int underWay) {
    if (now - Math.max(movedAt, moved) >= limits.bodyNanos()) {
      return new Broken("body_timeout", timeout("request body stopped"));
    }
    long time = now - start;
    if (limits.minBytesPerSecond() > 0
        && time > limits.minRateGraceNanos()
        && bytes + underWay < (double) limits.minBytesPerSecond() * time / SECOND) {
      return new Broken("body_too_slow", timeout("request body came too slowly"));
    }
    return null;
  }

  private static Failure timeout(String detail) {
    return Failure.of(FailureCode.REQUEST_TIMEOUT, detail);
  }

  /**
   * An answer may come before its request has ended (RFC 9113 §8.1, RFC 9114 §4.1). The rest of the
   * request is read and dropped, within a limit; then the client is asked to stop.
   */
  public void answered(long now) {
    answeredAt = now;
    discardLeft = limits.drainBytes();
  }

  /** Drops a piece; whether the client has to stop now. */
  public boolean discard(int length) {
    discardLeft -= length;
    return discardLeft < 0;
  }

  /** Whether the rest of a request that was answered does not come, or is too long. */
  public boolean restIsOverdue(long nanos, long now) {
    return discardLeft < 0 || now - answeredAt >= nanos;
  }
}
