package dev.yumen.filters.traffic;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one request takes from the limits that apply to it, and what came of it. Used by one thread
 * at a time; {@link Counts#take} decides it.
 */
final class Demand {
  private @Nullable Tier[] tiers;
  private long[] keys;
  private long[] costs;
  private long[] left;
  private long[] resetIn;
  private int size;
  private long nanoTime;
  private long waitNanos;
  private int refusing;

  /**
   * @param room for so many limits; grows if there are more
   */
  Demand(int room) {
    tiers = new @Nullable Tier[room];
    keys = new long[room];
    costs = new long[room];
    left = new long[room];
    resetIn = new long[room];
  }

  /** Begins anew. */
  Demand at(long monotonicTime) {
    nanoTime = monotonicTime;
    size = 0;
    waitNanos = 0;
    refusing = 0;
    return this;
  }

  /** Wants this much of one more limit. */
  void add(Tier tier, long key, long cost) {
    if (size == keys.length) {
      grow(2 * size);
    }
    tiers[size] = tier;
    keys[size] = key;
    costs[size] = cost;
    size++;
  }

  private void grow(int room) {
    tiers = Arrays.copyOf(tiers, room);
    keys = Arrays.copyOf(keys, room);
    costs = Arrays.copyOf(costs, room);
    left = new long[room];
    resetIn = new long[room];
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
  Tier tier(int index) {
    return tiers[index];
  }

  long key(int index) {
    return keys[index];
  }

  long cost(int index) {
    return costs[index];
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

  /** The limit that has not enough for the longest time. */
  Tier refusing() {
    return tier(refusing);
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
}
