package dev.yumen.api;

/**
 * Places text evenly between 0 and 100, for shares of requests that stick to a key: with {@code
 * percent(key, salt) < share} a larger share keeps whom a smaller one took. The same on every
 * replica, after every restart and in every version.
 */
public final class StickyShare {
  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private StickyShare() {}

  /**
   * The place of a key, at least 0 and less than 100.
   *
   * @param salt another one places all keys anew
   */
  public static double percent(String key, String salt) {
    return (hash(key, salt) >>> 11) * 0x1p-53 * 100;
  }

  /** FNV-1a over the UTF-16 units, then the finaliser of MurmurHash3. */
  static long hash(String key, String salt) {
    long hash = fnv(OFFSET, key);
    hash = fnv((hash ^ 0xffff) * PRIME, salt);
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  private static long fnv(long hash, String text) {
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * PRIME;
    }
    return hash;
  }
}
