package dev.yumen.dataplane.canary;

/**
 * How the requests of one version went since it was opened.
 *
 * @param answered that were answered well
 * @param failed that were not
 * @param latencies how many answers of either kind began within each class of {@link LatencyScale}
 * @param left how many clients had left by then without an answer
 */
@SuppressWarnings("ArrayRecordComponent") // a copy for one reader, and not compared
public record Tally(long answered, long failed, long[] latencies, long[] left) {

  /** Nothing yet. */
  public static Tally none() {
    return new Tally(0, 0, new long[LatencyScale.CLASSES], new long[LatencyScale.CLASSES]);
  }

  public long requests() {
    return answered + failed;
  }

  /** What came since an earlier one. */
  public Tally since(Tally before) {
    return new Tally(
        answered - before.answered,
        failed - before.failed,
        combined(latencies, before.latencies, -1),
        combined(left, before.left, -1));
  }

  /** Both together. */
  public Tally plus(Tally more) {
    return new Tally(
        answered + more.answered,
        failed + more.failed,
        combined(latencies, more.latencies, 1),
        combined(left, more.left, 1));
  }

  private static long[] combined(long[] a, long[] b, long sign) {
    long[] both = a.clone();
    for (int i = 0; i < both.length; i++) {
      both[i] += sign * b[i];
    }
    return both;
  }

  /**
   * The class that the quantile of the latencies lies in; -1 when there are none.
   *
   * @param quantile above 0 and below 1
   */
  public int quantile(double quantile) {
    long all = 0;
    for (long count : latencies) {
      all += count;
    }
    long rank = (long) Math.ceil(quantile * all);
    long below = 0;
    for (int i = 0; i < latencies.length; i++) {
      below += latencies[i];
      if (below > 0 && below >= rank) {
        return i;
      }
    }
    return -1;
  }

  /**
   * How many answers there are, and clients that had waited longer than this class when leaving.
   */
  public long timed(int than) {
    return sum(latencies, 0) + sum(left, than + 1);
  }

  /** How many of them took longer than this class. */
  public long slower(int than) {
    return sum(latencies, than + 1) + sum(left, than + 1);
  }

  private static long sum(long[] counts, int from) {
    long sum = 0;
    for (int i = from; i < counts.length; i++) {
      sum += counts[i];
    }
    return sum;
  }
}
