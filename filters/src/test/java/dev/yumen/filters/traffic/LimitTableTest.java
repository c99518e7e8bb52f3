package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LimitTableTest {
  private static final long ORIGIN = -5_000;
  private static final long AMOUNT = 100;

  private final LimitTable table = new LimitTable(ORIGIN, 16);

  private long take(long key, long at) {
    return table.take(key, ORIGIN + at, AMOUNT, 3 * AMOUNT);
  }

  @Test
  void aBucketGivesItsSizeAndRefillsSteadily() {
    assertEquals(100, take(1, 0));
    assertEquals(200, take(1, 0));
    assertEquals(300, take(1, 0));
    assertEquals(-100, take(1, 0));
    assertEquals(-1, take(1, 99));
    assertEquals(300, take(1, 100));
    assertEquals(-100, take(1, 100));
    assertEquals(100, take(1, 10_000));
  }

  @Test
  void keysDoNotShare() {
    for (int i = 0; i < 3; i++) {
      take(1, 0);
    }
    assertEquals(100, take(2, 0));
  }

  @Test
  void noSpanOfTimeEverSeesMoreThanBurstAndRate() {
    Random random = new Random(7);
    List<Long> admitted = new ArrayList<>();
    long now = 0;
    for (int i = 0; i < 20_000; i++) {
      now += random.nextInt(60);
      if (take(1, now) >= 0) {
        admitted.add(now);
      }
    }
    for (int from = 0; from < admitted.size(); from++) {
      int to = Math.min(from + 50, admitted.size() - 1);
      long span = admitted.get(to) - admitted.get(from);
      assertTrue(to - from + 1 <= 3 + span / AMOUNT, "from " + from + " to " + to);
    }
    assertTrue(admitted.size() > now / AMOUNT * 95 / 100, "too few: " + admitted.size());
  }

  @Test
  void aFullBucketGivesItsPlaceToAnotherKeyAndNothingIsForgotten() {
    for (long key = 0; key < 16; key++) {
      take(key << 4, 0);
    }
    // All have refilled: the places are free, and an old key is like a new one.
    for (long key = 100; key < 116; key++) {
      assertEquals(100, take(key << 4, 1_000));
    }
    assertEquals(200, take(100L << 4, 1_000));
  }

  @Test
  void whenAllPlacesAreTakenTheFullestBucketStartsAfresh() {
    take(0, 0);
    for (long key = 1; key < 16; key++) {
      take(key << 4, 0);
      take(key << 4, 0);
    }
    assertEquals(100, take(99L << 4, 0));
    assertEquals(200, take(99L << 4, 0));
    for (long key = 1; key < 16; key++) {
      assertEquals(300, take(key << 4, 0), "key " + key);
    }
  }

  @Test
  void threadsTogetherNeverTakeMoreThanThereIs() throws InterruptedException {
    LimitTable shared = new LimitTable(0, 1024);
    AtomicInteger[] admitted = new AtomicInteger[8];
    for (int i = 0; i < admitted.length; i++) {
      admitted[i] = new AtomicInteger();
    }
    AtomicLong clock = new AtomicLong();
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int seed = t;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    Random random = new Random(seed);
                    awaitUninterruptibly(start);
                    for (int i = 0; i < 50_000; i++) {
                      int key = random.nextInt(admitted.length);
                      // Other keys come and go, so that places change hands all the time.
                      shared.take(random.nextLong(), clock.get(), 1, 10);
                      if (shared.take(key, clock.getAndIncrement(), 1_000, 50_000) >= 0) {
                        admitted[key].incrementAndGet();
                      }
                    }
                  }));
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    for (AtomicInteger count : admitted) {
      assertTrue(count.get() <= 50 + clock.get() / 1_000, "admitted " + count);
      assertTrue(count.get() >= 50, "admitted " + count);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
