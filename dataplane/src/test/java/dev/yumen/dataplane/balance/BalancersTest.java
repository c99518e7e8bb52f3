package dev.yumen.dataplane.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BalancersTest {

  @Property(tries = 200)
  void roundRobinIsExactInEveryRoundAndNeverFarOff(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 0, max = 20) Integer> drawn) {
    int[] weights = withSome(drawn);
    int total = Arrays.stream(weights).sum();
    SmoothRoundRobin robin = new SmoothRoundRobin(weights, 1);
    int[] turns = new int[weights.length];
    for (int turn = 1; turn <= 2 * total; turn++) {
      turns[robin.choose(0, 0)]++;
      for (int i = 0; i < weights.length; i++) {
        double fair = (double) turn * weights[i] / total;
        assertTrue(Math.abs(turns[i] - fair) < weights.length, "a share runs away");
        if (turn % total == 0) {
          assertEquals(turn / total * weights[i], turns[i]);
        }
      }
    }
  }

  private static int[] withSome(List<Integer> weights) {
    int[] some = weights.stream().mapToInt(Integer::intValue).toArray();
    some[0] = Math.max(1, some[0]);
    return some;
  }

  @Test
  void loopsWalkTheSameRoundEachOnItsOwn() {
    SmoothRoundRobin robin = new SmoothRoundRobin(new int[] {1, 1, 1}, 3);
    for (int loop = 0; loop < 3; loop++) {
      int[] turns = new int[3];
      for (int i = 0; i < 30; i++) {
        turns[robin.choose(loop, 0)]++;
      }
      assertEquals(10, turns[0]);
      assertEquals(10, turns[1]);
    }
  }

  @Test
  void weightsOfNothingAreNoWeights() {
    assertThrows(IllegalArgumentException.class, () -> new SmoothRoundRobin(new int[] {0, 0}, 1));
    assertThrows(IllegalArgumentException.class, () -> new WeightedDraw(new int[] {0}));
  }

  @Property(tries = 50)
  void drawsFollowTheWeights(
      @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 0, max = 9) Integer> drawn,
      @ForAll long seed) {
    int[] weights = withSome(drawn);
    int total = Arrays.stream(weights).sum();
    WeightedDraw draw = new WeightedDraw(weights);
    Random random = new Random(seed);
    int rounds = 20_000;
    int[] hits = new int[weights.length];
    for (int i = 0; i < rounds; i++) {
      hits[draw.next(random)]++;
    }
    for (int i = 0; i < weights.length; i++) {
      double share = (double) weights[i] / total;
      double deviation = Math.sqrt(rounds * share * (1 - share));
      assertTrue(
          Math.abs(hits[i] - rounds * share) <= 6 * deviation,
          Arrays.toString(weights) + " " + Arrays.toString(hits));
    }
  }

  @Test
  void leastRequestTakesTheLessBusyOfTwo() {
    int[] active = {5, 0};
    LeastRequest least = new LeastRequest(new int[] {1, 1}, busy(active));
    for (int i = 0; i < 1000; i++) {
      assertEquals(1, least.choose(0, 0));
    }
  }

  @Test
  void leastRequestRelatesLoadToWeight() {
    int[] active = {3, 3};
    LeastRequest least = new LeastRequest(new int[] {1, 10}, busy(active));
    int heavy = 0;
    for (int i = 0; i < 1000; i++) {
      heavy += least.choose(0, 0);
    }
    assertTrue(heavy > 950);
  }

  @Test
  void leastRequestOfOneIsThatOne() {
    assertEquals(0, new LeastRequest(new int[] {7}, busy(9)).choose(0, 0));
  }

  private static Load busy(int... active) {
    return load(active, new double[active.length]);
  }

  private static Load load(int[] active, double[] latency) {
    return new Load() {
      @Override
      public int active(int loop, int endpoint) {
        return active[endpoint];
      }

      @Override
      public double latencyNanos(int loop, int endpoint) {
        return latency[endpoint];
      }
    };
  }

  @Test
  void peakEwmaTakesTheOneThatAnswersSooner() {
    PeakEwma ewma =
        new PeakEwma(new int[] {1, 1}, load(new int[] {0, 3}, new double[] {50e6, 10e6}));
    assertEquals(1, ewma.choose(0, 0));
    PeakEwma busier =
        new PeakEwma(new int[] {1, 1}, load(new int[] {0, 9}, new double[] {50e6, 10e6}));
    assertEquals(0, busier.choose(0, 0));
  }

  @Test
  void latencyRisesAtOnceAndFallsSlowly() {
    Latency latency = new Latency();
    assertEquals(0, latency.nanos(5));
    latency.add(1_000, 0);
    latency.add(9_000, 1);
    assertEquals(9_000, latency.nanos(1), 1);
    latency.add(1_000, 1_000_000_001);
    assertEquals(
        9_000 * Math.exp(-0.1) + 1_000 * (1 - Math.exp(-0.1)), latency.nanos(1_000_000_001), 1);
    assertTrue(latency.nanos(61_000_000_000L) < 50, "what nobody asks is worth a try");
  }
}
