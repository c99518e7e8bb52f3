package dev.yumen.dataplane.balance;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Weighted round-robin that spreads the turns of a heavy endpoint evenly (the algorithm of nginx's
 * smooth weighted round-robin). The sequence is worked out once; every loop walks it from a start
 * of its own.
 */
public final class SmoothRoundRobin implements Balancer {
  private static final int STRIDE = 16;
  private static final int LONGEST = 1 << 16;

  private final int[] sequence;
  private final int[] positions;

  /**
   * @param weights of each endpoint, at least one above 0
   * @param loops number of loops
   */
  public SmoothRoundRobin(int[] weights, int loops) {
    sequence = sequence(weights);
    positions = new int[loops * STRIDE];
    for (int loop = 1; loop < loops; loop++) {
      positions[loop * STRIDE] = ThreadLocalRandom.current().nextInt(sequence.length);
    }
  }

  @Override
  public int choose(int loop, long hash) {
    int at = loop * STRIDE;
    int position = positions[at];
    positions[at] = position + 1 == sequence.length ? 0 : position + 1;
    return sequence[position];
  }

  @Override
  public int peek(int loop, long hash) {
    return sequence[positions[loop * STRIDE]];
  }

  private static int[] sequence(int[] weights) {
    long total = 0;
    long divisor = 0;
    for (int weight : weights) {
      total += weight;
      divisor = gcd(divisor, weight);
    }
    if (total == 0) {
      throw new IllegalArgumentException("weights that add up to 0");
    }
    // Very long sequences are cut: the shares are then right to one in 65,536.
    int length = (int) Math.min(total / divisor, LONGEST);
    long[] current = new long[weights.length];
    int[] turns = new int[length];
    for (int turn = 0; turn < length; turn++) {
      int best = -1;
      for (int i = 0; i < weights.length; i++) {
        current[i] += weights[i];
        if (weights[i] > 0 && (best < 0 || current[i] > current[best])) {
          best = i;
        }
      }
      current[best] -= total;
      turns[turn] = best;
    }
    return turns;
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
