package dev.yumen.filters.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.security.SeenKeys.Outcome;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SeenKeysTest {
  private static final long SECOND = 1_000_000_000L;

  private static byte[] key(int number) {
    return ("key " + number).getBytes(UTF_8);
  }

  @Test
  void aKeyIsForgottenAfterItsTimeAndNotBefore() {
    SeenKeys seen = new SeenKeys(1_000, Duration.ofSeconds(10));
    assertEquals(Outcome.FRESH, seen.add(key(1), 0));
    assertEquals(Outcome.SEEN, seen.add(key(1), 10 * SECOND));
    assertEquals(Outcome.FRESH, seen.add(key(1), 10 * SECOND + 1));
  }

  @Test
  void memoryIsBoundedAndNothingIsForgottenForIt() {
    SeenKeys seen = new SeenKeys(160, Duration.ofSeconds(10));
    int fresh = 0;
    int full = 0;
    for (int i = 0; i < 1_000; i++) {
      switch (seen.add(key(i), i)) {
        case FRESH -> fresh++;
        case FULL -> full++;
        case SEEN -> throw new AssertionError("key " + i + " was never added");
      }
    }
    assertTrue(fresh <= 160, "remembers " + fresh);
    assertEquals(1_000, fresh + full);
    assertEquals(Outcome.SEEN, seen.add(key(0), 2_000));
    assertEquals(Outcome.FRESH, seen.add(key(2_000), 11 * SECOND));
  }

  @Test
  void ofManyAtOnceOneIsTheFirst() throws InterruptedException {
    SeenKeys seen = new SeenKeys(100_000, Duration.ofSeconds(10));
    AtomicInteger fresh = new AtomicInteger();
    int threads = 4;
    int keys = 500;
    CountDownLatch done = new CountDownLatch(threads);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int thread = 0; thread < threads; thread++) {
        pool.execute(
            () -> {
              for (int i = 0; i < keys; i++) {
                fresh.addAndGet(seen.add(key(i), i) == Outcome.FRESH ? 1 : 0);
              }
              done.countDown();
            });
      }
      done.await();
    }
    assertEquals(keys, fresh.get());
  }
}
