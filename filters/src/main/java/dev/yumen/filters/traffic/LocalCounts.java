package dev.yumen.filters.traffic;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Counts of this process, in its {@link LimitTable}; every decision is made at once. */
final class LocalCounts implements Counts {
  private final LimitTable table;

  LocalCounts(LimitTable table) {
    this.table = table;
  }

  @Override
  public SipHash hash() {
    return table.hash();
  }

  @Override
  public Limiter limiter(Terms terms) {
    return Limiter.of(terms, table);
  }

  @Override
  public boolean immediate() {
    return true;
  }

  @Override
  public @Nullable CompletionStage<Demand> take(Demand demand) {
    long time = table.time(demand.nanoTime());
    if (demand.size() > 1) {
      check(demand, time);
    }
    int taken = 0;
    while (!demand.refused() && taken < demand.size()) {
      take(demand, taken++, time);
    }
    if (demand.refused()) {
      // The last one refused: others were faster between its check and here.
      for (int i = 0; i < taken - 1; i++) {
        limiter(demand, i).charge(table, demand.key(i), time, -demand.cost(i));
      }
      tellLevels(demand, time);
    }
    return null;
  }

  @Override
  public void charge(Demand demand, int index, long more) {
    Limiter limiter = limiter(demand, index);
    long key = demand.key(index);
    long time = table.time(demand.nanoTime());
    limiter.charge(table, key, time, more);
    long level = limiter.level(table, key, time);
    demand.tell(index, limiter.left(level), limiter.resetIn(level, time));
  }

  @Override
  public void giveUp(Demand demand) {
    for (int i = 0; i < demand.size(); i++) {
      if (limiter(demand, i) instanceof TokenBucket bucket) {
        bucket.giveUp(table, demand.key(i), demand.place(i), demand.cost(i));
      }
    }
  }

  @Override
  public boolean peek(Demand demand) {
    long time = table.time(demand.nanoTime());
    check(demand, time);
    tellLevels(demand, time);
    return true;
  }

  /** Asks all before any is taken from, so that a refusal costs the others nothing. */
  private void check(Demand demand, long time) {
    for (int i = 0; i < demand.size(); i++) {
      long wait = limiter(demand, i).waitFor(table, demand.key(i), time, demand.cost(i));
      if (wait > demand.maxWaitNanos()) {
        demand.refuse(i, wait);
      }
    }
  }

  private void take(Demand demand, int index, long time) {
    Limiter limiter = limiter(demand, index);
    long level =
        demand.maxWaitNanos() > 0 && limiter instanceof TokenBucket bucket
            ? line(bucket, demand, index, time)
            : limiter.take(table, demand.key(index), time, demand.cost(index));
    if (level < 0) {
      demand.refuse(index, -level);
    } else if (demand.isTold()) {
      demand.tell(index, limiter.left(level), limiter.resetIn(level, time));
    }
  }

  private long line(TokenBucket bucket, Demand demand, int index, long time) {
    long level =
        bucket.take(table, demand.key(index), time, demand.cost(index), demand.maxWaitNanos());
    demand.line(index, time + level, bucket.turn(level));
    return level;
  }

  private void tellLevels(Demand demand, long time) {
    for (int i = 0; i < demand.size(); i++) {
      Limiter limiter = limiter(demand, i);
      long key = demand.key(i);
      long left = limiter.left(limiter.level(table, key, time));
      boolean whole = left == limiter.terms().most();
      demand.tell(i, left, whole ? 0 : limiter.waitFor(table, key, time, left + 1));
    }
  }

  private static Limiter limiter(Demand demand, int index) {
    return demand.tier(index).limiter();
  }
}
