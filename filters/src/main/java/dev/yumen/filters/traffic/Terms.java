package dev.yumen.filters.traffic;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Rate;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one rate, checked: all that whoever keeps the counts needs to know.
 *
 * @param most the most that can be taken at once: the burst of a token bucket, the number of the
 *     rate for windows
 */
record Terms(Algorithm algorithm, Rate rate, long most) {
  /** Longest time for a bucket to fill, far below the range of a long in nanoseconds. */
  static final long LONGEST = TimeUnit.DAYS.toNanos(3650);

  private static final String BURST = "at least 1, and no more than the rate gives in ten years";

  /** As configured; refuses what could not work, under the names of the settings. */
  static Terms of(Algorithm algorithm, Rate rate, @Nullable Long burst) {
    if (burst != null && algorithm != Algorithm.TOKEN_BUCKET) {
      throw new InvalidValue("burst", burst, "none: only a token-bucket has one");
    }
    Terms terms = new Terms(algorithm, rate, burst == null ? rate.count() : burst);
    if (terms.most > LONGEST / terms.interval()) {
      throw new InvalidValue("burst", terms.most, BURST);
    }
    if (terms.windowNanos() / rate.count() < 100) {
      throw new InvalidValue("rate", rate.toString(), "at most 10000000/s");
    }
    return terms;
  }

  /** What can be said of a burst before the rate is known. */
  static void checkBurst(@Nullable Long burst) {
    if (burst != null && burst < 1) {
      throw new InvalidValue("burst", burst, BURST);
    }
  }

  /** Length of a window. */
  long windowNanos() {
    return rate.unit().length().toNanos();
  }

  /** Nanoseconds between two requests; rounded up, so that never more than the rate comes. */
  long interval() {
    return Math.ceilDiv(windowNanos(), rate.count());
  }
}
