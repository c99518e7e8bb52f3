package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.api.Rate;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FixedWindowTest {
  private static final long SECOND = 1_000_000_000;

  /** The table is made a quarter of a second into a second of the wall clock. */
  private final LimitTable table = new LimitTable(0, 17 * SECOND + SECOND / 4, 16);

  private final Limiter limiter = limiter("4/s");

  private Limiter limiter(String rate) {
    return Limiter.of(Terms.of(Algorithm.FIXED_WINDOW, Rate.parse(rate), null), table);
  }

  private long take(long at, long cost) {
    return limiter.take(table, 1, at, cost);
  }

  @Test
  void everyWindowHasTheWholeLimit() {
    assertEquals(1, take(0, 1));
    assertEquals(4, take(0, 3));
    assertEquals(-SECOND * 3 / 4, take(0, 1));
    assertEquals(-1, take(SECOND * 3 / 4 - 1, 1));
    assertEquals(4, take(SECOND * 3 / 4, 4));
    assertEquals(-SECOND, take(SECOND * 3 / 4, 4));
    assertEquals(1, take(SECOND * 100, 1));
  }

  @Test
  void whatIsLeftComesBackWithTheNextWindow() {
    long level = take(SECOND / 4, 3);
    assertEquals(1, limiter.left(level));
    assertEquals(SECOND / 2, limiter.resetIn(level, SECOND / 4));
    assertEquals(3, limiter.level(table, 1, SECOND / 4));
    assertEquals(0, limiter.level(table, 1, SECOND));
  }

  @Test
  void daysBeginAtMidnightOfUtc() {
    long noon = Duration.ofDays(20_000).plusHours(12).toNanos();
    LimitTable made = new LimitTable(0, noon, 16);
    Limiter daily = Limiter.of(Terms.of(Algorithm.FIXED_WINDOW, Rate.parse("1/day"), null), made);
    assertEquals(1, daily.take(made, 1, 0, 1));
    assertEquals(-Duration.ofHours(11).toNanos(), daily.take(made, 1, 3600 * SECOND, 1));
    assertEquals(1, daily.take(made, 1, Duration.ofHours(12).toNanos(), 1));
  }

  @Test
  void aDebtIsTakenFromTheNextWindows() {
    take(0, 1);
    limiter.charge(table, 1, 0, 9);
    long next = SECOND * 3 / 4;
    assertEquals(0, limiter.left(limiter.level(table, 1, 0)));
    assertEquals(-next - SECOND, take(0, 1));
    assertEquals(6, limiter.level(table, 1, next));
    assertEquals(-SECOND, take(next, 1));
    assertEquals(3, take(next + SECOND, 1));
    assertEquals(1, take(next + 2 * SECOND, 1));
  }

  @Test
  void whatIsGivenBackMayBeTakenAgainInTheSameWindowOnly() {
    take(0, 4);
    limiter.charge(table, 1, 0, -2);
    assertEquals(4, take(0, 2));
    long next = SECOND * 3 / 4;
    take(next, 4);
    limiter.charge(table, 1, 0, -2);
    assertEquals(-SECOND, take(next, 1));
  }

  @Test
  void aThreadThatIsLateCountsInTheNewerWindow() {
    long next = SECOND * 3 / 4;
    take(next, 3);
    assertEquals(4, take(next - 1, 1));
    assertEquals(-SECOND - 1, take(next - 1, 1));
  }

  @Test
  void countsGiveTheirPlaceWhenTheirWindowIsOver() {
    for (long key = 0; key < 16; key++) {
      limiter.take(table, key << 4, 0, 4);
    }
    for (long key = 100; key < 116; key++) {
      assertEquals(1, limiter.take(table, key << 4, SECOND, 1));
    }
    assertEquals(2, limiter.take(table, 100 << 4, SECOND, 1));
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
