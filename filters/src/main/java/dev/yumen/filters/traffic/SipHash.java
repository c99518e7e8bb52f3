package dev.yumen.filters.traffic;

import java.util.concurrent.ThreadLocalRandom;

/**
 * SipHash-1-3 with a key of its own, over text and numbers: 64 bits that stand for a limit's key,
 * so that memory does not depend on what clients send, and that nobody outside can make collide.
 */
final class SipHash {
  private static final long SHARED_0 = 0x79756d656e2d7261L;
  private static final long SHARED_1 = 0x74652d6c696d6974L;

  private final long k0;
  private final long k1;

  /** With a key that nobody else has. */
  SipHash() {
    this(ThreadLocalRandom.current().nextLong(), ThreadLocalRandom.current().nextLong());
  }

  private SipHash(long k0, long k1) {
    this.k0 = k0;
    this.k1 = k1;
  }

  /** With a key that every process has; who knows it can look for keys that collide. */
  static SipHash shared() {
    return new SipHash(SHARED_0, SHARED_1);
  }

  /**
   * Hashes one part of a key.
   *
   * @param before hash of the parts before it; 0 for the first
   */
  long hash(long before, String text) {
    State state = new State(k0 ^ before, k1);
    int at = 0;
    int words = text.length() & ~3;
    while (at < words) {
      state.add(
          text.charAt(at)
              | (long) text.charAt(at + 1) << 16
              | (long) text.charAt(at + 2) << 32
              | (long) text.charAt(at + 3) << 48);
      at += 4;
    }
    long last = (long) text.length() << 48;
    for (int shift = 0; at < text.length(); shift += 16) {
      last |= (long) text.charAt(at++) << shift;
    }
    state.add(last);
    return state.end();
  }

  /** As for text; a number and a text never count as the same part. */
  long hash(long before, long number) {
    State state = new State(k0 ^ before, ~k1);
    state.add(number);
    return state.end();
  }

  /** The four words of the algorithm; lives in registers once compiled. */
  private static final class State {
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    State(long k0, long k1) {
      v0 = k0 ^ 0x736f6d6570736575L;
      v1 = k1 ^ 0x646f72616e646f6dL;
      v2 = k0 ^ 0x6c7967656e657261L;
      v3 = k1 ^ 0x7465646279746573L;
    }

    void add(long word) {
      v3 ^= word;
      round();
      v0 ^= word;
    }

    long end() {
      v2 ^= 0xff;
      round();
      round();
      round();
      return v0 ^ v1 ^ v2 ^ v3;
    }

    private void round() {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
  }
}
