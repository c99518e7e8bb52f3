package dev.yumen.filters.traffic;

import dev.yumen.filters.traffic.LimitTable.Count;
import org.jspecify.annotations.Nullable;

/**
 * Holds {@code burst} requests and refills steadily, so that no span of time t ever sees more than
 * {@code burst + rate * t}.
 *
 * <p>A count is one number, the time at which the bucket would be full again (GCRA's theoretical
 * arrival time), moved by compare-and-set; any number of threads together never take more than
 * there is. The level is the time until the bucket is full. Debts of more than ten years are
 * forgiven.
 */
final class TokenBucket extends Limiter {
  private final long interval;
  private final long size;

  TokenBucket(Terms terms) {
    super(terms);
    interval = terms.interval();
    size = interval * terms.most();
  }

  private static final class Full extends Count {
    Full(long hash, long full) {
      super(hash, full);
    }

    @Override
    long wholeAt(long said) {
      return said;
    }
  }

  @Override
  Count fresh(long key, long time) {
    return new Full(key, time);
  }

  @Override
  long take(LimitTable table, long key, long time, long cost) {
    return take(table, key, time, cost, 0);
  }

  /**
   * Takes what is there, or what will be there within a time; then its {@link #turn} is to come.
   * Whoever takes later has a later turn.
   *
   * @return as {@link #take(LimitTable, long, long, long)}
   */
  long take(LimitTable table, long key, long time, long cost, long maxWait) {
    long amount = interval * cost;
    while (true) {
      Count count = table.find(key, time, this);
      long full = count.get();
      if (full == LimitTable.RETIRED) {
        continue;
      }
      long next = Math.max(full, time) + amount;
      long wait = next - size - time;
      if (wait > maxWait) {
        return -wait;
      }
      if (count.compareAndSet(full, next)) {
        return next - time;
      }
    }
  }

  /** Nanoseconds until the turn of what was taken, by the level that it left. */
  long turn(long level) {
    return Math.max(0, level - size);
  }

  /**
   * Gives back what was taken, if nobody has taken since: others' turns are settled, and one who
   * came now must not have the turn of one who waits.
   *
   * @param place the time at which the bucket would have been full, when it was taken
   */
  void giveUp(LimitTable table, long key, long place, long cost) {
    @Nullable Count count = table.peek(key);
    if (count != null) {
      count.compareAndSet(place, place - interval * cost);
    }
  }

  @Override
  long waitFor(LimitTable table, long key, long time, long cost) {
    return Math.max(0, level(table, key, time) + interval * cost - size);
  }

  @Override
  void charge(LimitTable table, long key, long time, long cost) {
    while (true) {
      Count count = table.find(key, time, this);
      long full = count.get();
      if (full == LimitTable.RETIRED) {
        continue;
      }
      long amount = interval * Math.min(cost, Terms.LONGEST / interval);
      long next = Math.max(full, time) + amount;
      if (count.compareAndSet(full, Math.clamp(next, 0, time + Terms.LONGEST))) {
        return;
      }
    }
  }

  @Override
  long level(LimitTable table, long key, long time) {
    @Nullable Count count = table.peek(key);
    return count == null ? 0 : Math.max(0, count.get() - time);
  }

  @Override
  long left(long level) {
    return Math.max(0, (size - level) / interval);
  }

  @Override
  long resetIn(long level, long time) {
    return level - (size - (left(level) + 1) * interval);
  }
}
