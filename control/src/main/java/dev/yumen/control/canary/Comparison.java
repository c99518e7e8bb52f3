package dev.yumen.control.canary;

import dev.yumen.api.Canary;
import dev.yumen.control.canary.Progress.Evidence;
import dev.yumen.dataplane.canary.LatencyScale;
import dev.yumen.dataplane.canary.Tally;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is known of how two versions do: fed with their counts stretch by stretch, it says whether
 * the candidate is worse. Not thread-safe.
 *
 * <p>Latency is compared by shares: those of the stable version's requests beyond a quantile of its
 * own, and those of the candidate's beyond the time that it is allowed. The quantile is always that
 * of the stretches before, so the shares may be compared by the same test, however good an estimate
 * of the quantile it is.
 */
final class Comparison {
  private final Canary.Rules rules;
  private final SequentialTest errors;
  private final SequentialTest latency;
  private RiskDifference difference;
  private Table failed;
  private Table slow;
  private Tally openStable = Tally.none();
  private Tally openCandidate = Tally.none();
  private Tally pastStable = Tally.none();
  private Tally pastCandidate = Tally.none();
  private int usual = -1;

  /** One that knows nothing. */
  Comparison(Canary.Rules rules) {
    this.rules = rules;
    this.errors = new SequentialTest();
    this.latency = new SequentialTest();
    this.difference = RiskDifference.NONE;
    this.failed = new Table(0, 0, 0, 0);
    this.slow = new Table(0, 0, 0, 0);
  }

  /** One that goes on from what was known; latencies are learned anew. */
  Comparison(Canary.Rules rules, Progress known) {
    this.rules = rules;
    this.errors = known.errors().test();
    this.latency = known.latency().test();
    this.difference = known.difference();
    this.failed = known.failed();
    this.slow = known.slow();
  }

  /** What both versions did meanwhile. */
  void add(Tally stable, Tally candidate) {
    openStable = openStable.plus(stable);
    openCandidate = openCandidate.plus(candidate);
    if (openStable.requests() == 0 || openCandidate.requests() == 0) {
      return; // the stretch goes on until there is something to compare
    }
    Table seen = failures(openCandidate, openStable);
    failed = plus(failed, seen);
    errors.add(seen);
    difference = difference.plus(seen, failed);
    compareLatency();
    pastStable = pastStable.plus(openStable);
    pastCandidate = pastCandidate.plus(openCandidate);
    openStable = Tally.none();
    openCandidate = Tally.none();
  }

  private void compareLatency() {
    Canary.Latency bound = rules.latency();
    usual = bound == null ? -1 : pastStable.quantile(bound.quantile());
    if (bound == null || usual < 0) {
      return;
    }
    int most = LatencyScale.of(allowed(bound) - 1);
    Table seen =
        new Table(
            openCandidate.slower(most),
            openCandidate.timed(most),
            openStable.slower(usual),
            openStable.timed(usual));
    slow = plus(slow, seen);
    latency.add(seen);
  }

  /** What the candidate may take, in nanoseconds. */
  private long allowed(Canary.Latency bound) {
    long own = LatencyScale.end(usual);
    return Math.max((long) (own * bound.maxRatio()), own + bound.margin().toNanos());
  }

  private static Table failures(Tally candidate, Tally stable) {
    return new Table(candidate.failed(), candidate.requests(), stable.failed(), stable.requests());
  }

  private static Table plus(Table a, Table b) {
    return new Table(
        a.candidateHits() + b.candidateHits(),
        a.candidateTotal() + b.candidateTotal(),
        a.stableHits() + b.stableHits(),
        a.stableTotal() + b.stableTotal());
  }

  /** Why the candidate should not go on; null when nothing speaks against it for sure. */
  @Nullable Reason objection() {
    if (errors.worse(falseAlarm()) && looksWorse()) {
      return Reason.of(
          Reason.About.FAILS_MORE,
          percent(failed.candidateHits(), failed.candidateTotal()),
          percent(failed.stableHits(), failed.stableTotal()),
          Double.toString(rules.falseAlarm()));
    }
    Canary.Latency bound = rules.latency();
    if (bound != null && usual >= 0 && latency.worse(falseAlarm())) {
      return Reason.of(
          Reason.About.SLOWER,
          percent(slow.candidateHits(), slow.candidateTotal()),
          millis(allowed(bound)),
          percent(slow.stableHits(), slow.stableTotal()),
          millis(LatencyScale.end(usual)),
          Double.toString(rules.falseAlarm()));
    }
    return null;
  }

  /** Whether more of its requests failed than may, be it by chance. */
  boolean looksWorse() {
    return increase() > rules.maxErrorIncrease();
  }

  /** Percentage points by which more of its requests failed. */
  double increase() {
    return difference.estimate() * 100;
  }

  /** Of each of the tests, so that both together are wrong as seldom as stated. */
  private double falseAlarm() {
    return rules.latency() == null ? rules.falseAlarm() : rules.falseAlarm() / 2;
  }

  double needed() {
    return -Math.log(falseAlarm());
  }

  double errorEvidence() {
    return errors.logEvidence();
  }

  double latencyEvidence() {
    return latency.logEvidence();
  }

  Evidence errors() {
    return Evidence.of(errors);
  }

  Evidence latency() {
    return Evidence.of(latency);
  }

  RiskDifference difference() {
    return difference;
  }

  Table failed() {
    return failed;
  }

  Table slow() {
    return slow;
  }

  Standing.Bounds bounds() {
    return new Standing.Bounds(
        difference.estimate(),
        difference.low(rules.falseAlarm()),
        difference.high(rules.falseAlarm()));
  }

  Standing.Figures stable() {
    return figures(
        failed.stableTotal() + openStable.requests(),
        failed.stableHits() + openStable.failed(),
        pastStable.plus(openStable));
  }

  Standing.Figures candidate() {
    return figures(
        failed.candidateTotal() + openCandidate.requests(),
        failed.candidateHits() + openCandidate.failed(),
        pastCandidate.plus(openCandidate));
  }

  private static Standing.Figures figures(long requests, long errors, Tally seen) {
    return new Standing.Figures(requests, errors, time(seen, 0.5), time(seen, 0.99));
  }

  private static @Nullable Duration time(Tally seen, double quantile) {
    int found = seen.quantile(quantile);
    return found < 0 ? null : Duration.ofNanos(LatencyScale.end(found));
  }

  private static String percent(long hits, long total) {
    return String.format(Locale.ROOT, "%.2f", total == 0 ? 0 : 100.0 * hits / total);
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.3g ms", nanos / 1e6);
  }
}
