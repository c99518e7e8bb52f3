package dev.yumen.filters.traffic;

/**
 * Windows of one length side by side, numbered from the one in which the table was made. They begin
 * at whole seconds, minutes, hours or days of UTC, as the wall clock told them when the table was
 * made; from then on the monotonic clock alone counts, so that setting the wall clock moves
 * nothing.
 *
 * <p>A window's count is kept in one number: the window's above, how much was taken in it below.
 */
final class Window {
  /** The most that a count can hold; debts beyond it are forgiven. */
  static final long MOST = Integer.MAX_VALUE;

  private final long length;

  /** Nanoseconds from the begin of window 0 to the table's time 0. */
  private final long phase;

  Window(long length, long epochNanos) {
    this.length = length;
    phase = Math.floorMod(epochNanos, length);
  }

  long length() {
    return length;
  }

  long at(long time) {
    return (phase + time) / length;
  }

  long begin(long window) {
    return window * length - phase;
  }

  static long pack(long window, long taken) {
    return window << 32 | Math.clamp(taken, 0, MOST);
  }

  static long window(long word) {
    return word >>> 32;
  }

  static long taken(long word) {
    return word & MOST;
  }
}
