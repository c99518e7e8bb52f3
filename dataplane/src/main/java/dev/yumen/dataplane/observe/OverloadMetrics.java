package dev.yumen.dataplane.observe;

import dev.yumen.api.Priority;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What is turned away because there is too much to do, and what was measured. Any thread. */
public final class OverloadMetrics {
  private final Map<Priority, LongAdder> shed = new EnumMap<>(Priority.class);
  private volatile @Nullable Measured measured;

  /**
   * What is known now.
   *
   * @param pressure 0 to 1
   * @param cpu share of the processors, 0 to 1; less than 0 when it is not measured
   * @param delay longest delay of a loop within a second, in seconds; less than 0 when it is not
   *     measured
   */
  public record Measured(double pressure, double cpu, double delay) {}

  OverloadMetrics() {
    for (Priority priority : Priority.values()) {
      if (priority != Priority.CRITICAL) {
        shed.put(priority, new LongAdder());
      }
    }
  }

  /** A request was turned away. */
  public void shed(Priority priority) {
    LongAdder count = shed.get(priority);
    if (count != null) {
      count.increment();
    }
  }

  /** All that were turned away. */
  public long shed() {
    return shed.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Null when nothing is measured any more. */
  public void measured(@Nullable Measured now) {
    measured = now;
  }

  void collect(Collected to) {
    shed.forEach(
        (priority, count) ->
            to.counter(Family.SHED, count.sum(), priority.name().toLowerCase(Locale.ROOT)));
    Measured now = measured;
    if (now == null) {
      return;
    }
    to.gauge(Family.OVERLOAD_PRESSURE, now.pressure());
    if (now.cpu() >= 0) {
      to.gauge(Family.OVERLOAD_CPU, now.cpu());
    }
    if (now.delay() >= 0) {
      to.gauge(Family.OVERLOAD_LOOP_DELAY, now.delay());
    }
  }
}
