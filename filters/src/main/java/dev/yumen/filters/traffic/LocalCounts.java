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

  /** Asks all before any is taken from, so that a refusal costs the others nothing. */
  private void check(Demand demand, long time) {
    for (int i = 0; i < demand.size(); i++) {
      Limiter limiter = limiter(demand, i);
      demand.refuse(i, limiter.waitFor(table, demand.key(i), time, demand.cost(i)));
    }
  }

  private void take(Demand demand, int index, long time) {
    Limiter limiter = limiter(demand, index);
    long level = limiter.take(table, demand.key(index), time, demand.cost(index));
    if (level < 0) {
      demand.refuse(index, -level);
    } else {
      demand.tell(index, limiter.left(level), limiter.resetIn(level, time));
    }
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
