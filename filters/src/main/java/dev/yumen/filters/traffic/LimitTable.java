package dev.yumen.filters.traffic;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The counts of all local rate limits, in bounded memory.
 *
 * <p>A count is one number, the time at which its bucket would be full again (GCRA's theoretical
 * arrival time); {@link #take} moves it by compare-and-set, so that any number of threads together
 * never take more than there is. An entry whose time has passed is as good as none, which makes
 * room for others without forgetting anything.
 *
 * <p>Entries stand in sets of 16 places chosen by their hash. When all 16 are in use, the one that
 * would be full soonest gives way and starts afresh. With places for {@value #PLACES} entries that
 * happens to fewer than one in 200 while half of them are in use.
 *
 * <p>Taking places is behind one of a few locks, held for a scan of one set; taking from a bucket
 * never is.
 */
final class LimitTable {
  private static final int PLACES = 1 << 20;
  private static final int SET = 16;
  private static final int LOCKS = 64;
  private static final long RETIRED = -1;

  /** One bucket: when it would be full again. */
  private static final class Bucket extends AtomicLong {
    final long hash;

    Bucket(long hash, long full) {
      super(full);
      this.hash = hash;
    }
  }

  private final AtomicReferenceArray<@Nullable Bucket> places;
  private final Object[] locks = new Object[LOCKS];
  private final SipHash hash = new SipHash();
  private final long origin;

  /**
   * @param origin the monotonic time now, in nanoseconds; times are counted from here
   */
  LimitTable(long origin) {
    this(origin, PLACES);
  }

  /** A table with another number of places: a power of two, at least 16. */
  LimitTable(long origin, int places) {
    this.origin = origin;
    this.places = new AtomicReferenceArray<>(places);
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  /** The hash that keys of this table are made with. */
  SipHash hash() {
    return hash;
  }

  /**
   * Takes from a bucket if there is enough.
   *
   * @param key hash of the bucket's key
   * @param nanoTime the monotonic time now
   * @param amount nanoseconds by which this moves the bucket
   * @param size nanoseconds that a full bucket holds, at least {@code amount}
   * @return nanoseconds until the bucket is full again; or, if there was not enough, less than
   *     zero: the nanoseconds until there is, negated
   */
  long take(long key, long nanoTime, long amount, long size) {
    long now = nanoTime - origin;
    while (true) {
      Bucket bucket = find(key, now);
      long full = bucket.get();
      if (full == RETIRED) {
        continue;
      }
      long next = Math.max(full, now) + amount;
      long wait = next - size - now;
      if (wait > 0) {
        return -wait;
      }
      if (bucket.compareAndSet(full, next)) {
        return next - now;
      }
    }
  }

  private Bucket find(long key, long now) {
    int set = (int) key & (places.length() - 1) & -SET;
    int start = (int) (key >>> 60);
    for (int i = 0; i < SET; i++) {
      Bucket bucket = places.getAcquire(set | ((start + i) & (SET - 1)));
      if (bucket == null) {
        break;
      }
      if (bucket.hash == key && bucket.get() != RETIRED) {
        return bucket;
      }
    }
    synchronized (locks[(set / SET) & (LOCKS - 1)]) {
      return insert(key, now, set, start);
    }
  }

  /** Under the set's lock: nobody else puts a bucket into it. */
  private Bucket insert(long key, long now, int set, int start) {
    while (true) {
      int choice = -1;
      long soonest = Long.MAX_VALUE;
      for (int i = 0; i < SET; i++) {
        int place = set | ((start + i) & (SET - 1));
        Bucket bucket = places.get(place);
        if (bucket == null) {
          choice = soonest <= now ? choice : place;
          break;
        }
        if (bucket.hash == key && bucket.get() != RETIRED) {
          return bucket;
        }
        if (bucket.get() < soonest) {
          soonest = bucket.get();
          choice = place;
        }
      }
      Bucket before = places.get(choice);
      if (before == null || retire(before, soonest)) {
        Bucket fresh = new Bucket(key, now);
        places.setRelease(choice, fresh);
        return fresh;
      }
    }
  }

  /** Ends a bucket, unless somebody took from it meanwhile. */
  private static boolean retire(Bucket bucket, long full) {
    return full == RETIRED || bucket.compareAndSet(full, RETIRED);
  }
}
