package dev.yumen.filters.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlowChecksTest {
  private final SlowChecks checks = new SlowChecks("test", 4);
  private final CountDownLatch free = new CountDownLatch(1);
  private final AtomicInteger made = new AtomicInteger();

  @AfterEach
  void close() {
    free.countDown();
    checks.close();
  }

  private Integer waiting() {
    try {
      assertTrue(free.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return made.incrementAndGet();
  }

  @Test
  void whatFindsNoPlaceIsToldAtOnce() {
    List<CompletableFuture<Integer>> taken = new ArrayList<>();
    CompletableFuture<Integer> next = checks.prove(this, 0, this::waiting);
    while (next != null) {
      taken.add(next);
      next = checks.prove(this, taken.size(), this::waiting);
    }
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    assertEquals(threads + 4, taken.size());
    free.countDown();
    taken.forEach(CompletableFuture::join);
    assertEquals(taken.size(), made.get());
  }

  @Test
  void equalOnesAreProvenOnce() {
    CompletableFuture<Integer> first = checks.prove(this, "token", this::waiting);
    assertSame(first, checks.prove(this, "token", this::waiting));
    CompletableFuture<Integer> other = checks.prove("somebody", "token", this::waiting);
    free.countDown();
    assertNotNull(first);
    assertNotEquals(first.join(), Objects.requireNonNull(other).join());
    assertEquals(2, made.get());
    CompletableFuture<Integer> later = checks.prove(this, "token", this::waiting);
    assertEquals(3, Objects.requireNonNull(later).join());
  }

  @Test
  void aProofThatThrowsFailsAndIsForgotten() {
    CompletableFuture<Integer> broken =
        checks.prove(
            this,
            "token",
            () -> {
              throw new IllegalStateException("a bug");
            });
    assertThrows(CompletionException.class, Objects.requireNonNull(broken)::join);
    free.countDown();
    CompletableFuture<Integer> next = checks.prove(this, "token", this::waiting);
    assertEquals(1, Objects.requireNonNull(next).join());
  }
}
