package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlidingWindowTest {
  private static final long SECOND = 1_000_000_000;

  private final LimitTable table = new LimitTable(0, 17 * SECOND, 16);
  private final Limiter limiter = limiter("10/s");

  private Limiter limiter(String rate) {
    return Limiter.of(Terms.of(Algorithm.SLIDING_WINDOW, Rate.parse(rate), null), table);
  }

  private long take(long at, long cost) {
    return limiter.take(table, 1, at, cost);
  }

  @Test
  void theLastWindowCountsByThePartThatIsReached() {
    assertEquals(10, take(SECOND / 2, 10));
    assertEquals(-SECOND * 6 / 10, take(SECOND / 2, 1));
    assertEquals(-SECOND / 10, take(SECOND, 1));
    assertEquals(10, take(SECOND * 11 / 10, 1));
    assertEquals(10, take(SECOND * 15 / 10, 4));
    // Of this second's five none may be over; of the last one's ten, five are.
    assertEquals(10, take(SECOND * 18 / 10, 3));
    assertEquals(-SECOND / 4, take(SECOND * 2, 4));
    assertEquals(0, limiter.level(table, 1, SECOND * 3));
    assertEquals(1, take(SECOND * 5, 1));
  }

  @Test
  void whatIsLeftIsTold() {
    long level = take(SECOND / 4, 3);
    assertEquals(7, limiter.left(level));
    assertEquals(SECOND * 3 / 4, limiter.resetIn(level, SECOND / 4));
    assertEquals(3, limiter.level(table, 1, SECOND));
    assertEquals(2, limiter.level(table, 1, SECOND * 4 / 3 + 1));
    assertEquals(0, limiter.level(table, 1, SECOND * 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1/s", "7/s", "10/s", "100/min", "3/month", "999999999/day"})
  void afterTheTimeThatIsToldThereIsEnoughAndNotLongBefore(String rate) {
    Limiter tried = limiter(rate);
    Random random = new Random(rate.hashCode());
    long length = tried.terms().windowNanos();
    long limit = tried.terms().most();
    long time = 0;
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      time += random.nextLong(length / 4);
      long cost = random.nextLong(limit) + 1;
      assertEquals(tried.waitFor(table, 5, time, cost) == 0, peekTakes(tried, time, cost));
      long wait = -tried.take(table, 5, time, cost);
      if (wait > 0) {
        refused++;
        assertEquals(wait, tried.waitFor(table, 5, time, cost));
        assertEquals(0, tried.waitFor(table, 5, time + wait, cost), rate + " at " + time);
        long slack = length / 1_000_000_000 + 1;
        assertTrue(
            wait <= slack || tried.waitFor(table, 5, time + wait - slack, cost) > 0,
            () -> rate + " waits too long");
      }
    }
    assertTrue(refused > 100, "refused " + refused);
  }

  private boolean peekTakes(Limiter tried, long time, long cost) {
    return tried.level(table, 5, time) + cost <= tried.terms().most();
  }

  @Test
  void evenTrafficNeverExceedsTheLimitAndBurstsNeverTwice() {
    Random random = new Random(3);
    for (boolean even : new boolean[] {true, false}) {
      List<Long> admitted = new ArrayList<>();
      LimitTable fresh = new LimitTable(0, 0, 16);
      long now = 0;
      for (int i = 0; i < 50_000; i++) {
        now += even ? SECOND / 40 : random.nextInt(100) == 0 ? random.nextLong(SECOND) : 1_000_000;
        if (limiter.take(fresh, 1, now, 1) >= 0) {
          admitted.add(now);
        }
      }
      int most = 0;
      for (int from = 0, to = 0; to < admitted.size(); to++) {
        while (admitted.get(to) - admitted.get(from) >= SECOND) {
          from++;
        }
        most = Math.max(most, to - from + 1);
      }
      assertTrue(most >= 10 && most < 20, "in a second: " + most);
      double rate = admitted.size() * 1e9 / now;
      assertTrue(rate > 9 || !even, "only " + rate);
    }
  }

  @Test
  void aDebtRefusesWhatComesNext() {
    take(0, 1);
    limiter.charge(table, 1, 0, 19);
    assertEquals(0, limiter.left(limiter.level(table, 1, 0)));
    assertTrue(take(SECOND, 1) < 0);
    assertEquals(-SECOND * 55 / 100, take(SECOND, 1));
    assertTrue(take(SECOND * 155 / 100, 1) > 0);
  }

  @Test
  void whatIsGivenBackMayBeTakenAgain() {
    take(0, 10);
    limiter.charge(table, 1, 0, -4);
    assertEquals(10, take(0, 4));
    // Windows later its place is another's, which stays as it is.
    take(2 * SECOND, 3);
    limiter.charge(table, 1, 0, -4);
    assertEquals(3, limiter.level(table, 1, 2 * SECOND));
  }

  @Test
  void countsGiveTheirPlaceWhenNothingOfThemIsReachedAnyMore() {
    for (long key = 0; key < 16; key++) {
      limiter.take(table, key << 4, SECOND, 1);
    }
    for (long key = 100; key < 116; key++) {
      assertEquals(1, limiter.take(table, key << 4, SECOND * 3, 1));
    }
    assertEquals(2, limiter.take(table, 100 << 4, SECOND * 3, 1));
    assertEquals(16, table.size());
  }

  @Test
  void threadsTogetherNeverTakeMoreThanThereIs() throws InterruptedException {
    Limiter many = limiter("1000/s");
    AtomicInteger admitted = new AtomicInteger();
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < 1_000; n++) {
                      admitted.addAndGet(many.take(table, 7, n, 1) >= 0 ? 1 : 0);
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(1_000, admitted.get());
  }
}
