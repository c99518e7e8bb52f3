package dev.yumen.dataplane.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Longs that one thread writes and any thread reads, numbered from 0 without an upper end.
 *
 * <p>Opaque stores are enough: a reader sees every cell whole and, cell by cell, in the order it
 * was written. Growing copies the array, so a reader that still holds the old one sees older
 * values, never wrong ones.
 */
final class Cells {
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private volatile long[] cells;

  Cells(int expected) {
    cells = new long[expected];
  }

  /** Only the writing thread. */
  void add(int index, long amount) {
    long[] now = cells;
    if (index >= now.length) {
      now = grow(now, index);
    }
    LONGS.setOpaque(now, index, now[index] + amount);
  }

  /** Any thread. */
  long get(int index) {
    long[] now = cells;
    return index < now.length ? (long) LONGS.getOpaque(now, index) : 0;
  }

  private long[] grow(long[] old, int index) {
    long[] larger = Arrays.copyOf(old, Math.max(index + 1, old.length * 2));
    cells = larger;
    return larger;
  }
}
