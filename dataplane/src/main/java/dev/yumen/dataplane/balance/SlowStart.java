package dev.yumen.dataplane.balance;

/**
 * Weights of endpoints that warm up: they begin with a tenth of their own and grow with time.
 *
 * @param nanos until an endpoint has all of its weight; 0 for at once
 */
public record SlowStart(long nanos) {
  private static final double COLD = 0.1;

  /** What weights are multiplied by while one warms up: steps of one percent. */
  private static final int FINE = 100;

  private static final long MOST = 100_000_000;

  /** Whether an endpoint that is in use since then has not all of its weight. */
  public boolean warms(long since, long now) {
    return now - since < nanos;
  }

  /**
   * @param weights of the endpoints, when all are warm
   * @param since when each of them was taken into use
   * @return in the same proportions when all are warm
   */
  public int[] weights(int[] weights, long[] since, long now) {
    boolean any = false;
    for (long each : since) {
      any |= warms(each, now);
    }
    int[] result = weights.clone();
    for (int i = 0; any && i < result.length; i++) {
      double share = Math.clamp((double) (now - since[i]) / nanos, COLD, 1);
      result[i] = (int) Math.clamp(Math.round(share * FINE * weights[i]), 1L, MOST);
    }
    return result;
  }
}
