package dev.yumen.dataplane.health;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * How one endpoint fares. Kept across configurations, so that a reload neither forgets that it is
 * dead nor counts anew. Any thread, unless said otherwise.
 *
 * <p>Times are nanoseconds of a monotonic clock.
 */
public final class Health {

  /** Hears that the endpoint may be used now, or may not. On whatever thread found it out. */
  @FunctionalInterface
  public interface Listener {
    void onChange();
  }

  /** What checks have found. */
  public enum Checked {
    /** Nothing yet: it is used. */
    UNKNOWN,
    HEALTHY,
    UNHEALTHY
  }

  /**
   * What is known at one moment.
   *
   * @param ejectedUntil 0 when it is not ejected
   * @param ejections in a row, the present one included
   * @param detail of the last bad check; empty when the last one was good
   * @param since when it was last taken into use
   */
  public record State(
      Checked checked, long ejectedUntil, int ejections, String detail, long since) {
    public boolean ejected() {
      return ejectedUntil != 0;
    }

    /** Whether requests may go there. */
    public boolean usable() {
      return checked != Checked.UNHEALTHY && !ejected();
    }
  }

  /** Cells of different loops stay on different cache lines. */
  private static final int STRIDE = 16;

  private static final int CALLS = 0;
  private static final int FAILURES = 1;
  private static final int NANOS = 2;

  private final AtomicLongArray cells;
  private final AtomicInteger failuresInRow = new AtomicInteger();
  private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile State state;

  // Guarded by this.
  private int checksInRow;
  private int goodWhileEjected;
  private long backAt;
  private long lastEjection;

  /** Whether it came back and has not answered well since: one failure then is enough. */
  private volatile boolean onProbation;

  /**
   * @param loops number of loops that count here
   * @param now since when it is in use
   */
  public Health(int loops, long now) {
    this.cells = new AtomicLongArray(loops * STRIDE);
    this.state = new State(Checked.UNKNOWN, 0, 0, "", now);
  }

  public State state() {
    return state;
  }

  public void listen(Listener listener) {
    listeners.add(listener);
  }

  public void forget(Listener listener) {
    listeners.remove(listener);
  }

  /** Outside of the lock: listeners have locks of their own. */
  private void tell(State old, State next) {
    if (old.usable() != next.usable()) {
      listeners.forEach(Listener::onChange);
    }
  }

  // ---- requests ----

  /**
   * An attempt went well. Only on the loop that is named.
   *
   * @param nanos until the head of the answer
   */
  public void succeeded(int loop, long nanos) {
    add(loop, CALLS, 1);
    add(loop, NANOS, nanos);
    if (failuresInRow.get() != 0) {
      failuresInRow.set(0);
    }
    if (onProbation) {
      onProbation = false;
    }
  }

  /** An attempt failed by the endpoint's fault; returns how many have in a row. */
  int failed(int loop) {
    add(loop, CALLS, 1);
    add(loop, FAILURES, 1);
    return failuresInRow.incrementAndGet();
  }

  private void add(int loop, int cell, long amount) {
    int at = loop * STRIDE + cell;
    cells.setOpaque(at, cells.getPlain(at) + amount);
  }

  boolean onProbation() {
    return onProbation;
  }

  /** What all loops have counted since the start. */
  record Totals(long calls, long failures, long nanos) {
    Totals since(Totals earlier) {
      return new Totals(calls - earlier.calls, failures - earlier.failures, nanos - earlier.nanos);
    }
  }

  Totals totals() {
    return new Totals(sum(CALLS), sum(FAILURES), sum(NANOS));
  }

  private long sum(int cell) {
    long sum = 0;
    for (int at = cell; at < cells.length(); at += STRIDE) {
      sum += cells.getOpaque(at);
    }
    return sum;
  }

  // ---- checks ----

  /**
   * A check has ended.
   *
   * @param failure what was wrong; null when nothing was
   * @return whether checks call it healthy now and did not before, or the other way round
   */
  public boolean checked(@Nullable String failure, int healthyAfter, int unhealthyAfter, long now) {
    State old;
    State next;
    synchronized (this) {
      old = state;
      next = afterCheck(old, failure, healthyAfter, unhealthyAfter, now);
      state = next;
    }
    tell(old, next);
    return (old.checked() == Checked.UNHEALTHY) != (next.checked() == Checked.UNHEALTHY);
  }

  private State afterCheck(
      State old, @Nullable String failure, int healthyAfter, int unhealthyAfter, long now) {
    boolean good = failure == null;
    checksInRow = good == (checksInRow > 0) ? checksInRow : 0;
    checksInRow += good ? 1 : -1;
    Checked checked = old.checked();
    if (good && (checked == Checked.UNKNOWN || checksInRow >= healthyAfter)) {
      checked = Checked.HEALTHY;
    } else if (-checksInRow >= unhealthyAfter) {
      checked = Checked.UNHEALTHY;
    }
    boolean back = old.checked() == Checked.UNHEALTHY && checked == Checked.HEALTHY;
    State next =
        new State(
            checked,
            old.ejectedUntil(),
            old.ejections(),
            failure == null ? "" : failure,
            back ? now : old.since());
    goodWhileEjected = old.ejected() && good ? goodWhileEjected + 1 : 0;
    // Checks bring an ejected endpoint back early, but each time in a row more of them have to.
    return old.ejected() && goodWhileEjected >= (long) healthyAfter * old.ejections()
        ? returned(next, now)
        : next;
  }

  // ---- ejection ----

  /**
   * Takes it out of use.
   *
   * @param time for the first time in a row; the <i>n</i>th lasts <i>n</i> times as long
   * @return how long it is out, or 0 when it is already
   */
  long eject(long time, long mostTime, long now) {
    State old;
    State next;
    synchronized (this) {
      old = state;
      if (old.ejected()) {
        return 0;
      }
      boolean inRow = old.ejections() > 0 && now - backAt < Math.max(lastEjection, time);
      int ejections = inRow ? old.ejections() + 1 : 1;
      lastEjection = Math.min(time * ejections, mostTime);
      goodWhileEjected = 0;
      failuresInRow.set(0);
      next = new State(old.checked(), now + lastEjection, ejections, old.detail(), old.since());
      state = next;
    }
    tell(old, next);
    return next.ejectedUntil() - now;
  }

  /** Brings it back if its time is over; whether it did. */
  boolean returnIfDue(long now) {
    State old;
    State next;
    synchronized (this) {
      old = state;
      if (!old.ejected() || now - old.ejectedUntil() < 0) {
        return false;
      }
      next = returned(old, now);
      state = next;
    }
    tell(old, next);
    return true;
  }

  private State returned(State of, long now) {
    backAt = now;
    onProbation = true;
    return new State(of.checked(), 0, of.ejections(), of.detail(), now);
  }
}
