package dev.yumen.control.source.remote;

import dev.yumen.testkit.Eventually;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Work on a virtual thread, and what becomes of it. */
final class Background<T> {
  private static final Duration SOON = Duration.ofMillis(60);
  private static final long PATIENCE_SECONDS = 40;

  private final CompletableFuture<T> result = new CompletableFuture<>();

  private Background() {}

  static <T> Background<T> start(Callable<T> work) {
    Background<T> background = new Background<>();
    Thread.ofVirtual().start(() -> background.run(work));
    return background;
  }

  private void run(Callable<T> work) {
    try {
      result.complete(work.call());
    } catch (Exception | AssertionError e) {
      result.completeExceptionally(e);
    }
  }

  /** Whether it is over, or so within a moment. */
  boolean endsSoon() {
    return Eventually.holdsWithin(SOON, result::isDone);
  }

  T get() throws Exception {
    return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  T getWithin(Duration time) throws Exception {
    return result.get(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Why it failed. */
  Throwable failure() throws Exception {
    try {
      result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return Objects.requireNonNull(e.getCause());
    }
    throw new AssertionError("it did not fail");
  }
}
