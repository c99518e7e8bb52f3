package dev.yumen.dataplane.upstream;

import dev.yumen.api.FilterContext;
import dev.yumen.api.MirrorRef;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream that gets copies of requests. Any loop. */
public final class MirrorTarget implements MirrorRef {

  /** What became of a copy: a label of the metric. */
  public enum Outcome {
    /** Some answer came in full. */
    ANSWERED,
    /** There was no endpoint, no connection, or it ended before the answer did. */
    FAILED,
    TIMED_OUT,
    /** Not sent: the request's body is longer than what is copied. */
    BODY_TOO_LARGE,
    /** Not sent: too many are under way. */
    TOO_MANY,
    /** Not sent: the request ended before it had come in full. */
    INCOMPLETE
  }

  private final Upstream upstream;
  private final Limits limits;
  private final AtomicInteger inFlight;
  private final Map<Outcome, FilterContext.Counter> counters = new EnumMap<>(Outcome.class);

  /**
   * @param inFlight copies to this upstream, whichever filter sends them
   */
  public MirrorTarget(
      Upstream upstream, Limits limits, AtomicInteger inFlight, FilterContext context) {
    this.upstream = upstream;
    this.limits = limits;
    this.inFlight = inFlight;
    for (Outcome outcome : Outcome.values()) {
      String label = outcome.name().toLowerCase(Locale.ROOT);
      counters.put(
          outcome,
          context.counter(
              "gateway_mirrored",
              "Copies of requests, by what became of them.",
              List.of("upstream", upstream.name(), "outcome", label)));
    }
  }

  @Override
  public String name() {
    return upstream.name();
  }

  public Upstream upstream() {
    return upstream;
  }

  public Limits limits() {
    return limits;
  }

  /** Takes a place for one more copy; false when there is none. {@link #leave} gives it back. */
  public boolean enter() {
    if (inFlight.incrementAndGet() <= limits.maxInFlight()) {
      return true;
    }
    inFlight.decrementAndGet();
    return false;
  }

  public void leave() {
    inFlight.decrementAndGet();
  }

  public void count(Outcome outcome) {
    FilterContext.Counter counter = counters.get(outcome);
    if (counter != null) {
      counter.add(1);
    }
  }
}
