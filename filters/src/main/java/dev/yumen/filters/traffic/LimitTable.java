package dev.yumen.filters.traffic;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The counts of all local rate limits, in bounded memory. What the numbers mean is up to each
 * {@link Limiter}; the table only asks from when on a count is as good as none.
 *
 * <p>Counts stand in sets of 16 places chosen by their hash. When all 16 are in use, the one that
 * is whole again soonest gives way and starts afresh: one that nobody uses any more, if there is
 * such a one, and then the one that has rested longest. With places for {@value #PLACES} counts
 * fewer than one in 200 gives way while in use as long as half of them are.
 *
 * <p>Taking places is behind one of a few locks, held for a scan of one set; counting never is.
 */
final class LimitTable {
  /** A count that was given up; what it said counts no more. */
  static final long RETIRED = -1;

  private static final int PLACES = 1 << 20;
  private static final int SET = 16;
  private static final int LOCKS = 64;

  /** The count of one key: a number that is never negative, or {@link #RETIRED}. */
  abstract static class Count extends AtomicLong {
    private final long hash;

    Count(long hash, long first) {
      super(first);
      this.hash = hash;
    }

    /** The time from which on nothing is lost by forgetting a count that says this. */
    abstract long wholeAt(long said);

    /** Gives it up, unless somebody counted meanwhile. */
    boolean retire(long said) {
      return compareAndSet(said, RETIRED);
    }
  }

  private final AtomicReferenceArray<@Nullable Count> places;
  private final Object[] locks = new Object[LOCKS];
  private final SipHash hash = new SipHash();
  private final long origin;
  private final long epochNanos;

  /**
   * A table from now on.
   *
   * @param wall asked once, so that windows begin with the hours of the day; whatever it says later
   *     moves nothing
   */
  static LimitTable startingAt(long nanoTime, InstantSource wall) {
    Instant now = wall.instant();
    return new LimitTable(nanoTime, TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano());
  }

  /**
   * @param origin the monotonic time now, in nanoseconds; times are counted from here
   * @param epochNanos nanoseconds since 1970 now, by the wall clock, which is never asked again
   */
  LimitTable(long origin, long epochNanos) {
    this(origin, epochNanos, PLACES);
  }

  /** A table with another number of places: a power of two, at least 16. */
  LimitTable(long origin, long epochNanos, int places) {
    this.origin = origin;
    this.epochNanos = epochNanos;
    this.places = new AtomicReferenceArray<>(places);
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  /** The hash that keys of this table are made with. */
  SipHash hash() {
    return hash;
  }

  /** The table's time, at least 0, at a monotonic time. */
  long time(long nanoTime) {
    return nanoTime - origin;
  }

  /** Nanoseconds since 1970 at the table's time 0. */
  long epochNanos() {
    return epochNanos;
  }

  /** Number of counts that are held. */
  int size() {
    int size = 0;
    for (int i = 0; i < places.length(); i++) {
      size += places.get(i) == null ? 0 : 1;
    }
    return size;
  }

  /**
   * The count of a key, a new one if there is none.
   *
   * @param time the table's time now
   */
  Count find(long key, long time, Limiter limiter) {
    Count count = peek(key);
    if (count != null) {
      return count;
    }
    int set = set(key);
    synchronized (locks[(set / SET) & (LOCKS - 1)]) {
      return insert(key, time, limiter);
    }
  }

  /** The count of a key, or null when there is none. */
  @Nullable Count peek(long key) {
    int set = set(key);
    int start = start(key);
    for (int i = 0; i < SET; i++) {
      Count count = places.getAcquire(set | ((start + i) & (SET - 1)));
      if (count == null) {
        return null;
      }
      if (count.hash == key && count.get() != RETIRED) {
        return count;
      }
    }
    return null;
  }

  private int set(long key) {
    return (int) key & (places.length() - 1) & -SET;
  }

  private static int start(long key) {
    return (int) (key >>> 60);
  }

  /** Under the set's lock: nobody else puts a count into it. */
  private Count insert(long key, long time, Limiter limiter) {
    int set = set(key);
    int start = start(key);
    while (true) {
      int choice = -1;
      long said = RETIRED;
      long soonest = Long.MAX_VALUE;
      for (int i = 0; i < SET; i++) {
        int place = set | ((start + i) & (SET - 1));
        Count count = places.get(place);
        if (count == null) {
          choice = soonest <= time ? choice : place;
          break;
        }
        long now = count.get();
        if (count.hash == key && now != RETIRED) {
          return count;
        }
        long whole = now == RETIRED ? RETIRED : count.wholeAt(now);
        if (whole < soonest) {
          soonest = whole;
          said = now;
          choice = place;
        }
      }
      Count before = places.get(choice);
      if (before == null || said == RETIRED || before.retire(said)) {
        Count fresh = limiter.fresh(key, time);
        places.setRelease(choice, fresh);
        return fresh;
      }
    }
  }
}
