package dev.yumen.filters.traffic;

import dev.yumen.api.Effect;
import dev.yumen.api.Remark.About;
import dev.yumen.api.Verdict;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one request takes from the limits that apply to it, and what came of it. Used by one thread
 * at a time; {@link Counts#take} decides it.
 */
final class Demand {
  private @Nullable Limit[] limits;
  private @Nullable Tier[] tiers;
  private long[] keys;
  private long[] costs;
  private long[] debts;
  private boolean[] open;
  private long[] left;
  private long[] resetIn;
  private int size;
  private long nanoTime;
  private long[] places;
  private long maxWaitNanos;
  private long waitNanos;
  private boolean unknown;
  private int refusing;
  private long turnNanos;
  private boolean waiting;
  private boolean told;

  /**
   * @param room for so many limits; grows if there are more
   */
  Demand(int room) {
    limits = new @Nullable Limit[room];
    tiers = new @Nullable Tier[room];
    keys = new long[room];
    costs = new long[room];
    debts = new long[room];
    open = new boolean[room];
    left = new long[room];
    resetIn = new long[room];
    places = new long[room];
  }

  /**
   * Begins anew.
   *
   * @param isTold whether anybody wants to know what is left
   */
  void at(long monotonicTime, boolean isTold) {
    nanoTime = monotonicTime;
    told = isTold;
    size = 0;
    undecided(0);
  }

  /** The same for a longer life, undecided. */
  Demand copy() {
    Demand copy = new Demand(size);
    copy.at(nanoTime, told);
    for (int i = 0; i < size; i++) {
      copy.add(limit(i), tier(i), keys[i], costs[i] + debts[i], open[i]);
    }
    return copy;
  }

  /** Is to be decided once more, and may be given a turn that comes within this time. */
  void undecided(long longestWait) {
    maxWaitNanos = longestWait;
    waitNanos = 0;
    turnNanos = 0;
    unknown = false;
  }

  /**
   * Wants something of one more limit.
   *
   * @param cost what is known of it now; of what is more than can be taken at once, the rest is for
   *     {@link #debt}
   * @param isOpen whether more is known later
   */
  void add(Limit limit, Tier tier, long key, long cost, boolean isOpen) {
    if (size == keys.length) {
      grow(2 * size);
    }
    limits[size] = limit;
    tiers[size] = tier;
    keys[size] = key;
    costs[size] = Math.min(cost, tier.limiter().terms().most());
    debts[size] = cost - costs[size];
    open[size] = isOpen;
    size++;
  }

  private void grow(int room) {
    limits = Arrays.copyOf(limits, room);
    tiers = Arrays.copyOf(tiers, room);
    keys = Arrays.copyOf(keys, room);
    costs = Arrays.copyOf(costs, room);
    debts = Arrays.copyOf(debts, room);
    open = Arrays.copyOf(open, room);
    left = new long[room];
    resetIn = new long[room];
    places = new long[room];
  }

  /** Number of limits. */
  int size() {
    return size;
  }

  /** The monotonic time of the request. */
  long nanoTime() {
    return nanoTime;
  }

  @SuppressWarnings("NullAway") // filled up to size
  Limit limit(int index) {
    return limits[index];
  }

  @SuppressWarnings("NullAway") // filled up to size
  Tier tier(int index) {
    return tiers[index];
  }

  long key(int index) {
    return keys[index];
  }

  /** What is to be taken of a limit, at most all it can give at once. */
  long cost(int index) {
    return costs[index];
  }

  /** What is to be charged once that is taken. */
  long debt(int index) {
    return debts[index];
  }

  /** Whether more will be known. */
  boolean isOpen(int index) {
    return open[index];
  }

  void close(int index) {
    open[index] = false;
  }

  /** How long its turn may be ahead when it is taken; 0 if it must be now. */
  long maxWaitNanos() {
    return maxWaitNanos;
  }

  /** Whether the outcome is to include {@link #tell}. */
  boolean isTold() {
    return told;
  }

  // ---- the outcome ----

  /** Notes what a limit has left, and in how many nanoseconds it has more. */
  void tell(int index, long itHasLeft, long more) {
    left[index] = itHasLeft;
    resetIn[index] = more;
  }

  /** One limit has not enough for this long; the longest time of all of them counts. */
  void refuse(int index, long nanos) {
    if (nanos > waitNanos) {
      waitNanos = nanos;
      refusing = index;
    }
  }

  /** The limit that has not enough for the longest time, for the log. */
  String refusing() {
    return limit(refusing).detail(tier(refusing));
  }

  /** Nobody can tell what is left. */
  void unknown() {
    unknown = true;
  }

  /** Whether there is no outcome, and what else is said here means nothing. */
  boolean isUnknown() {
    return unknown;
  }

  boolean refused() {
    return waitNanos > 0;
  }

  /** Nanoseconds until all limits have enough; 0 when they had. */
  long waitNanos() {
    return waitNanos;
  }

  long left(int index) {
    return left[index];
  }

  long resetIn(int index) {
    return resetIn[index];
  }

  /**
   * Notes that a limit was taken from for a turn to come; the longest time of all of them counts.
   *
   * @param place what {@link Counts} knows it by
   */
  void line(int index, long place, long turn) {
    places[index] = place;
    turnNanos = Math.max(turnNanos, turn);
  }

  long place(int index) {
    return places[index];
  }

  /** Nanoseconds until its turn. */
  long turnNanos() {
    return turnNanos;
  }

  /**
   * What would become of it.
   *
   * @param refusal of this demand
   */
  Effect explain(Counts counts, RateLimitFilter.Mode mode, Supplier<Verdict> refusal) {
    Effect effect = Effect.sure(Verdict.proceed());
    if (!counts.peek(this)) {
      for (int i = 0; i < size; i++) {
        effect = Effect.untried(About.COUNTED_ELSEWHERE, limit(i).detail(tier(i)), "Redis");
      }
      return effect;
    }
    if (refused() && mode == RateLimitFilter.Mode.REJECT) {
      effect = Effect.sure(refusal.get());
    }
    for (int i = 0; i < size; i++) {
      effect = effect.remark(About.LEFT, limit(i).detail(tier(i)), Long.toString(left(i)));
    }
    if (!refused()) {
      return effect;
    }
    String seconds = Long.toString(Tier.seconds(waitNanos));
    return switch (mode) {
      case REJECT -> effect.remark(About.USED_UP, refusing(), seconds);
      case SHADOW -> effect.remark(About.ONLY_COUNTED, refusing());
      case QUEUE -> Effect.untried(About.QUEUES, refusing(), seconds + "s");
    };
  }

  boolean isWaiting() {
    return waiting;
  }

  void waiting(boolean nowWaiting) {
    waiting = nowWaiting;
  }
}
