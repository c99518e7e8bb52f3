package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LimitTableTest {

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
  void tenMillionKeysStayWithinItsSizeAndPushOutTheOldest() {
    LimitTable big = new LimitTable(0, 0);
    LimitTable alone = new LimitTable(0, 0, 1024);
    Limiter minutely =
        new TokenBucket(Terms.of(Algorithm.TOKEN_BUCKET, Rate.parse("60/min"), null));
    int keys = 10_000_000;
    for (int key = 1; key <= keys; key++) {
      long time = key * 1_000L;
      minutely.take(big, spread(key), time, 1);
      if (key % 10_000 == 0) {
        // A hundred keys are used all the time, each as often as its limit allows and more.
        long active = spread(-1 - key / 10_000 % 100);
        assertEquals(minutely.take(alone, active, time, 3), minutely.take(big, active, time, 3));
      }
    }
    assertTrue(big.size() <= 1 << 20, "holds " + big.size());
    assertTrue(held(big, keys - 500_000, keys) > 495_000, "young keys are gone");
    assertTrue(held(big, 1, keys - 3_000_000) < 70_000, "old keys are held");
  }

  /** A key as the hash makes it: the same for the same number, and anywhere. */
  private static long spread(int number) {
    long mixed = number * 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xd6e8feb86659fd93L;
    return mixed ^ (mixed >>> 32);
  }

  private static int held(LimitTable table, int from, int to) {
    int held = 0;
    for (int key = from; key < to; key++) {
      held += table.peek(spread(key)) == null ? 0 : 1;
    }
    return held;
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
