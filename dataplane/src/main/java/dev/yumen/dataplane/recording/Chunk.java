package dev.yumen.dataplane.recording;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A piece of a ring. Entries are put behind one another and are never changed: one thread writes
 * behind {@link #end}, any thread reads before it. That is why nobody ever reads half an entry, and
 * why nobody has to wait.
 */
final class Chunk {
  static final int SIZE = 1 << 17;

  private final byte[] bytes = new byte[SIZE];
  private final AtomicInteger end = new AtomicInteger();
  private int entries;

  /** Whether there is room for so many bytes. The writer's thread. */
  boolean fits(int length) {
    return end.getPlain() + length <= SIZE;
  }

  /** Puts an entry behind the others. The writer's thread. */
  void append(byte[] entry, int length) {
    int at = end.getPlain();
    System.arraycopy(entry, 0, bytes, at, length);
    entries++;
    end.setRelease(at + length);
  }

  /** How many entries there are. The writer's thread, and any once it is full. */
  int entries() {
    return entries;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Before this everything is whole and stays as it is. */
  int end() {
    return end.getAcquire();
  }
}
