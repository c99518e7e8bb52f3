package dev.yumen.filters.traffic;

import dev.yumen.filters.traffic.LimitTable.Count;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * Counts what came in the last length of a window, whenever that began: all of this window's, and
 * of the last one's the part that the length still reaches, taken as evenly spread. That is an
 * estimate: at worst, when all of the last window's requests came at its end, almost twice the
 * limit came within one length.
 *
 * <p>A count is two numbers, one for even windows and one for odd ones; taking moves the one of
 * this window by compare-and-set. The level is the estimate.
 */
final class SlidingWindow extends Limiter {
  private final Window windows;
  private final long limit;

  /** How far times are shifted so that their product with a count fits a long. */
  private final int shift;

  SlidingWindow(Terms terms, long epochNanos) {
    super(terms);
    windows = new Window(terms.windowNanos(), epochNanos);
    limit = terms.most();
    shift = Math.max(0, 33 - Long.numberOfLeadingZeros(windows.length()));
  }

  /** The number of the superclass counts even windows. */
  private static final class Pair extends Count {
    private static final AtomicLongFieldUpdater<Pair> ODD =
        AtomicLongFieldUpdater.newUpdater(Pair.class, "odd");

    private final SlidingWindow of;
    private volatile long odd;

    Pair(long hash, SlidingWindow of) {
      super(hash, 0);
      this.of = of;
    }

    boolean change(long window, long from, long to) {
      return (window & 1) == 0 ? compareAndSet(from, to) : ODD.compareAndSet(this, from, to);
    }

    @Override
    long wholeAt(long said) {
      return of.windows.begin(Math.max(Window.window(said), Window.window(odd)) + 2);
    }

    /** What is taken from the odd window at this very moment may be forgotten. */
    @Override
    boolean retire(long said) {
      if (!super.retire(said)) {
        return false;
      }
      odd = LimitTable.RETIRED;
      return true;
    }
  }

  @Override
  Count fresh(long key, long time) {
    return new Pair(key, this);
  }

  @Override
  long take(LimitTable table, long key, long time, long cost) {
    while (true) {
      Pair pair = find(table, key, time);
      long even = pair.get();
      long odd = pair.odd;
      if (even == LimitTable.RETIRED || odd == LimitTable.RETIRED) {
        continue;
      }
      long window = latest(even, odd, time);
      long taken = taken(even, odd, window);
      long level = taken + reached(taken(even, odd, window - 1), window, time);
      if (level + cost > limit) {
        return -waitFor(even, odd, time, cost);
      }
      long word = (window & 1) == 0 ? even : odd;
      if (pair.change(window, word, Window.pack(window, taken + cost))) {
        return level + cost;
      }
    }
  }

  @Override
  long waitFor(LimitTable table, long key, long time, long cost) {
    if (!(table.peek(key) instanceof Pair pair)) {
      return 0;
    }
    long even = pair.get();
    long odd = pair.odd;
    return even == LimitTable.RETIRED || odd == LimitTable.RETIRED
        ? 0
        : waitFor(even, odd, time, cost);
  }

  @Override
  void charge(LimitTable table, long key, long time, long cost) {
    while (true) {
      Pair pair = find(table, key, time);
      long even = pair.get();
      long odd = pair.odd;
      if (even == LimitTable.RETIRED || odd == LimitTable.RETIRED) {
        continue;
      }
      long window = cost < 0 ? windows.at(time) : latest(even, odd, time);
      long word = (window & 1) == 0 ? even : odd;
      if (cost < 0 && Window.window(word) != window) {
        return;
      }
      if (pair.change(window, word, Window.pack(window, taken(even, odd, window) + cost))) {
        return;
      }
    }
  }

  @Override
  long level(LimitTable table, long key, long time) {
    if (!(table.peek(key) instanceof Pair pair)) {
      return 0;
    }
    long even = pair.get();
    long odd = pair.odd;
    if (even == LimitTable.RETIRED || odd == LimitTable.RETIRED) {
      return 0;
    }
    long window = latest(even, odd, time);
    return taken(even, odd, window) + reached(taken(even, odd, window - 1), window, time);
  }

  @Override
  long left(long level) {
    return Math.max(0, limit - level);
  }

  @Override
  long resetIn(long level, long time) {
    return windows.begin(windows.at(time) + 1) - time;
  }

  /**
   * A count of another kind has the same 64 bits with next to no probability; it stays as it is.
   */
  private Pair find(LimitTable table, long key, long time) {
    return table.find(key, time, this) instanceof Pair pair ? pair : new Pair(key, this);
  }

  /** The window of this time, or a later one if another thread is further already. */
  private long latest(long even, long odd, long time) {
    return Math.max(windows.at(time), Math.max(Window.window(even), Window.window(odd)));
  }

  private static long taken(long even, long odd, long window) {
    long word = (window & 1) == 0 ? even : odd;
    return Window.window(word) == window ? Window.taken(word) : 0;
  }

  /** The part of the last window's count that the length of a window reaches back to. */
  private long reached(long last, long window, long time) {
    if (last == 0) {
      return 0;
    }
    long reach = Math.min(windows.begin(window + 1) - time, windows.length());
    return Math.ceilDiv(last * (reach >> shift), windows.length() >> shift);
  }

  /** How long until the last window is far enough away; 0 if it is. */
  private long waitFor(long even, long odd, long time, long cost) {
    long window = latest(even, odd, time);
    long taken = taken(even, odd, window);
    long last = taken(even, odd, window - 1);
    if (taken + cost > limit) {
      return windows.begin(window + 2) - time - reachFor(limit - cost, taken);
    }
    if (taken + reached(last, window, time) + cost <= limit) {
      return 0;
    }
    return windows.begin(window + 1) - time - reachFor(limit - cost - taken, last);
  }

  /** How far back a window's count may be reached to for this much of it. */
  private long reachFor(long part, long taken) {
    return (part * (windows.length() >> shift) / taken) << shift;
  }
}
