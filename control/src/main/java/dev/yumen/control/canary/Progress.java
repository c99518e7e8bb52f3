package dev.yumen.control.canary;

import dev.yumen.api.Canary.Stage;
import java.util.Arrays;
import java.util.List;

/**
 * How far a canary has come, and what is known of its versions: what survives a restart.
 *
 * @param definition the hash of its rules
 * @param step which step, from 0
 * @param elapsedMillis how long this step has lasted while the gateway ran
 * @param since when the stage, or its step, began
 * @param requests that the candidate has ended in this step
 * @param failed failures of both versions since the start
 * @param slow slow requests of both versions since the start
 * @param decisions the latest ones, the oldest first
 */
record Progress(
    String definition,
    Stage stage,
    int step,
    long elapsedMillis,
    String since,
    long requests,
    Table failed,
    RiskDifference difference,
    Evidence errors,
    Table slow,
    Evidence latency,
    List<Decision> decisions) {
  static final int MOST_DECISIONS = 50;

  Progress {
    decisions = List.copyOf(decisions);
  }

  /** What a {@link SequentialTest} has gathered. Empty logarithms stand for none. */
  record Evidence(long stretches, List<Double> logs) {
    Evidence {
      logs = List.copyOf(logs);
    }

    static Evidence of(SequentialTest test) {
      return test.stretches() == 0
          ? new Evidence(0, List.of())
          : new Evidence(test.stretches(), Arrays.stream(test.state()).boxed().toList());
    }

    /**
     * @throws IllegalArgumentException when it is not that of a test
     */
    SequentialTest test() {
      return stretches == 0
          ? new SequentialTest()
          : new SequentialTest(stretches, logs.stream().mapToDouble(Double::doubleValue).toArray());
    }
  }
}
