package dev.yumen.dataplane.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConsistentHashingTest {
  private static final int KEYS = 100_000;

  enum Way {
    MAGLEV {
      @Override
      Balancer of(List<String> names, int[] weights) {
        return new Maglev(names, weights);
      }
    },
    RING {
      @Override
      Balancer of(List<String> names, int[] weights) {
        return new HashRing(names, weights);
      }
    };

    abstract Balancer of(List<String> names, int[] weights);

    Balancer of(List<String> names) {
      int[] weights = new int[names.size()];
      Arrays.fill(weights, 1);
      return of(names, weights);
    }
  }

  private static List<String> names(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add("10.0.0." + i + ":8080");
    }
    return names;
  }

  private static int[] hits(Balancer balancer, int endpoints) {
    int[] hits = new int[endpoints];
    for (int key = 0; key < KEYS; key++) {
      hits[balancer.choose(0, KeyHash.of("user-" + key))]++;
    }
    return hits;
  }

  @ParameterizedTest
  @EnumSource
  void aKeyStaysWhereItIs(Way way) {
    Balancer one = way.of(names(7));
    Balancer other = way.of(names(7));
    for (int key = 0; key < 1_000; key++) {
      long hash = KeyHash.of("user-" + key);
      assertEquals(one.choose(0, hash), other.choose(1, hash));
    }
  }

  @ParameterizedTest
  @EnumSource
  void sharesAreEven(Way way) {
    int[] hits = hits(way.of(names(10)), 10);
    for (int each : hits) {
      assertTrue(Math.abs(each - KEYS / 10) < KEYS / 10 / 5, Arrays.toString(hits));
    }
  }

  @ParameterizedTest
  @EnumSource
  void sharesFollowTheWeights(Way way) {
    int[] weights = {1, 2, 5, 0};
    int[] hits = hits(way.of(names(4), weights), 4);
    for (int i = 0; i < 4; i++) {
      double fair = KEYS * weights[i] / 8.0;
      assertTrue(Math.abs(hits[i] - fair) <= fair / 5, Arrays.toString(hits));
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneOfTenThatLeavesMovesAtMostTwelvePercentOfTheKeys(Way way) {
    List<String> all = names(10);
    Balancer before = way.of(all);
    for (int gone = 0; gone < 10; gone++) {
      List<String> left = new ArrayList<>(all);
      left.remove(gone);
      Balancer after = way.of(left);
      int moved = 0;
      for (int key = 0; key < KEYS; key++) {
        long hash = KeyHash.of("user-" + key);
        String to = left.get(after.choose(0, hash));
        moved += to.equals(all.get(before.choose(0, hash))) ? 0 : 1;
      }
      assertTrue(moved <= KEYS * 12 / 100, moved + " of " + KEYS + " moved without " + gone);
    }
  }

  @Test
  void theRingMovesNoKeyOfAnEndpointThatStays() {
    List<String> all = names(10);
    Balancer before = Way.RING.of(all);
    Balancer after = Way.RING.of(all.subList(0, 9));
    for (int key = 0; key < KEYS; key++) {
      long hash = KeyHash.of("user-" + key);
      int old = before.choose(0, hash);
      if (old < 9) {
        assertEquals(old, after.choose(0, hash));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void thousandEndpointsAllGetKeys(Way way) {
    for (int each : hits(way.of(names(1_000)), 1_000)) {
      assertNotEquals(0, each);
    }
  }

  @ParameterizedTest
  @EnumSource
  void weightsOfNothingAreNoWeights(Way way) {
    assertThrows(IllegalArgumentException.class, () -> way.of(names(2), new int[2]));
  }

  /** Counts what it is told of, as endpoints do. */
  private static final class Active implements Load {
    private final int[] active;

    private Active(int endpoints) {
      active = new int[endpoints];
    }

    @Override
    public int active(int loop, int endpoint) {
      return active[endpoint];
    }

    @Override
    public double latencyNanos(int loop, int endpoint) {
      return 0;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPopularKeyDoesNotOverloadItsEndpoint(Way way) {
    Active load = new Active(10);
    int[] weights = new int[10];
    Arrays.fill(weights, 1);
    Balancer bounded = new BoundedLoad(way.of(names(10)), weights, 1.25, load);
    long popular = KeyHash.of("popular");
    int home = bounded.choose(0, popular);
    for (int i = 0; i < 1_000; i++) {
      load.active[bounded.choose(0, popular)]++;
    }
    assertTrue(load.active[home] <= 126, Arrays.toString(load.active));
    assertTrue(load.active[home] >= 100, Arrays.toString(load.active));
  }

  @Test
  void aKeyComesHomeWhenThereIsRoomAgain() {
    Active load = new Active(10);
    int[] weights = new int[10];
    Arrays.fill(weights, 1);
    Balancer bounded = new BoundedLoad(Way.MAGLEV.of(names(10)), weights, 1.25, load);
    long key = KeyHash.of("key");
    int home = bounded.choose(0, key);
    load.active[home] = 5;
    int elsewhere = bounded.choose(0, key);
    assertNotEquals(home, elsewhere);
    assertEquals(elsewhere, bounded.choose(0, key));
    load.active[home] = 0;
    assertEquals(home, bounded.choose(0, key));
  }

  @Test
  void hashesAreTheSameInEveryVersion() {
    assertEquals(0xefd01f60ba992926L, KeyHash.of(""));
    assertNotEquals(KeyHash.of("a"), KeyHash.of("b"));
    assertNotEquals(KeyHash.of("a"), KeyHash.of("\u0161"));
  }
}
