package dev.yumen.dataplane.balance;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The better of two endpoints drawn at random by weight, never of one and itself (power of two
 * choices; Mitzenmacher, "The power of two choices in randomized load balancing", 2001).
 */
abstract class TwoDraws implements Balancer {
  private final WeightedDraw draw;
  private final int[] weights;

  TwoDraws(int[] weights) {
    this.draw = new WeightedDraw(weights);
    this.weights = weights.clone();
  }

  @Override
  public final int choose(int loop, long hash) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int first = draw.next(random);
    int second = draw.next(random);
    if (first == second) {
      second = draw.next(random);
    }
    if (first == second) {
      second = (first + 1) % weights.length;
    }
    double firstCost = cost(loop, first) * weights[second];
    double secondCost = cost(loop, second) * weights[first];
    return firstCost <= secondCost ? first : second;
  }

  /** The best of all, which two draws are likely to come to; chance when several are as good. */
  @Override
  public final int peek(int loop, long hash) {
    int best = 0;
    boolean alone = true;
    for (int i = 1; i < weights.length; i++) {
      double one = cost(loop, i) * weights[best];
      double least = cost(loop, best) * weights[i];
      alone = one == least ? false : one < least || alone;
      best = one < least ? i : best;
    }
    return alone ? best : BY_CHANCE;
  }

  /** What one more request costs at this endpoint. */
  abstract double cost(int loop, int endpoint);
}
