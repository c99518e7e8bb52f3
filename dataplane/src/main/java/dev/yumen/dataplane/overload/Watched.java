package dev.yumen.dataplane.overload;

import dev.yumen.config.OverloadConfig;
import dev.yumen.dataplane.observe.OverloadMetrics;
import java.util.Arrays;

/** The pressure that follows from what one watch measures, told to metrics and log. One thread. */
final class Watched {
  private static final int MEASUREMENTS_OF_A_SECOND = 4;
  private static final double SECOND = 1e9;
  private static final double MILLISECOND = 1e6;

  private final OverloadConfig settings;
  private final Pressure pressure;
  private final OverloadMetrics metrics;
  private final ShedLog log;
  private final long[] longest = new long[MEASUREMENTS_OF_A_SECOND];
  private int next;

  Watched(OverloadConfig settings, double pressure, OverloadMetrics metrics, ShedLog log) {
    this.settings = settings;
    this.pressure = new Pressure(settings, pressure);
    this.metrics = metrics;
    this.log = log;
  }

  /** The pressure after this measurement. */
  double take(Load load, double seconds) {
    double value = pressure.take(load, seconds);
    longest[next] = load.longest();
    next = (next + 1) % longest.length;
    double delay = Arrays.stream(longest).max().orElse(0) / SECOND;
    metrics.measured(
        new OverloadMetrics.Measured(
            value,
            settings.cpu() == null ? -1 : pressure.cpu(),
            settings.loopDelay() == null ? -1 : delay));
    log.pressure(value, measures());
    return value;
  }

  private String measures() {
    String cpu = settings.cpu() == null ? "" : "cpu %.2f".formatted(pressure.cpu());
    String delay =
        settings.loopDelay() == null
            ? ""
            : "loop delay %.0f ms".formatted(pressure.delay() / MILLISECOND);
    return cpu.isEmpty() || delay.isEmpty() ? cpu + delay : cpu + ", " + delay;
  }
}
