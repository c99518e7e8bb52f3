package dev.yumen.testkit;

/**
 * A body of any length whose every byte follows from its offset: made and compared without being
 * held in memory. The period is prime, so a lost or doubled buffer never goes unnoticed.
 */
public final class PatternBytes {
  private static final int PERIOD = 65_521;
  private static final byte[] TABLE = new byte[PERIOD * 2];

  static {
    int state = 1;
    for (int i = 0; i < PERIOD; i++) {
      state = state * 1_103_515_245 + 12_345;
      TABLE[i] = (byte) ('a' + ((state >>> 16) % 26));
      TABLE[i + PERIOD] = TABLE[i];
    }
  }

  private PatternBytes() {}

  /** The first bytes of the pattern. */
  public static byte[] of(int length) {
    byte[] bytes = new byte[length];
    fill(bytes, length, 0);
    return bytes;
  }

  /** Writes the bytes that stand at this offset of the pattern. */
  public static void fill(byte[] into, int length, long offset) {
    int done = 0;
    while (done < length) {
      int from = (int) ((offset + done) % PERIOD);
      int count = Math.min(length - done, PERIOD);
      System.arraycopy(TABLE, from, into, done, count);
      done += count;
    }
  }

  /** Fails when these are not the bytes that stand at this offset of the pattern. */
  public static void check(byte[] bytes, int length, long offset) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != TABLE[(int) ((offset + i) % PERIOD)]) {
        throw new AssertionError("the body differs from the pattern at byte " + (offset + i));
      }
    }
  }
}
