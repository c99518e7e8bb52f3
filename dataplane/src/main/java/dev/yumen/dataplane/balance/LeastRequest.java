package dev.yumen.dataplane.balance;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The less busy of two endpoints drawn at random by weight (power of two choices; Mitzenmacher,
 * 2001), never one with itself. Busy is what the calling loop itself has under way, related to the
 * weight.
 */
public final class LeastRequest implements Balancer {
  private final WeightedDraw draw;
  private final int[] weights;
  private final Load load;

  public LeastRequest(int[] weights, Load load) {
    this.draw = new WeightedDraw(weights);
    this.weights = weights.clone();
    this.load = load;
  }

  @Override
  public int choose(int loop) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int first = draw.next(random);
    int second = draw.next(random);
    if (first == second) {
      second = draw.next(random);
    }
    if (first == second) {
      second = (first + 1) % weights.length;
    }
    long firstLoad = (load.active(loop, first) + 1L) * weights[second];
    long secondLoad = (load.active(loop, second) + 1L) * weights[first];
    return firstLoad <= secondLoad ? first : second;
  }
}
