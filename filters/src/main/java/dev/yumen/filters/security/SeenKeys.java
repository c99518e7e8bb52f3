package dev.yumen.filters.security;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was seen within a time, in bounded memory. Nothing is forgotten before its time: when there
 * is no room, it says so.
 *
 * <p>It is parted by a hash with a secret, so that nobody can fill one part on purpose. A part is
 * behind a lock that is held for one look and one write. Any thread.
 */
final class SeenKeys {
  private static final int PARTS = 16;

  /** What became of a key. */
  enum Outcome {
    FRESH,
    SEEN,
    /** As many are remembered as there is room for. */
    FULL
  }

  private record Id(long high, long low) {}

  private final HmacSha256 hash;
  private final List<Map<Id, Long>> parts = new ArrayList<>(PARTS);
  private final int mostOfPart;
  private final long keptNanos;

  /**
   * @param most keys that are remembered; each part holds its share
   * @param kept how long each is remembered
   */
  SeenKeys(int most, Duration kept) {
    byte[] secret = new byte[HmacSha256.BYTES];
    new SecureRandom().nextBytes(secret);
    hash = new HmacSha256(secret);
    mostOfPart = (most + PARTS - 1) / PARTS;
    keptNanos = kept.toNanos();
    for (int i = 0; i < PARTS; i++) {
      parts.add(new LinkedHashMap<>());
    }
  }

  /** Remembers a key from now on, unless it is. */
  Outcome add(byte[] key, long nanoTime) {
    ByteBuffer code = ByteBuffer.wrap(hash.of(key));
    Id id = new Id(code.getLong(), code.getLong());
    Map<Id, Long> part = parts.get((int) id.low & (PARTS - 1));
    synchronized (part) {
      forget(part, nanoTime);
      if (part.containsKey(id)) {
        return Outcome.SEEN;
      }
      if (part.size() >= mostOfPart) {
        return Outcome.FULL;
      }
      part.put(id, nanoTime);
      return Outcome.FRESH;
    }
  }

  /** The oldest stand first, as all are kept for the same time. */
  private void forget(Map<Id, Long> part, long nanoTime) {
    Iterator<Long> since = part.values().iterator();
    while (since.hasNext() && nanoTime - since.next() > keptNanos) {
      since.remove();
    }
  }
}
