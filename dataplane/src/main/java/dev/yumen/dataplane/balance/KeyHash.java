package dev.yumen.dataplane.balance;

/** Hashes of keys: the same in every process and version, as several gateways have to agree. */
public final class KeyHash {
  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private KeyHash() {}

  /** Of a text's UTF-16 units: FNV-1a with the finalizer of MurmurHash3 behind it. */
  public static long of(CharSequence text) {
    long hash = OFFSET;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      hash = (hash ^ (c & 0xff)) * PRIME;
      hash = (hash ^ (c >>> 8)) * PRIME;
    }
    return mix(hash);
  }

  /** Of bytes such as those of an address. */
  public static long of(byte[] bytes) {
    long hash = OFFSET;
    for (byte b : bytes) {
      hash = (hash ^ (b & 0xff)) * PRIME;
    }
    return mix(hash);
  }

  /** The next of a sequence of hashes of the same key. */
  public static long next(long hash) {
    return mix(hash + 0x9e3779b97f4a7c15L);
  }

  static long mix(long hash) {
    long z = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return z ^ (z >>> 33);
  }
}
