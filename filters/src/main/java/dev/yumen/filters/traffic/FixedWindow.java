package dev.yumen.filters.traffic;

import dev.yumen.filters.traffic.LimitTable.Count;
import org.jspecify.annotations.Nullable;

/**
 * Every window has the whole limit. What was counted beyond it in one window is taken from the next
 * ones. The level is what is taken in the window.
 */
final class FixedWindow extends Limiter {
  private final Window windows;
  private final long limit;

  FixedWindow(Terms terms, long epochNanos) {
    super(terms);
    windows = new Window(terms.windowNanos(), epochNanos);
    limit = terms.most();
  }

  private static final class Taken extends Count {
    private final FixedWindow of;

    Taken(long hash, long word, FixedWindow of) {
      super(hash, word);
      this.of = of;
    }

    @Override
    long wholeAt(long said) {
      long used = Math.ceilDiv(Window.taken(said), of.limit);
      return of.windows.begin(Window.window(said) + used);
    }
  }

  @Override
  Count fresh(long key, long time) {
    return new Taken(key, Window.pack(windows.at(time), 0), this);
  }

  @Override
  long take(LimitTable table, long key, long time, long cost) {
    while (true) {
      Count count = table.find(key, time, this);
      long word = count.get();
      if (word == LimitTable.RETIRED) {
        continue;
      }
      long window = latest(word, time);
      long taken = taken(word, window) + cost;
      if (taken > limit) {
        return -waitFor(window, taken, time);
      }
      if (count.compareAndSet(word, Window.pack(window, taken))) {
        return taken;
      }
    }
  }

  /** Until the window in which what is too much now has its place. */
  private long waitFor(long window, long taken, long time) {
    return windows.begin(window + (taken - 1) / limit) - time;
  }

  /** The window of this time, or a later one if another thread is further already. */
  private long latest(long word, long time) {
    return Math.max(windows.at(time), Window.window(word));
  }

  private long taken(long word, long window) {
    return Math.max(0, Window.taken(word) - limit * (window - Window.window(word)));
  }

  @Override
  long waitFor(LimitTable table, long key, long time, long cost) {
    @Nullable Count count = table.peek(key);
    long word = count == null ? LimitTable.RETIRED : count.get();
    if (word == LimitTable.RETIRED) {
      return 0;
    }
    long window = latest(word, time);
    long taken = taken(word, window) + cost;
    return taken > limit ? waitFor(window, taken, time) : 0;
  }

  @Override
  void charge(LimitTable table, long key, long time, long cost) {
    while (true) {
      Count count = table.find(key, time, this);
      long word = count.get();
      if (word == LimitTable.RETIRED) {
        continue;
      }
      long window = latest(word, time);
      if (cost < 0 && window > windows.at(time)) {
        return;
      }
      if (count.compareAndSet(word, Window.pack(window, taken(word, window) + cost))) {
        return;
      }
    }
  }

  @Override
  long level(LimitTable table, long key, long time) {
    @Nullable Count count = table.peek(key);
    long word = count == null ? LimitTable.RETIRED : count.get();
    return word == LimitTable.RETIRED ? 0 : taken(word, latest(word, time));
  }

  @Override
  long left(long level) {
    return Math.max(0, limit - level);
  }

  @Override
  long resetIn(long level, long time) {
    return windows.begin(windows.at(time) + 1) - time;
  }
}
