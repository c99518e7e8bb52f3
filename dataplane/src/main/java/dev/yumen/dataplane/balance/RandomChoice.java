package dev.yumen.dataplane.balance;

import java.util.concurrent.ThreadLocalRandom;

/** An endpoint drawn at random by weight. */
public final class RandomChoice implements Balancer {
  private final WeightedDraw draw;
  private final int size;

  public RandomChoice(int[] weights) {
    this.draw = new WeightedDraw(weights);
    this.size = weights.length;
  }

  @Override
  public int choose(int loop, long hash) {
    return draw.next(ThreadLocalRandom.current());
  }

  @Override
  public int peek(int loop, long hash) {
    return size == 1 ? 0 : BY_CHANCE;
  }
}
