package dev.yumen.dataplane.observe;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * So many lines of a log a second and no more, because an outage makes as many failures as there
 * are requests; what was left out is counted. Any thread.
 */
public final class LineLimit {
  private static final int LINES_PER_SECOND = 50;
  private static final long SECOND = 1_000_000_000L;

  private final Logger log;
  private final LongSupplier nanoClock;
  private final AtomicLong second = new AtomicLong();
  private final AtomicInteger lines = new AtomicInteger();

  public LineLimit(Logger log, LongSupplier nanoClock) {
    this.log = log;
    this.nanoClock = nanoClock;
  }

  /** Whether a warning may be written now. */
  public boolean admitted() {
    if (!log.isWarnEnabled()) {
      return false;
    }
    long now = nanoClock.getAsLong() / SECOND;
    long current = second.get();
    if (now != current && second.compareAndSet(current, now)) {
      int before = lines.getAndSet(0);
      if (before > LINES_PER_SECOND) {
        log.warn("{} more failures were not logged", before - LINES_PER_SECOND);
      }
    }
    return lines.incrementAndGet() <= LINES_PER_SECOND;
  }
}
