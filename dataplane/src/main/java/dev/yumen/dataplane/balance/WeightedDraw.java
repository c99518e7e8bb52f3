package dev.yumen.dataplane.balance;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Draws an index with a chance in proportion to its weight. Immutable. */
public final class WeightedDraw {
  private final long[] bounds;

  /**
   * @param weights each at least 0, at least one above 0
   */
  public WeightedDraw(int[] weights) {
    bounds = new long[weights.length];
    long total = 0;
    for (int i = 0; i < weights.length; i++) {
      total += weights[i];
      bounds[i] = total;
    }
    if (total == 0) {
      throw new IllegalArgumentException("weights that add up to 0");
    }
  }

  public int next(RandomGenerator random) {
    if (bounds.length == 1) {
      return 0;
    }
    long ticket = random.nextLong(bounds[bounds.length - 1]);
    int found = Arrays.binarySearch(bounds, ticket + 1);
    if (found < 0) {
      return -found - 1;
    }
    // Equal bounds belong to endpoints of weight 0 behind the one that is meant.
    while (found > 0 && bounds[found - 1] == bounds[found]) {
      found--;
    }
    return found;
  }
}
