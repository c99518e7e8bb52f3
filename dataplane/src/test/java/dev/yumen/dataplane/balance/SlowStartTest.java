package dev.yumen.dataplane.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SlowStartTest {
  private static final SlowStart SECOND = new SlowStart(1_000);

  @Test
  void aColdEndpointGetsATenth() {
    assertArrayEquals(
        new int[] {200, 10}, SECOND.weights(new int[] {2, 1}, new long[] {0, 5_000}, 5_001));
  }

  @Test
  void theShareGrowsWithTime() {
    assertArrayEquals(
        new int[] {200, 70}, SECOND.weights(new int[] {2, 1}, new long[] {0, 5_000}, 5_700));
  }

  @Test
  void warmEndpointsHaveTheirOwnWeights() {
    assertArrayEquals(
        new int[] {2, 1}, SECOND.weights(new int[] {2, 1}, new long[] {0, 5_000}, 6_000));
    assertTrue(SECOND.warms(5_000, 5_999));
    assertFalse(SECOND.warms(5_000, 6_000));
  }

  @Test
  void withoutSlowStartNobodyIsCold() {
    assertArrayEquals(
        new int[] {2, 1}, new SlowStart(0).weights(new int[] {2, 1}, new long[] {0, 9}, 9));
  }

  @Test
  void hugeWeightsDoNotOverflow() {
    int huge = 1_000_000;
    int[] weights = SECOND.weights(new int[] {huge, huge}, new long[] {0, 5_000}, 5_001);
    assertArrayEquals(new int[] {100_000_000, 10_000_000}, weights);
  }
}
