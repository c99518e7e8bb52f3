package dev.yumen.dataplane.balance;

/**
 * How long answers took of late, as one loop saw it: an average in which older ones count less and
 * less, but a slower one than the average at once in full. Not thread-safe.
 */
public final class Latency {
  private static final double DECAY_NANOS = 10e9;

  private double average;
  private long at;

  /** An answer took this long. */
  public void add(long nanos, long now) {
    if (nanos >= average) {
      average = nanos;
    } else {
      double old = Math.exp(-(now - at) / DECAY_NANOS);
      average = average * old + nanos * (1 - old);
    }
    at = now;
  }

  /**
   * The average, less what has passed since: an endpoint that was slow and is not asked any more
   * becomes worth a try again. 0 when there was none.
   */
  public double nanos(long now) {
    return average == 0 ? 0 : average * Math.exp(-(now - at) / DECAY_NANOS);
  }
}
