package dev.yumen.dataplane.overload;

import dev.yumen.dataplane.observe.OverloadMetrics;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line when shedding begins and one when it ends, each at most once a second. One thread a
 * time.
 */
final class ShedLog {
  private static final Logger LOG = LoggerFactory.getLogger(ShedLog.class);
  private static final long SECOND = 1_000_000_000;

  private final OverloadMetrics metrics;
  private final LongSupplier nanoClock;
  private boolean told;
  private long toldAt;
  private long shedBefore;

  ShedLog(OverloadMetrics metrics, LongSupplier nanoClock) {
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.toldAt = nanoClock.getAsLong() - SECOND;
  }

  /**
   * The pressure is this now.
   *
   * @param why what was measured
   */
  void pressure(double pressure, String why) {
    long now = nanoClock.getAsLong();
    if (pressure > 0 && !told && now - toldAt >= SECOND) {
      told = true;
      toldAt = now;
      shedBefore = metrics.shed();
      LOG.warn("load is shed from now on: {}", why);
    } else if (pressure == 0 && told) {
      told = false;
      LOG.info(
          "load is shed no more after {} s; requests that were turned away: {}",
          (now - toldAt) / SECOND,
          metrics.shed() - shedBefore);
    }
  }
}
