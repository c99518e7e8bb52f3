package dev.yumen.control.canary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The statistics alone; all draws are seeded. */
class SequentialTestTest {
  private static final double[] LOG_ODDS = {Math.log(1.5), Math.log(3), Math.log(30)};

  @ParameterizedTest
  @CsvSource({"10,190,3", "1,1,1", "5,5,7", "40,3,20", "200,200,300", "3,1000,2"})
  void theMeanOfTheRatiosIsOneWhenBothAreEqual(int candidate, int stable, int hits) {
    double[] means = new double[LOG_ODDS.length];
    for (int k = Math.max(0, hits - stable); k <= Math.min(hits, candidate); k++) {
      double[] ratios = new Table(k, candidate, hits - k, stable).logRatios(LOG_ODDS);
      double probability = hypergeometric(candidate, stable, hits, k);
      for (int j = 0; j < means.length; j++) {
        means[j] += probability * Math.exp(ratios[j]);
      }
    }
    for (double mean : means) {
      assertEquals(1, mean, 1e-9);
    }
  }

  /** By counting up factors, not as the code does it. */
  private static double hypergeometric(int candidate, int stable, int hits, int k) {
    return Math.exp(
        logChoose(candidate, k)
            + logChoose(stable, hits - k)
            - logChoose(candidate + stable, hits));
  }

  private static double logChoose(int n, int k) {
    double log = 0;
    for (int i = 1; i <= k; i++) {
      log += Math.log(n - k + i) - Math.log(i);
    }
    return log;
  }

  @Test
  void aTableInWhichNothingCanDifferSaysNothing() {
    assertFalse(new Table(0, 10, 0, 190).tells());
    assertFalse(new Table(10, 10, 190, 190).tells());
    assertFalse(new Table(3, 10, 0, 0).tells());
    assertFalse(new Table(0, 0, 3, 10).tells());
    assertTrue(new Table(1, 10, 0, 190).tells());
  }

  @ParameterizedTest
  @CsvSource({"0.01,0.05", "0.05,0.05", "0.2,0.5", "0.01,0.5", "0.001,0.2"})
  void equalVersionsAreCalledWorseNoMoreOftenThanStated(double failing, double share) {
    int runs = 300;
    int alarms = alarms(failing, share, 0.05, runs);
    assertTrue(alarms <= limit(0.05, runs), alarms + " false alarms");
  }

  /** Three standard deviations above what is stated. */
  private static double limit(double falseAlarm, int runs) {
    return runs * falseAlarm + 3 * Math.sqrt(runs * falseAlarm * (1 - falseAlarm));
  }

  /** Runs of ten minutes, looked at each second, that called an equal candidate worse. */
  private static int alarms(double failing, double share, double falseAlarm, int runs) {
    int alarms = 0;
    for (int run = 0; run < runs; run++) {
      Random random = new Random(run);
      SequentialTest test = new SequentialTest();
      for (int second = 0; second < 600; second++) {
        // what fails drifts, as services do
        double now = failing * (1 + 0.8 * Math.sin(second / 100.0));
        test.add(second(random, now, now, share));
        if (test.worse(falseAlarm)) {
          alarms++;
          break;
        }
      }
    }
    return alarms;
  }

  /** A second of 100 requests. */
  private static Table second(Random random, double candidate, double stable, double share) {
    int[] counts = new int[4];
    for (int i = 0; i < 100; i++) {
      boolean ours = random.nextDouble() < share;
      boolean hit = random.nextDouble() < (ours ? candidate : stable);
      counts[ours ? 1 : 3]++;
      counts[ours ? 0 : 2] += hit ? 1 : 0;
    }
    return new Table(counts[0], counts[1], counts[2], counts[3]);
  }

  @Test
  void aWorseCandidateIsFoundAlsoWhenItBeginsToFailLate() {
    Random random = new Random(7);
    SequentialTest test = new SequentialTest();
    for (int second = 0; second < 3600; second++) {
      test.add(second(random, 0.01, 0.01, 0.2));
    }
    assertFalse(test.worse(0.01));
    int seconds = 0;
    while (!test.worse(0.01)) {
      test.add(second(random, 0.06, 0.01, 0.2));
      seconds++;
    }
    assertTrue(seconds <= 60, "found after " + seconds + " s");
  }

  @Test
  void aBetterCandidateGathersNoEvidence() {
    Random random = new Random(11);
    SequentialTest test = new SequentialTest();
    for (int second = 0; second < 600; second++) {
      test.add(second(random, 0.01, 0.05, 0.2));
    }
    assertTrue(test.logEvidence() < -3, "log evidence " + test.logEvidence());
  }

  @Test
  void oneThatGoesOnFromTheStateOfAnotherSaysTheSame() {
    Random random = new Random(3);
    SequentialTest test = new SequentialTest();
    for (int second = 0; second < 100; second++) {
      test.add(second(random, 0.03, 0.02, 0.2));
    }
    SequentialTest other = new SequentialTest(test.stretches(), test.state());
    Table next = second(random, 0.03, 0.02, 0.2);
    test.add(next);
    other.add(next);
    assertEquals(test.logEvidence(), other.logEvidence());
    assertThrows(IllegalArgumentException.class, () -> new SequentialTest(1, new double[] {1}));
  }

  @Test
  void manyHitsAtOnceDoNotOverflow() {
    SequentialTest test = new SequentialTest();
    test.add(new Table(40_000, 50_000, 60_000, 100_000));
    assertTrue(test.worse(1e-6) && Double.isFinite(test.logEvidence()));
  }

  @Test
  void theDifferenceIsThatOfTheStretchesNotOfTheSums() {
    // in the bad hour the candidate has half of the requests, in the good one a tenth
    Table good = new Table(10, 1000, 90, 9000);
    Table bad = new Table(1000, 5000, 1000, 5000);
    RiskDifference difference =
        RiskDifference.NONE.plus(good, good).plus(bad, new Table(1010, 6000, 1090, 14_000));
    assertEquals(0, difference.estimate(), 1e-12);
    assertTrue(difference.low(0.01) < 0 && difference.high(0.01) > 0);
    assertTrue(difference.high(0.01) < 0.05, "bound " + difference.high(0.01));
  }

  @Test
  void theBoundsHoldTheTrueDifferenceAtEveryMoment() {
    int missed = 0;
    for (int run = 0; run < 500; run++) {
      Random random = new Random(run);
      RiskDifference difference = RiskDifference.NONE;
      Table all = new Table(0, 0, 0, 0);
      boolean held = true;
      for (int second = 0; second < 300; second++) {
        Table seen = second(random, 0.06, 0.02, 0.3);
        all =
            new Table(
                all.candidateHits() + seen.candidateHits(),
                all.candidateTotal() + seen.candidateTotal(),
                all.stableHits() + seen.stableHits(),
                all.stableTotal() + seen.stableTotal());
        difference = difference.plus(seen, all);
        held &= difference.low(0.05) <= 0.04 && difference.high(0.05) >= 0.04;
      }
      missed += held ? 0 : 1;
    }
    assertTrue(missed <= 25 + 15, missed + " of 500 runs");
  }
}
