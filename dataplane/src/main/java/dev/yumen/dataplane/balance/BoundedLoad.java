package dev.yumen.dataplane.balance;

import java.util.Arrays;

/**
 * Keeps consistent hashing from overloading an endpoint that has a popular key: one with more than
 * its share of what the loop has under way, times a factor, is passed over (Mirrokni, Thorup and
 * Zadimoghaddam, "Consistent hashing with bounded loads", 2016). Which one is next depends on the
 * key alone.
 */
public final class BoundedLoad implements Balancer {
  private final Balancer hashing;
  private final Load load;
  private final int[] weights;
  private final long totalWeight;
  private final double factor;

  /**
   * @param factor above 1
   */
  public BoundedLoad(Balancer hashing, int[] weights, double factor, Load load) {
    this.hashing = hashing;
    this.load = load;
    this.weights = weights.clone();
    this.totalWeight = Arrays.stream(weights).asLongStream().sum();
    this.factor = factor;
  }

  @Override
  public int choose(int loop, long hash) {
    long total = 1;
    for (int i = 0; i < weights.length; i++) {
      total += load.active(loop, i);
    }
    int first = hashing.choose(loop, hash);
    int chosen = first;
    long key = hash;
    for (int tries = 0; tries < 4 * weights.length; tries++) {
      double bound = Math.ceil(factor * total * weights[chosen] / totalWeight);
      if (load.active(loop, chosen) < bound) {
        return chosen;
      }
      key = KeyHash.next(key);
      chosen = hashing.choose(loop, key);
    }
    return first; // by chance none of the others came up
  }

  /** As {@link #choose}, which counts nothing. */
  @Override
  public int peek(int loop, long hash) {
    return choose(loop, hash);
  }
}
