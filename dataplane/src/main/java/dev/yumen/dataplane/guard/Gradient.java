package dev.yumen.dataplane.guard;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * A limit that follows how long calls take: it comes down when they take longer than they used to,
 * and goes up while they do not and it is used (the gradient of Netflix's "Performance Under Load",
 * 2018). Looked at ten times a second; any thread.
 */
final class Gradient {
  private static final long LOOK = 100_000_000;
  private static final int LEAST_SAMPLES = 10;

  /** Slower than usual by this factor is not slow. */
  private static final double TOLERANCE = 1.5;

  /** Weight of one look in what is usual, and in the limit. */
  private static final double LONG_TERM = 0.02;

  private static final double SMOOTHING = 0.2;

  private final int floor;
  private final int ceiling;
  private final LongAdder calls = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile long next;
  private double usual; // guarded by looking
  private double limit; // guarded by looking
  private volatile int whole;

  Gradient(int floor, int ceiling, long now) {
    this.floor = floor;
    this.ceiling = ceiling;
    this.limit = Math.min(ceiling, Math.max(floor, ceiling / 2.0));
    this.whole = (int) limit;
    this.next = now + LOOK;
  }

  int limit() {
    return whole;
  }

  /**
   * A call has ended.
   *
   * @param took its nanoseconds
   * @param inUse calls under way
   * @return whether the limit is another one now
   */
  boolean ended(long now, long took, int inUse) {
    calls.increment();
    nanos.add(took);
    if (now - next < 0 || calls.sum() < LEAST_SAMPLES || !looking.compareAndSet(false, true)) {
      return false;
    }
    try {
      return look(now, inUse);
    } finally {
      looking.set(false);
    }
  }

  private boolean look(long now, int inUse) {
    next = now + LOOK;
    long count = calls.sumThenReset();
    double mean = nanos.sumThenReset() / (double) Math.max(1, count);
    if (count == 0 || mean <= 0) {
      return false;
    }
    usual = usual == 0 ? mean : usual * (1 - LONG_TERM) + mean * LONG_TERM;
    if (usual > 2 * mean) {
      usual *= 0.95; // a slow time is over: do not take it for usual for long
    }
    double gradient = Math.clamp(TOLERANCE * usual / mean, 0.5, 1.0);
    if (gradient == 1 && inUse * 2 < limit) {
      return false; // not used: nothing is known of more
    }
    double wanted = limit * gradient + Math.sqrt(limit);
    limit = Math.clamp(limit * (1 - SMOOTHING) + wanted * SMOOTHING, floor, ceiling);
    int before = whole;
    whole = (int) limit;
    return whole != before;
  }
}
