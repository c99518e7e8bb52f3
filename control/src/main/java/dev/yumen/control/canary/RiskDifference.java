package dev.yumen.control.canary;

/**
 * By how much more of the candidate's requests are hits than of the stable version's, over
 * stretches of time in which the probability of a hit may differ.
 *
 * <p>The estimate is that of Mantel and Haenszel for risks (S. Greenland and J. M. Robins,
 * Biometrics 41, 1985), so that a bad hour in which the candidate happened to have a larger share
 * is not held against it. The bounds are a confidence sequence by a normal mixture (S. R. Howard et
 * al., Annals of Statistics 49, 2021, §3.2), which holds at all times at once where counts are not
 * small; they are shown, and nothing is decided by them.
 *
 * @param weight sum of the stretches' weights
 * @param sum of weighted differences
 * @param variance of that sum
 */
record RiskDifference(double weight, double sum, double variance) {
  static final RiskDifference NONE = new RiskDifference(0, 0, 0);

  /** Where the bounds are tightest: at this variance, some minutes of a small share. */
  private static final double TUNING = 10;

  RiskDifference {
    if (!(weight >= 0 && variance >= 0) || Double.isNaN(sum)) {
      throw new IllegalArgumentException("risk difference");
    }
  }

  /**
   * With a further stretch.
   *
   * @param all everything until then, that stretch included, for the variance
   */
  RiskDifference plus(Table seen, Table all) {
    if (seen.candidateTotal() == 0 || seen.stableTotal() == 0) {
      return this;
    }
    double candidate = seen.candidateTotal();
    double stable = seen.stableTotal();
    double more = candidate * stable / (candidate + stable);
    double difference = seen.candidateHits() / candidate - seen.stableHits() / stable;
    double spread =
        spread(all.candidateHits(), all.candidateTotal()) / candidate
            + spread(all.stableHits(), all.stableTotal()) / stable;
    return new RiskDifference(
        weight + more, sum + more * difference, variance + more * more * spread);
  }

  /** Variance of one request; of none that hit so far as if half a one had. */
  private static double spread(long hits, long total) {
    double share = (hits + 0.5) / (total + 1);
    return share * (1 - share);
  }

  /** From -1 to 1; 0 when nothing is known. */
  double estimate() {
    return weight == 0 ? 0 : sum / weight;
  }

  /** A bound that the true difference is not below, at any time, but with this probability. */
  double low(double errorRate) {
    return Math.max(-1, estimate() - radius(errorRate));
  }

  /** A bound that the true difference is not above, at any time, but with this probability. */
  double high(double errorRate) {
    return Math.min(1, estimate() + radius(errorRate));
  }

  private double radius(double errorRate) {
    if (weight == 0) {
      return 2;
    }
    double whole = variance + TUNING;
    return Math.sqrt(whole * Math.log(whole / (TUNING * errorRate * errorRate))) / weight;
  }
}
