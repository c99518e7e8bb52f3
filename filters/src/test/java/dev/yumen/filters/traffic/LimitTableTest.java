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
  private static final long AMOUNT = 100;

  private final LimitTable table = new LimitTable(0, 0, 16);
  private final Limiter limiter = bucket(10_000_000, 3);

  private static Limiter bucket(long perSecond, long burst) {
    Rate rate = new Rate(perSecond, Rate.Unit.S);
    return new TokenBucket(new Terms(Algorithm.TOKEN_BUCKET, rate, burst));
  }

  private long take(long key, long at) {
    return limiter.take(table, key, at, 1);
  }

  @Test
  void keysDoNotShare() {
    for (int i = 0; i < 3; i++) {
      take(1, 0);
    }
    assertEquals(100, take(2, 0));
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
    LimitTable shared = new LimitTable(0, 0, 1024);
    Limiter passing = bucket(1_000_000_000, 10);
    Limiter kept = bucket(1_000_000, 50);
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
                      passing.take(shared, random.nextLong(), clock.get(), 1);
                      if (kept.take(shared, key, clock.getAndIncrement(), 1) >= 0) {
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
