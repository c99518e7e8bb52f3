package dev.yumen.control.canary;

import dev.yumen.api.Canary;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A canary at one moment, for people and programs.
 *
 * @param weight share of the candidate, in percent
 * @param step which one, from 1
 * @param since when the stage, or its step, began
 * @param increase by how much more of the candidate's requests fail, 0.01 for a percentage point
 * @param errorEvidence logarithm of the evidence that more fail
 * @param latencyEvidence the same for being slower
 * @param needed logarithm of the evidence from which on the candidate is rolled back
 * @param decisions the latest ones, the oldest first
 */
public record Standing(
    String route,
    Canary.Rules rules,
    Canary.Stage stage,
    double weight,
    int step,
    String since,
    Figures stable,
    Figures candidate,
    Bounds increase,
    double errorEvidence,
    double latencyEvidence,
    double needed,
    Reason why,
    List<Decision> decisions) {

  public Standing {
    decisions = List.copyOf(decisions);
  }

  /** What is known of a difference: where it is most likely, and between what it lies. */
  public record Bounds(double estimate, double low, double high) {}

  /**
   * How a version did since the canary began.
   *
   * @param p50 median of the time to the answer's beginning, since this process began; null without
   * @param p99 the same for 99 of 100 requests
   */
  public record Figures(
      long requests, long errors, @Nullable Duration p50, @Nullable Duration p99) {}
}
