package dev.yumen.dataplane.balance;

import java.util.Arrays;
import java.util.List;

/**
 * Consistent hashing by points on a ring (Karger et al., "Consistent hashing and random trees",
 * STOC 1997). When an endpoint leaves, only its own keys move; shares are even to about ten
 * percent. Immutable.
 */
public final class HashRing implements Balancer {
  /** Points of the endpoint with the largest weight. */
  private static final int POINTS = 512;

  private final long[] points;
  private final int[] owners;

  /**
   * @param names of endpoints, which stand for them in every process
   * @param weights at least one above 0
   */
  public HashRing(List<String> names, int[] weights) {
    record Point(long at, int owner) {}
    int most = Arrays.stream(weights).max().orElse(0);
    if (most == 0) {
      throw new IllegalArgumentException("weights that add up to 0");
    }
    Point[] ring = new Point[0];
    for (int i = 0; i < names.size(); i++) {
      int count = (int) Math.ceil((double) POINTS * weights[i] / most);
      Point[] own = new Point[count];
      long hash = KeyHash.of(names.get(i));
      for (int j = 0; j < count; j++) {
        own[j] = new Point(hash, i);
        hash = KeyHash.next(hash);
      }
      int old = ring.length;
      ring = Arrays.copyOf(ring, old + count);
      System.arraycopy(own, 0, ring, old, count);
    }
    Arrays.sort(ring, (one, other) -> Long.compareUnsigned(one.at(), other.at()));
    points = new long[ring.length];
    owners = new int[ring.length];
    for (int i = 0; i < ring.length; i++) {
      points[i] = ring[i].at() ^ Long.MIN_VALUE; // signed order for the search
      owners[i] = ring[i].owner();
    }
  }

  @Override
  public int choose(int loop, long hash) {
    int at = Arrays.binarySearch(points, hash ^ Long.MIN_VALUE);
    at = at < 0 ? -at - 1 : at;
    return owners[at == points.length ? 0 : at];
  }

  /** As {@link #choose}, which counts nothing. */
  @Override
  public int peek(int loop, long hash) {
    return choose(loop, hash);
  }
}
