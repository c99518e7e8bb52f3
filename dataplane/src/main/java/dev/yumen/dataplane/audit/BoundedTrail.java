package dev.yumen.dataplane.audit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A trail for what anybody can cause, known or not: some records at once, then one a second, so
 * that nobody fills the disk with them. What was left out is counted, and the next record says so.
 */
public final class BoundedTrail implements AuditTrail {
  /** Records that are written however fast they come. */
  public static final int AT_ONCE = 20;

  private static final long INTERVAL = Duration.ofSeconds(1).toNanos();

  private final AuditTrail to;
  private final LongSupplier nanoClock;
  private final AtomicLong leftOut = new AtomicLong();

  /** When the bucket is full again. */
  private final AtomicLong full;

  public BoundedTrail(AuditTrail to, LongSupplier nanoClock) {
    this.to = to;
    this.nanoClock = nanoClock;
    this.full = new AtomicLong(nanoClock.getAsLong());
  }

  @Override
  public void record(String kind, Map<String, ?> what) {
    if (!take()) {
      leftOut.incrementAndGet();
      return;
    }
    Map<String, Object> told = new LinkedHashMap<>(what);
    long before = leftOut.getAndSet(0);
    if (before > 0) {
      told.put("left-out", before);
    }
    to.record(kind, told);
  }

  private boolean take() {
    long now = nanoClock.getAsLong();
    while (true) {
      long until = full.get();
      long next = (until - now > 0 ? until : now) + INTERVAL;
      if (next - now > AT_ONCE * INTERVAL) {
        return false;
      }
      if (full.compareAndSet(until, next)) {
        return true;
      }
    }
  }
}
