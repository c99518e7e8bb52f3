package dev.yumen.control.canary;

import java.util.Arrays;

/**
 * Whether the candidate hits more often than the stable version, asked as often as one likes.
 *
 * <p>The evidence is a mixture of likelihood ratios, the mixture sequential probability ratio test
 * (H. Robbins, Annals of Mathematical Statistics 41, 1970; for comparisons of two versions R.
 * Johari et al., "Peeking at A/B tests", KDD 2017): over how many times the odds are, and over the
 * stretch of time from which on they are so, as a version may begin to fail late. The ratios are
 * those of {@link Table}, which hold whatever the probability of a hit is and however it changes
 * from one stretch to the next (compare R. Turner et al., Journal of Statistical Planning and
 * Inference 230, 2024). So while the candidate is no worse the evidence is a nonnegative
 * supermartingale that begins at 1, and the probability that it <em>ever</em> reaches 1/α is at
 * most α (J. Ville, 1939). That supposes that requests were dealt out by chance within a stretch.
 *
 * <p>Not thread-safe.
 */
final class SequentialTest {
  private static final double[] LOG_ODDS = logs(1.2, 1.5, 2, 3, 5, 10, 30);

  private final double[] logs;
  private long stretches;

  /** One that has seen nothing. */
  SequentialTest() {
    this.logs = new double[LOG_ODDS.length];
    Arrays.fill(logs, Double.NEGATIVE_INFINITY);
  }

  /**
   * One that goes on from what another had.
   *
   * @throws IllegalArgumentException when these are no such values
   */
  SequentialTest(long stretches, double[] logs) {
    if (logs.length != LOG_ODDS.length
        || stretches < 0
        || Arrays.stream(logs).anyMatch(SequentialTest::wrong)) {
      throw new IllegalArgumentException("evidence " + Arrays.toString(logs));
    }
    this.logs = logs.clone();
    this.stretches = stretches;
  }

  private static boolean wrong(double log) {
    return Double.isNaN(log) || log == Double.POSITIVE_INFINITY;
  }

  private static double[] logs(double... values) {
    return Arrays.stream(values).map(Math::log).toArray();
  }

  /** Takes what was seen in a further stretch; what says nothing changes nothing. */
  void add(Table seen) {
    if (!seen.tells()) {
      return;
    }
    double[] ratios = seen.logRatios(LOG_ODDS);
    double begins = -Math.log(stretches + 1.0) - Math.log(stretches + 2.0);
    for (int i = 0; i < logs.length; i++) {
      logs[i] = logAdd(logs[i], begins) + ratios[i];
    }
    stretches++;
  }

  /** The logarithm of the evidence that the candidate hits more often. */
  double logEvidence() {
    double sum = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      sum = logAdd(sum, log);
    }
    return logAdd(sum - Math.log(logs.length), -Math.log(stretches + 1.0));
  }

  /**
   * Whether the candidate is worse, with this probability at most of ever saying so when it is not.
   *
   * @param falseAlarm above 0 and below 1
   */
  boolean worse(double falseAlarm) {
    return logEvidence() >= -Math.log(falseAlarm);
  }

  long stretches() {
    return stretches;
  }

  double[] state() {
    return logs.clone();
  }

  /** The logarithm of the sum of two numbers given by theirs. */
  private static double logAdd(double a, double b) {
    double top = Math.max(a, b);
    return top == Double.NEGATIVE_INFINITY ? top : top + Math.log1p(Math.exp(Math.min(a, b) - top));
  }
}
