package dev.yumen.control.canary;

/**
 * What two versions did in one stretch of time: how many of their requests were hits (failed, or
 * were slow).
 *
 * @param candidateHits 0 to {@code candidateTotal}
 * @param stableHits 0 to {@code stableTotal}
 */
record Table(long candidateHits, long candidateTotal, long stableHits, long stableTotal) {

  /** Whether it says something about which of the two hits more often. */
  boolean tells() {
    long hits = candidateHits + stableHits;
    return candidateTotal > 0 && stableTotal > 0 && hits > 0 && hits < candidateTotal + stableTotal;
  }

  /**
   * Logarithms of how much more likely the table is under odds of a hit that are so many times
   * those of the stable version than under equal odds, given the sums of its rows and columns.
   *
   * <p>Under equal odds the hits of the candidate are hypergeometric, whatever the probability of a
   * hit is (R. A. Fisher, "The Design of Experiments", 1935); under others they have Fisher's
   * noncentral hypergeometric distribution. So the mean of the exponential of each value is exactly
   * 1 when both versions are equal, and at most 1 when the candidate is better and the ratio above
   * 1. Takes time that grows with the hits.
   *
   * @param logOdds logarithms of the ratios of odds
   */
  double[] logRatios(double[] logOdds) {
    long hits = candidateHits + stableHits;
    long least = Math.max(0, hits - stableTotal);
    int count = (int) (Math.min(hits, candidateTotal) - least) + 1;
    double[] logWays = new double[count];
    for (int i = 1; i < count; i++) {
      double k = least + i - 1;
      double more = (candidateTotal - k) * (hits - k);
      double fewer = (k + 1) * (stableTotal - hits + k + 1);
      logWays[i] = logWays[i - 1] + Math.log(more / fewer);
    }
    double logEqual = logSum(logWays, 0);
    double[] ratios = new double[logOdds.length];
    for (int j = 0; j < ratios.length; j++) {
      double logOther = logSum(logWays, logOdds[j]);
      ratios[j] = (candidateHits - least) * logOdds[j] - (logOther - logEqual);
    }
    return ratios;
  }

  /** The logarithm of the sum of ways times e to the slope times the index. */
  private static double logSum(double[] logWays, double slope) {
    double top = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < logWays.length; i++) {
      top = Math.max(top, logWays[i] + i * slope);
    }
    double sum = 0;
    for (int i = 0; i < logWays.length; i++) {
      sum += Math.exp(logWays[i] + i * slope - top);
    }
    return top + Math.log(sum);
  }
}
