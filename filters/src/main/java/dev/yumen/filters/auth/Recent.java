package dev.yumen.filters.auth;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What was proven a short while ago: a table of fixed size without locks, in which a key has four
 * places. A key that finds them taken replaces the one that would expire first. Only proven things
 * are kept, so nobody fills it with guesses. Any thread.
 *
 * @param <K> with a hash that is cheap to take and equality that is cheap to refuse
 */
public final class Recent<K, V> {
  private static final int WAYS = 4;

  private final AtomicReferenceArray<@Nullable Entry<K, V>> entries;
  private final int mask;

  private record Entry<K, V>(K key, int hash, V value, long until) {}

  /**
   * @param size number of entries, rounded up to a power of two; 0 for none
   */
  public Recent(int size) {
    int sets = size == 0 ? 0 : Math.max(1, Integer.highestOneBit((size - 1) / WAYS) << 1);
    entries = new AtomicReferenceArray<>(sets * WAYS);
    mask = sets - 1;
  }

  /**
   * @param now in the unit of {@code until}
   */
  public @Nullable V get(K key, long now) {
    if (mask < 0) {
      return null;
    }
    int hash = key.hashCode();
    int first = place(hash);
    for (int i = first; i < first + WAYS; i++) {
      Entry<K, V> entry = entries.get(i);
      if (entry != null && entry.hash == hash && now < entry.until && entry.key.equals(key)) {
        return entry.value;
      }
    }
    return null;
  }

  /**
   * Keeps a value; two threads that keep the same key at once may take two places, of which one is
   * found.
   *
   * @param until from when on it is not found any more
   */
  public void put(K key, V value, long until) {
    if (mask < 0) {
      return;
    }
    int hash = key.hashCode();
    int first = place(hash);
    int victim = first;
    long least = Long.MAX_VALUE;
    for (int i = first; i < first + WAYS; i++) {
      Entry<K, V> entry = entries.get(i);
      long worth = entry == null ? Long.MIN_VALUE : entry.until;
      if (entry != null && entry.hash == hash && entry.key.equals(key)) {
        victim = i;
        break;
      }
      if (worth < least) {
        least = worth;
        victim = i;
      }
    }
    entries.set(victim, new Entry<>(key, hash, value, until));
  }

  /** Drops what is kept for the key. */
  public void forget(K key) {
    if (mask < 0) {
      return;
    }
    int hash = key.hashCode();
    int first = place(hash);
    for (int i = first; i < first + WAYS; i++) {
      Entry<K, V> entry = entries.get(i);
      if (entry != null && entry.hash == hash && entry.key.equals(key)) {
        entries.compareAndSet(i, entry, null);
      }
    }
  }

  private int place(int hash) {
    int mixed = hash * 0x9E3779B9;
    return ((mixed ^ mixed >>> 16) & mask) * WAYS;
  }
}
