package dev.yumen.dataplane.canary;

import dev.yumen.api.Canary;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The canary of a route as its requests see it. Threads count in stripes of their own, without
 * locks; whoever reads the counts sees each of them grow, not all at the same moment. The share is
 * one reference that is replaced.
 */
public final class CanaryTraffic implements Canary, AutoCloseable {
  private static final int STRIPES = 8;
  private static final int ANSWERED = 0;
  private static final int FAILED = 1;
  private static final int LATENCIES = 8; // a cache line for the two before
  private static final int LEFT = LATENCIES + LatencyScale.CLASSES;
  private static final int STRIDE = LEFT + LatencyScale.CLASSES;

  /** How far it has come. */
  private record Position(Stage stage, double weight) {}

  private final AtomicLongArray stable = new AtomicLongArray(STRIPES * STRIDE);
  private final AtomicLongArray candidate = new AtomicLongArray(STRIPES * STRIDE);
  private final String route;
  private final Rules rules;
  private final Runnable closed;
  private volatile Position position;

  /**
   * @param route its id
   * @param desk says where it begins, and decides from then on
   */
  public CanaryTraffic(String route, Rules rules, CanaryDesk desk) {
    this.route = route;
    this.rules = rules;
    this.position = new Position(Stage.STEP, rules.steps().getFirst());
    this.closed = desk.opened(this);
  }

  /** Id of the route. */
  public String route() {
    return route;
  }

  public Rules rules() {
    return rules;
  }

  @Override
  public double weight() {
    return position.weight;
  }

  @Override
  public Stage stage() {
    return position.stage;
  }

  /**
   * Changes the share from the next request on. Any thread.
   *
   * @param weight of the candidate in percent, 0 to 100
   */
  public void steer(Stage stage, double weight) {
    position = new Position(stage, weight);
  }

  @Override
  public void ended(Version version, Result result, long nanos) {
    AtomicLongArray counts = counts(version);
    int stripe = (int) (Thread.currentThread().threadId() & (STRIPES - 1)) * STRIDE;
    switch (result) {
      case ANSWERED -> counts.getAndIncrement(stripe + ANSWERED);
      case FAILED -> counts.getAndIncrement(stripe + FAILED);
      case LEFT -> {}
    }
    if (nanos >= 0) {
      int classes = result == Result.LEFT ? LEFT : LATENCIES;
      counts.getAndIncrement(stripe + classes + LatencyScale.of(nanos));
    }
  }

  private AtomicLongArray counts(Version version) {
    return version == Version.STABLE ? stable : candidate;
  }

  /** What was counted so far. Takes some microseconds. */
  public Tally tally(Version version) {
    AtomicLongArray counts = counts(version);
    long[] latencies = new long[LatencyScale.CLASSES];
    long[] left = new long[LatencyScale.CLASSES];
    long answered = 0;
    long failed = 0;
    for (int stripe = 0; stripe < STRIPES * STRIDE; stripe += STRIDE) {
      answered += counts.get(stripe + ANSWERED);
      failed += counts.get(stripe + FAILED);
      for (int i = 0; i < LatencyScale.CLASSES; i++) {
        latencies[i] += counts.get(stripe + LATENCIES + i);
        left[i] += counts.get(stripe + LEFT + i);
      }
    }
    return new Tally(answered, failed, latencies, left);
  }

  @Override
  public void close() {
    closed.run();
  }
}
