package dev.yumen.dataplane.overload;

import dev.yumen.api.Priority;
import dev.yumen.config.OverloadConfig;
import java.time.Duration;

/**
 * How hard the gateway is pressed, from 0 to 1, and the rule by which that follows what is
 * measured.
 *
 * <ul>
 *   <li>Each measure is first smoothed: a quarter of a second alone, however bad, moves nothing.
 *   <li>Above a threshold the pressure rises: by 0.02 a second just above it, by 0.2 from its
 *       saturation on, which is all processors in use, or twice the delay.
 *   <li>From the threshold down to 95 % of it the pressure stays. This is where it settles: as much
 *       is turned away as must be for the threshold to be kept.
 *   <li>Below, it falls: by 0.01 a second just below, by 0.05 without any load.
 *   <li>Of several measures the worst counts.
 * </ul>
 *
 * <p>Rising faster than falling keeps it from swinging: the load that was turned away is back with
 * the next second, and with it the overload. DAGOR takes 5 to 1 too (Zhou et al., SoCC 2018); that
 * measures are scaled between two points is Envoy's way (overload manager, scaled triggers), and
 * that they are smoothed Google's (Site Reliability Engineering, ch. 21). Not thread-safe.
 */
final class Pressure {
  private static final double RISE = 0.02;
  private static final double RISE_AT_SATURATION = 0.2;
  private static final double FALL = 0.01;
  private static final double FALL_WITHOUT_LOAD = 0.05;
  private static final double WELL_BELOW = 0.95;
  private static final double SMOOTHING = 0.4;

  /** A clock that jumps moves the pressure as little as a thread that was late. */
  private static final double MOST_SECONDS = 0.5;

  /** Levels that can be turned away, each in its own part of the pressure. */
  private static final int PARTS = 3;

  private final Measure cpu;
  private final Measure delay;
  private double value;

  /** One thing measured; without a threshold it says nothing. */
  private static final class Measure {
    private final double threshold;
    private final double saturation;
    private double smoothed;

    private Measure(double threshold, double saturation) {
      this.threshold = threshold;
      this.saturation = saturation;
    }

    /** Over the threshold 0 to 1, in its reach 0, below it 0 to -1 without any load. */
    private double excess(double measured) {
      double bounded = Math.clamp(measured, 0, saturation);
      smoothed = smoothed * (1 - SMOOTHING) + bounded * SMOOTHING;
      if (smoothed > threshold) {
        return (smoothed - threshold) / (saturation - threshold);
      }
      return smoothed < WELL_BELOW * threshold ? smoothed / threshold - 1 : 0;
    }
  }

  /**
   * @param value to begin with
   */
  Pressure(OverloadConfig settings, double value) {
    Double share = settings.cpu();
    Duration late = settings.loopDelay();
    this.cpu = share == null ? unlimited() : new Measure(share, 1);
    this.delay = late == null ? unlimited() : new Measure(late.toNanos(), 2.0 * late.toNanos());
    this.value = value;
  }

  private static Measure unlimited() {
    return new Measure(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  /**
   * Takes in what was measured.
   *
   * @param seconds since the last time
   * @return the pressure now
   */
  double take(Load load, double seconds) {
    double excess = Math.max(cpu.excess(load.cpu()), delay.excess(load.delay()));
    double time = Math.clamp(seconds, 0, MOST_SECONDS);
    if (excess > 0) {
      value += time * (RISE + (RISE_AT_SATURATION - RISE) * excess);
    } else if (excess < 0) {
      value -= time * (FALL + (FALL_WITHOUT_LOAD - FALL) * -excess);
    }
    value = Math.clamp(value, 0, 1);
    return value;
  }

  /** The share of the processors, smoothed. */
  double cpu() {
    return cpu.smoothed;
  }

  /** The delay of the latest loop in nanoseconds, smoothed. */
  double delay() {
    return delay.smoothed;
  }

  /** The share of requests of a level that is turned away under a pressure. */
  static double share(double pressure, Priority priority) {
    return switch (priority) {
      case LOW -> part(pressure, 0);
      case NORMAL -> part(pressure, 1);
      case HIGH -> part(pressure, 2);
      case CRITICAL -> 0;
    };
  }

  private static double part(double pressure, int before) {
    return Math.clamp(PARTS * pressure - before, 0, 1);
  }
}
