package dev.yumen.dataplane.guard;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Calls of the last while, counted in tenths of it. Threads count in stripes of their own. When a
 * tenth begins, a call that two threads of one stripe count at the same moment may be missed.
 */
final class SlidingCounts {
  private static final int STRIPES = 8;
  private static final int TENTHS = 10;

  /** Which tenth since the beginning of time, calls, failures, slow calls. */
  private static final int CELLS = 4;

  private static final int STRIDE = 48; // TENTHS * CELLS, and a cache line between stripes
  private static final int CALLS = 1;
  private static final int FAILURES = 2;
  private static final int SLOW = 3;

  private final AtomicLongArray cells = new AtomicLongArray(STRIPES * STRIDE);
  private final long tenthNanos;

  /** What happened. */
  record Totals(long calls, long failures, long slow) {}

  SlidingCounts(long windowNanos) {
    this.tenthNanos = Math.max(1, windowNanos / TENTHS);
    for (int i = 0; i < cells.length(); i += CELLS) {
      cells.setPlain(i, Long.MIN_VALUE);
    }
  }

  void add(long now, boolean failed, boolean slow) {
    long tenth = Math.floorDiv(now, tenthNanos);
    int stripe = (int) (Thread.currentThread().threadId() & (STRIPES - 1));
    int at = stripe * STRIDE + Math.floorMod(tenth, TENTHS) * CELLS;
    long before = cells.get(at);
    if (before != tenth && cells.compareAndSet(at, before, tenth)) {
      cells.set(at + CALLS, 0);
      cells.set(at + FAILURES, 0);
      cells.set(at + SLOW, 0);
    }
    cells.getAndIncrement(at + CALLS);
    if (failed) {
      cells.getAndIncrement(at + FAILURES);
    }
    if (slow) {
      cells.getAndIncrement(at + SLOW);
    }
  }

  Totals totals(long now) {
    long tenth = Math.floorDiv(now, tenthNanos);
    long calls = 0;
    long failures = 0;
    long slow = 0;
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      for (int i = 0; i < TENTHS; i++) {
        int at = stripe * STRIDE + i * CELLS;
        long counted = cells.get(at);
        if (counted > tenth - TENTHS && counted <= tenth) {
          calls += cells.get(at + CALLS);
          failures += cells.get(at + FAILURES);
          slow += cells.get(at + SLOW);
        }
      }
    }
    return new Totals(calls, failures, slow);
  }
}
