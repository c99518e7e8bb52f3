package dev.yumen.api;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A new version of a service that gets a growing share of a route's requests: says how large the
 * share is now, and is told how requests of both versions went. Any thread; kept across reloads
 * that leave its rules as they are.
 */
public interface Canary {

  /** The two versions of a service. */
  enum Version {
    STABLE,
    CANDIDATE
  }

  /** How far it has come. */
  enum Stage {
    /** The candidate gets the share of a step; the next one follows by itself. */
    STEP,
    /** The same, and no step follows until somebody says so. */
    PAUSED,
    /** The candidate gets every request. */
    PROMOTED,
    /** The candidate gets none. */
    ROLLED_BACK;

    /** As people and files read it, in lower-case-with-dashes. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** How a request went. */
  enum Result {
    /** The version answered it well. */
    ANSWERED,
    /** The version answered with an error, or not at all. */
    FAILED,
    /** The client left before the answer began. */
    LEFT
  }

  /**
   * How the share grows and what ends that.
   *
   * @param stable name of the old version's upstream; empty for the route's own way
   * @param candidate name of the new version's upstream
   * @param steps shares of the candidate in percent, rising, above 0 and below 100
   * @param pause least time of each step
   * @param minimumRequests requests that the candidate must have ended in a step before the next
   * @param maxErrorIncrease by how many percentage points more requests of the candidate may fail
   * @param latency what is held against the candidate's latency; null for nothing
   * @param falseAlarm largest probability that a candidate that is no worse is ever rolled back;
   *     above 0 and below 1
   * @param sticky what clients keep their version by; empty when each request is drawn
   */
  record Rules(
      String stable,
      String candidate,
      List<Double> steps,
      Duration pause,
      long minimumRequests,
      double maxErrorIncrease,
      @Nullable Latency latency,
      double falseAlarm,
      String sticky) {
    public Rules {
      steps = List.copyOf(steps);
    }
  }

  /**
   * A bound of the candidate's latency.
   *
   * @param quantile which part of the requests it holds for, above 0 and below 1
   * @param maxRatio how many times that quantile of the stable version it may be, at least 1
   * @param margin by how much it may be slower at any rate
   */
  record Latency(double quantile, double maxRatio, Duration margin) {}

  /** Share of the requests that the candidate gets now, in percent, 0 to 100. */
  double weight();

  Stage stage();

  /**
   * A request of a version has ended.
   *
   * @param nanos until the answer began, or the client left; negative when nobody knows
   */
  void ended(Version version, Result result, long nanos);
}
