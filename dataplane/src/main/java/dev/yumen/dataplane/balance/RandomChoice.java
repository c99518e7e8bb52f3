package dev.yumen.dataplane.balance;

import java.util.concurrent.ThreadLocalRandom;

/** An endpoint drawn at random by weight. */
public final class RandomChoice implements Balancer {
  private final WeightedDraw draw;

  public RandomChoice(int[] weights) {
    this.draw = new WeightedDraw(weights);
  }

  @Override
  public int choose(int loop, long hash) {
    return draw.next(ThreadLocalRandom.current());
  }
}
