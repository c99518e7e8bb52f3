package dev.yumen.dataplane.observe;

import java.util.Arrays;

/** Durations in buckets, one histogram per slot, for one writing thread. */
final class Durations {
  private static final double[] BOUNDS = {
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    Double.POSITIVE_INFINITY
  };
  private static final long[] BOUND_NANOS = nanos();
  static final int BUCKETS = BOUNDS.length;
  private static final int SUM = BUCKETS;
  private static final int STRIDE = BUCKETS + 1;

  private final Cells cells = new Cells(STRIDE * 8);

  void record(int slot, long nanos) {
    cells.add(slot * STRIDE + bucket(nanos), 1);
    cells.add(slot * STRIDE + SUM, nanos);
  }

  /** The index of the bucket that a duration falls into. */
  static int bucket(long nanos) {
    int bucket = 0;
    while (nanos > BOUND_NANOS[bucket]) {
      bucket++;
    }
    return bucket;
  }

  /** Adds this slot's bucket counts to {@code counts} and returns the sum in nanoseconds. */
  long addTo(long[] counts, int slot) {
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      counts[bucket] += cells.get(slot * STRIDE + bucket);
    }
    return cells.get(slot * STRIDE + SUM);
  }

  /**
   * The duration in milliseconds that this share of what was counted did not exceed, taking each
   * bucket as evenly filled; beyond the last finite bound, that bound. NaN when nothing was
   * counted.
   *
   * @param share 0 to 1
   */
  static double quantileMillis(long[] counts, double share) {
    double wanted = share * Arrays.stream(counts, 0, BUCKETS).sum();
    if (wanted <= 0) {
      return Double.NaN;
    }
    double lower = 0;
    for (int bucket = 0; bucket < BUCKETS - 1; bucket++) {
      if (wanted <= counts[bucket]) {
        return (lower + (BOUNDS[bucket] - lower) * wanted / counts[bucket]) * 1e3;
      }
      wanted -= counts[bucket];
      lower = BOUNDS[bucket];
    }
    return lower * 1e3;
  }

  /** Upper ends in seconds, the last one infinite. */
  static double[] bounds() {
    return BOUNDS.clone();
  }

  private static long[] nanos() {
    long[] nanos = new long[BOUNDS.length];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = Double.isInfinite(BOUNDS[i]) ? Long.MAX_VALUE : Math.round(BOUNDS[i] * 1e9);
    }
    return nanos;
  }
}
