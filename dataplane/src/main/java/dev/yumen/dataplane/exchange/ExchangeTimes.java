package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import org.jspecify.annotations.Nullable;

/**
 * The times that an exchange must not pass, and those at which it has something to do: each is a
 * nanosecond of the loop's clock, {@link #NONE} while it does not run. The earliest of them is the
 * one deadline by which the loop's wheel knows the exchange. Only on its loop.
 */
abstract class ExchangeTimes extends Deadline {
  private final Loop loop;
  private final long startNanos;
  private long requestLimitNanos;

  private long filterUntil = NONE;
  private long turnUntil = NONE;
  private long clientUntil = NONE;
  private long tunnelUntil = NONE;
  private long requestUntil = NONE;
  private long headerUntil = NONE;
  private long attemptUntil = NONE;
  private long retryAt = NONE;
  private long hedgeAt = NONE;
  private long idleUntil = NONE;
  private long uploadUntil = NONE;
  private long halfCloseUntil = NONE;

  ExchangeTimes(Loop loop, long startNanos) {
    this.loop = loop;
    this.startNanos = startNanos;
  }

  final Loop loop() {
    return loop;
  }

  /** When the request's head began to be read. */
  final long startNanos() {
    return startNanos;
  }

  /** A filter's limit for the whole answer, in place of the upstream's own. */
  final void requestLimit(long nanos) {
    requestLimitNanos = nanos;
    requestUntil = loop.nanoTime() + nanos;
    arm(requestUntil);
  }

  /**
   * The client says how long it waits for the whole answer; other limits may be shorter.
   *
   * @param nanos less than zero when it does not say so
   */
  final void clientWaits(long nanos) {
    if (nanos >= 0) {
      clientUntil = Math.min(clientUntil, startNanos + Math.min(nanos, Long.MAX_VALUE / 4));
      arm(clientUntil);
    }
  }

  /** Nanoseconds that the client still waits; -1 when it has not said. */
  final long clientWaitsStill() {
    return clientUntil == NONE ? -1 : Math.max(0, clientUntil - loop.nanoTime());
  }

  /** The upstream's own limit, unless a filter has set another. */
  final void upstreamRequestLimit(long nanos) {
    if (requestLimitNanos == 0 && nanos > 0) {
      requestUntil = loop.nanoTime() + nanos;
      arm(requestUntil);
    }
  }

  final void filterDue(long nanos) {
    filterUntil = loop.nanoTime() + nanos;
    arm(filterUntil);
  }

  /** Waiting for a place at the upstream begins. */
  final void turnDue(long nanos) {
    turnUntil = loop.nanoTime() + nanos;
    arm(turnUntil);
  }

  final void turnDone() {
    turnUntil = NONE;
  }

  final void filterDone() {
    filterUntil = NONE;
  }

  final void headerDue(long nanos) {
    headerUntil = loop.nanoTime() + nanos;
    arm(headerUntil);
  }

  /** Whether the head of an answer has to come in a certain time. */
  final boolean awaitsHeader() {
    return headerUntil != NONE;
  }

  /** The answer has begun; from now on pauses are limited. */
  final void headerDone() {
    headerUntil = NONE;
    attemptUntil = NONE;
    hedgeAt = NONE;
  }

  /** An attempt begins, which has to be answered in this time; 0 for no limit. */
  final void attemptDue(long nanos) {
    headerDone();
    if (nanos > 0) {
      attemptUntil = loop.nanoTime() + nanos;
      arm(attemptUntil);
    }
  }

  /** Another attempt is to be made after a pause. */
  final void retryDue(long pause) {
    headerDone();
    retryAt = loop.nanoTime() + pause;
    arm(retryAt);
  }

  /** Whether the pause is over; true once. */
  final boolean retryIsDue(long now) {
    if (now < retryAt) {
      return false;
    }
    retryAt = NONE;
    return true;
  }

  /** Another attempt is to be begun beside the one under way. */
  final void hedgeDue(long nanos) {
    hedgeAt = loop.nanoTime() + nanos;
    arm(hedgeAt);
  }

  /** Whether it is time for that; true once. */
  final boolean hedgeIsDue(long now) {
    if (now < hedgeAt) {
      return false;
    }
    hedgeAt = NONE;
    return true;
  }

  /** Whether another attempt could still be answered in time. */
  final boolean onlyAttemptIsLate(long now) {
    return (now >= attemptUntil || now >= headerUntil)
        && now < filterUntil
        && now < turnUntil
        && now < clientUntil
        && now < requestUntil;
  }

  final void answerMoved(long idleNanos) {
    idleUntil = loop.nanoTime() + idleNanos;
    arm(idleUntil);
  }

  /** The client is the one being waited for: the upstream's pause does not count. */
  final void answerPaused() {
    idleUntil = NONE;
  }

  final void uploadPaused(long idleNanos) {
    uploadUntil = loop.nanoTime() + idleNanos;
    arm(uploadUntil);
  }

  final void uploadMoved() {
    uploadUntil = NONE;
  }

  /** The upstream has no more to do with this exchange's time. */
  final void noUpstreamLimits() {
    requestUntil = NONE;
    headerDone();
    retryAt = NONE;
    turnUntil = NONE;
    idleUntil = NONE;
    uploadUntil = NONE;
  }

  final void waitAfterHalfClose(long nanos) {
    if (halfCloseUntil == NONE) {
      halfCloseUntil = loop.nanoTime() + nanos;
      arm(halfCloseUntil);
    }
  }

  final void answerBegun() {
    halfCloseUntil = NONE;
  }

  /** A tunnel ends by itself after this time; 0 for never. */
  final void tunnelOpened(long lifetimeNanos) {
    if (lifetimeNanos > 0) {
      tunnelUntil = loop.nanoTime() + lifetimeNanos;
      arm(tunnelUntil);
    }
  }

  final boolean tunnelIsOld(long now) {
    return now >= tunnelUntil;
  }

  private void arm(long until) {
    if (until < at()) {
      loop.deadlines().set(this, until);
    }
  }

  /**
   * What took too long, or null; sets the next look.
   *
   * @param endpoint that was tried last, if any, to be named in the log
   */
  final @Nullable Failure overdue(long now, @Nullable String endpoint) {
    if (now >= filterUntil) {
      return Failure.of(FailureCode.FILTER_TIMEOUT, "a filter did not come to a verdict in time");
    }
    if (now >= turnUntil) {
      return Turn.overloaded("no place became free in time (concurrency.pending-timeout)");
    }
    if (now >= clientUntil) {
      return timeout(
          endpoint, "took longer than the client waits (grpc-timeout, X-Request-Timeout)");
    }
    if (now >= requestUntil) {
      return timeout(endpoint, "took too long (timeout.request)");
    }
    if (now >= attemptUntil) {
      return timeout(endpoint, "did not begin to answer in time (retry.per-try-timeout)");
    }
    if (now >= headerUntil) {
      return timeout(endpoint, "did not begin to answer in time (timeout.header)");
    }
    if (now >= idleUntil) {
      return timeout(endpoint, "stopped in the middle of its answer (timeout.idle)");
    }
    if (now >= uploadUntil) {
      return timeout(endpoint, "stopped reading (timeout.idle)");
    }
    if (now >= halfCloseUntil) {
      return Failure.of(FailureCode.CLIENT_ABORT, "client closed before the answer (half-close)");
    }
    long next = Math.min(Math.min(filterUntil, requestUntil), Math.min(headerUntil, idleUntil));
    next = Math.min(Math.min(next, clientUntil), Math.min(uploadUntil, halfCloseUntil));
    next = Math.min(Math.min(next, tunnelUntil), Math.min(attemptUntil, retryAt));
    next = Math.min(Math.min(next, turnUntil), hedgeAt);
    if (next != NONE) {
      arm(next);
    }
    return null;
  }

  private static Failure timeout(@Nullable String endpoint, String what) {
    String who = endpoint == null ? "upstream" : endpoint;
    return Failure.of(FailureCode.UPSTREAM_TIMEOUT, who + " " + what);
  }
}
