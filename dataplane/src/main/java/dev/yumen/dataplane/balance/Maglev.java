package dev.yumen.dataplane.balance;

import java.util.Arrays;
import java.util.List;

/**
 * Consistent hashing by a table of which each endpoint fills a share (Eisenbud et al., "Maglev: a
 * fast and reliable software network load balancer", NSDI 2016, §3.4). Shares are even to about one
 * percent; when an endpoint leaves, a few keys of the others move, too. Immutable.
 */
public final class Maglev implements Balancer {
  /** Primes, so that every step reaches every place. */
  private static final int[] SIZES = {65_537, 655_373};

  private static final int PLACES_EACH = 100;

  private final int[] table;

  /**
   * @param names of endpoints, which stand for them in every process
   * @param weights at least one above 0
   */
  public Maglev(List<String> names, int[] weights) {
    int size = SIZES[0];
    for (int i = 1; i < SIZES.length && names.size() * PLACES_EACH > size; i++) {
      size = SIZES[i];
    }
    this.table = fill(names, weights, size);
  }

  private static int[] fill(List<String> names, int[] weights, int size) {
    int[] at = new int[names.size()];
    int[] step = new int[names.size()];
    for (int i = 0; i < at.length; i++) {
      long hash = KeyHash.of(names.get(i));
      at[i] = (int) Long.remainderUnsigned(hash, size);
      step[i] = (int) Long.remainderUnsigned(KeyHash.next(hash), size - 1) + 1;
    }
    int most = Arrays.stream(weights).max().orElse(0);
    if (most == 0) {
      throw new IllegalArgumentException("weights that add up to 0");
    }
    int[] table = new int[size];
    Arrays.fill(table, -1);
    double[] credit = new double[at.length];
    int filled = 0;
    while (true) {
      for (int i = 0; i < at.length; i++) {
        credit[i] += (double) weights[i] / most;
        if (credit[i] >= 1) {
          credit[i]--;
          while (table[at[i]] >= 0) {
            at[i] = (at[i] + step[i]) % size;
          }
          table[at[i]] = i;
          if (++filled == size) {
            return table;
          }
        }
      }
    }
  }

  @Override
  public int choose(int loop, long hash) {
    return table[(int) Long.remainderUnsigned(hash, table.length)];
  }

  /** As {@link #choose}, which counts nothing. */
  @Override
  public int peek(int loop, long hash) {
    return choose(loop, hash);
  }
}
