package dev.yumen.dataplane.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts by key for one writing thread and any reading ones: a hash table with open addressing in
 * one array of key, count, key, count …
 *
 * <p>A route has few of the 5,000 combinations of method and status, so a dense table would be
 * mostly zeros. The key is written before its first count, and a reader skips keys whose count is
 * 0. Growing publishes a new array; the old one stays as it was for those who still read it.
 */
final class SeriesTable {
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int FIRST_CAPACITY = 64;

  /** Receives what a table holds. */
  interface Reader {
    void series(long key, long count);
  }

  private volatile long[] table = new long[FIRST_CAPACITY * 2];
  private int size;

  /**
   * Adds 1 if the key is known. Only the writing thread.
   *
   * @return whether it was known
   */
  boolean countKnown(long key) {
    long[] now = table;
    int at = place(now, key);
    if (now[at] != key) {
      return false;
    }
    LONGS.setOpaque(now, at + 1, now[at + 1] + 1);
    return true;
  }

  /** Makes a key known, with a count of 0. Only the writing thread. */
  void learn(long key) {
    long[] now = table;
    if (now[place(now, key)] == key) {
      return;
    }
    if (size * 4 >= now.length) {
      now = grow(now);
    }
    LONGS.setOpaque(now, place(now, key), key);
    size++;
  }

  /** Any thread. */
  void read(Reader reader) {
    long[] now = table;
    for (int at = 0; at < now.length; at += 2) {
      long count = (long) LONGS.getOpaque(now, at + 1);
      long key = (long) LONGS.getOpaque(now, at);
      if (key != 0 && count != 0) {
        reader.series(key, count);
      }
    }
  }

  private long[] grow(long[] old) {
    long[] larger = new long[old.length * 2];
    for (int at = 0; at < old.length; at += 2) {
      if (old[at] != 0) {
        int to = place(larger, old[at]);
        larger[to] = old[at];
        larger[to + 1] = old[at + 1];
      }
    }
    table = larger;
    return larger;
  }

  /** Where the key stands, or the free place where it would. At most half of a table is filled. */
  private static int place(long[] table, long key) {
    int mask = table.length - 2;
    long mixed = key * 0x9E3779B97F4A7C15L;
    int at = (int) (mixed >>> 32) & mask;
    while (table[at] != key && table[at] != 0) {
      at = (at + 2) & mask;
    }
    return at;
  }
}
