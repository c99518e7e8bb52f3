package dev.yumen.dataplane.observe;

/**
 * What live figures tell of each route, for one writing thread: its durations in buckets, and its
 * errors beside them. One bucket's cell is added to for a request, and how many requests there were
 * is what the buckets add up to.
 */
final class RouteCells {
  /** Buckets and one more: 16 longs, two lines of a cache. */
  static final int STRIDE = Durations.BUCKETS + 1;

  private static final int ERRORS = Durations.BUCKETS;
  private static final int FIRST_ERROR = 500;

  private final Cells cells = new Cells(STRIDE * 8);

  void count(int slot, int status, long nanos) {
    cells.add(slot * STRIDE + Durations.bucket(nanos), 1);
    if (status >= FIRST_ERROR) {
      cells.add(slot * STRIDE + ERRORS, 1);
    }
  }

  /**
   * Adds this slot's buckets to {@code counts} from an index on; returns its errors. Any thread.
   */
  long addTo(long[] counts, int from, int slot) {
    for (int bucket = 0; bucket < Durations.BUCKETS; bucket++) {
      counts[from + bucket] += cells.get(slot * STRIDE + bucket);
    }
    return cells.get(slot * STRIDE + ERRORS);
  }
}
