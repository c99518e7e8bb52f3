package dev.yumen.redis;

import java.time.Duration;

/**
 * Keeps callers from waiting for a server that does not answer in time: after a few time-outs in a
 * row it admits nobody for a while, then one call as a probe. Any thread.
 */
final class Breaker {
  private static final int MOST_MISSED = 3;
  private static final long FIRST_HOLD = Duration.ofMillis(500).toNanos();
  private static final long LONGEST_HOLD = Duration.ofSeconds(4).toNanos();

  private volatile int missed;
  private volatile boolean open;
  private boolean probing;
  private long hold = FIRST_HOLD;
  private long until;

  /**
   * Whether a call may be made now. If so, its end is to be told by {@link #answered}, {@link
   * #missed} or {@link #gaveUp}.
   *
   * @param now monotonic time in nanoseconds
   */
  boolean admits(long now) {
    return !open || admitsProbe(now);
  }

  /** The same without making it a promise. */
  boolean wouldAdmit(long now) {
    if (!open) {
      return true;
    }
    synchronized (this) {
      return !probing && now - until >= 0;
    }
  }

  private synchronized boolean admitsProbe(long now) {
    if (!open) {
      return true;
    }
    if (probing || now - until < 0) {
      return false;
    }
    probing = true;
    return true;
  }

  /** There was an answer in time, of whatever kind. */
  void answered() {
    if (missed > 0 || open) {
      reset();
    }
  }

  private synchronized void reset() {
    missed = 0;
    open = false;
    probing = false;
    hold = FIRST_HOLD;
  }

  /**
   * A call timed out.
   *
   * @return whether this has made it admit nobody
   */
  synchronized boolean missed(long now) {
    missed++;
    if (open && probing) {
      probing = false;
      hold = Math.min(2 * hold, LONGEST_HOLD);
      until = now + hold;
    } else if (!open && missed >= MOST_MISSED) {
      open = true;
      until = now + hold;
      return true;
    }
    return false;
  }

  /** A call ended in a way that says nothing about the time of answers. */
  void gaveUp() {
    if (open) {
      endProbe();
    }
  }

  private synchronized void endProbe() {
    probing = false;
  }
}
