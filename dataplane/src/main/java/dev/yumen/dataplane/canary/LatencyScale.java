package dev.yumen.dataplane.canary;

/**
 * Times in classes that are 6 % wide: sixteen for each doubling, from 65 µs to 2.4 hours. What is
 * shorter or longer is in the first or the last class.
 */
public final class LatencyScale {
  private static final int FIRST_POWER = 16;
  private static final int POWERS = 27;
  private static final int PARTS = 16;
  private static final int PART_BITS = 4;

  /** How many classes there are. */
  public static final int CLASSES = POWERS * PARTS;

  private LatencyScale() {}

  /** The class of a time. */
  public static int of(long nanos) {
    if (nanos < 1L << FIRST_POWER) {
      return 0;
    }
    int power = 63 - Long.numberOfLeadingZeros(nanos);
    int part = (int) (nanos >>> (power - PART_BITS)) & (PARTS - 1);
    return Math.min(CLASSES - 1, (power - FIRST_POWER) * PARTS + part);
  }

  /** What every time of the class is below, in nanoseconds. */
  public static long end(int index) {
    int power = FIRST_POWER + index / PARTS;
    return (long) (PARTS + index % PARTS + 1) << (power - PART_BITS);
  }
}
