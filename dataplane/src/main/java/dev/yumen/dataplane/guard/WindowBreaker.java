package dev.yumen.dataplane.guard;

import dev.yumen.api.CircuitBreaker;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A breaker that looks back on a sliding window. It is in one {@link Phase} after another, and a
 * call that ends in a later phase than it began in says nothing any more.
 */
public final class WindowBreaker implements CircuitBreaker {
  /** What it is doing. */
  public enum State {
    CLOSED,
    OPEN,
    HALF_OPEN
  }

  /** Told of changes; on the thread whose call brought them about. */
  public interface Listener {
    /**
     * @param why one sentence for the log
     */
    void changed(State state, String why);

    /** A call was refused. */
    void refused();
  }

  private final Rules rules;
  private final LongSupplier clock;
  private final Listener listener;
  private final AtomicReference<Phase> phase;

  /**
   * @param clock monotonic, in nanoseconds
   */
  public WindowBreaker(Rules rules, LongSupplier clock, Listener listener) {
    this.rules = rules;
    this.clock = clock;
    this.listener = listener;
    this.phase = new AtomicReference<>(new Closed());
  }

  /** A time of one state; the permit of every call that begins in it. */
  private abstract static class Phase implements Permit {
    abstract State state();
  }

  private final class Closed extends Phase {
    private final SlidingCounts counts = new SlidingCounts(rules.window().toNanos());
    private final AtomicInteger errorsInARow = new AtomicInteger();

    @Override
    State state() {
      return State.CLOSED;
    }

    @Override
    public void succeeded(long nanos) {
      boolean slow = rules.slowRatio() > 0 && nanos >= rules.slowCall().toNanos();
      long now = clock.getAsLong();
      counts.add(now, false, slow);
      if (errorsInARow.get() != 0) {
        errorsInARow.set(0);
      }
      if (slow) {
        judge(now);
      }
    }

    @Override
    public void failed() {
      long now = clock.getAsLong();
      counts.add(now, true, false);
      errorsInARow.incrementAndGet();
      judge(now);
    }

    @Override
    public void cancelled() {
      // not counted
    }

    private void judge(long now) {
      String why = why(now);
      if (why != null) {
        open(this, why);
      }
    }

    private @Nullable String why(long now) {
      int row = errorsInARow.get();
      if (rules.consecutiveErrors() > 0 && row >= rules.consecutiveErrors()) {
        return row + " failures in a row";
      }
      SlidingCounts.Totals seen = counts.totals(now);
      if (rules.errorCount() > 0 && seen.failures() >= rules.errorCount()) {
        return seen.failures() + " failures in " + rules.window().toMillis() + " ms";
      }
      if (seen.calls() < rules.minimumCalls()) {
        return null;
      }
      if (rules.errorRatio() > 0 && seen.failures() >= rules.errorRatio() * seen.calls()) {
        return seen.failures() + " of " + seen.calls() + " calls failed";
      }
      if (rules.slowRatio() > 0 && seen.slow() >= rules.slowRatio() * seen.calls()) {
        return seen.slow() + " of " + seen.calls() + " calls were slow";
      }
      return null;
    }
  }

  private final class Open extends Phase {
    private final long until = clock.getAsLong() + rules.openTime().toNanos();

    @Override
    State state() {
      return State.OPEN;
    }

    @Override
    public void succeeded(long nanos) {
      throw new IllegalStateException("no call is let through");
    }

    @Override
    public void failed() {
      throw new IllegalStateException("no call is let through");
    }

    @Override
    public void cancelled() {
      throw new IllegalStateException("no call is let through");
    }
  }

  private final class HalfOpen extends Phase {
    private final AtomicInteger places = new AtomicInteger(rules.probes());
    private final AtomicInteger successes = new AtomicInteger();

    @Override
    State state() {
      return State.HALF_OPEN;
    }

    boolean take() {
      return places.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    @Override
    public void succeeded(long nanos) {
      if (rules.slowRatio() > 0 && nanos >= rules.slowCall().toNanos()) {
        open(this, "a probe was slow");
      } else if (successes.incrementAndGet() == rules.probes()
          && phase.compareAndSet(this, new Closed())) {
        listener.changed(State.CLOSED, rules.probes() + " probes succeeded");
      }
    }

    @Override
    public void failed() {
      open(this, "a probe failed");
    }

    /** Another call may take its place. */
    @Override
    public void cancelled() {
      places.incrementAndGet();
    }
  }

  private void open(Phase from, String why) {
    if (phase.compareAndSet(from, new Open())) {
      listener.changed(State.OPEN, why);
    }
  }

  @Override
  public @Nullable Permit admit() {
    while (true) {
      Phase now = phase.get();
      switch (now) {
        case Closed closed -> {
          return closed;
        }
        case Open open -> {
          if (clock.getAsLong() - open.until < 0) {
            listener.refused();
            return null;
          }
          if (phase.compareAndSet(open, new HalfOpen())) {
            listener.changed(State.HALF_OPEN, "its time is over");
          }
        }
        case HalfOpen probing -> {
          if (probing.take()) {
            return probing;
          }
          listener.refused();
          return null;
        }
        default -> throw new AssertionError(now);
      }
    }
  }

  @Override
  public long openNanos() {
    return phase.get() instanceof Open open ? Math.max(0, open.until - clock.getAsLong()) : 0;
  }

  public State state() {
    return phase.get().state();
  }
}
