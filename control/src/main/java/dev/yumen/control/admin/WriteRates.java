package dev.yumen.control.admin;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How often a workspace may write: {@value #MOST} times at once, and as often in a minute. Each
 * write makes a version, and the history keeps so many for all together.
 */
final class WriteRates {
  static final int MOST = 60;
  private static final long EACH = TimeUnit.MINUTES.toNanos(1) / MOST;

  private final LongSupplier nanoTime;

  /** When all that a workspace has written would be paid for, by its name. */
  private final Map<String, Long> paid = new HashMap<>();

  WriteRates(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Takes note of a write.
   *
   * @throws Refused when there were too many
   */
  synchronized void take(String workspace) throws Refused {
    long now = nanoTime.getAsLong();
    paid.values().removeIf(then -> then - now <= 0);
    long until = paid.getOrDefault(workspace, now) + EACH;
    long over = until - now - MOST * EACH;
    if (over > 0) {
      throw Refused.forNow(
          workspace + " has written " + MOST + " times in a minute, which is the most",
          (int) Math.ceilDiv(over, TimeUnit.SECONDS.toNanos(1)));
    }
    paid.put(workspace, until);
  }
}
