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
    long amount = interval * cost;
    while (true) {
      Count count = table.find(key, time, this);
      long full = count.get();
      if (full == LimitTable.RETIRED) {
        continue;
      }
      long next = Math.max(full, time) + amount;
      long wait = next - size - time;
      if (wait > 0) {
        return -wait;
      }
      if (count.compareAndSet(full, next)) {
        return next - time;
      }
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
