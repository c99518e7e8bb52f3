package dev.yumen.filters.jwt;

import dev.yumen.api.Exchange;
import dev.yumen.api.FilterContext;
import dev.yumen.filters.auth.Digest;
import dev.yumen.filters.auth.Recent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes one question of several that are asked about the same at once. The one who came first asks
 * by its exchange; when that ends before there is an answer, as when its client leaves, nothing
 * completes, so another one asks once the time for the answer is over. Any thread.
 */
final class Questions<V> {
  private static final int MOST = 4_096;

  /** Lets an answer that comes in the last moment arrive before the next one asks. */
  private static final long GRACE_NANOS = Duration.ofMillis(20).toNanos();

  private final Recent<Digest, Question<V>> underWay = new Recent<>(MOST);
  private final long timeoutNanos;
  private final LongSupplier nanoTime;

  private record Question<V>(CompletableFuture<V> answer, long end) {}

  Questions(Duration timeout, FilterContext context) {
    timeoutNanos = timeout.toNanos();
    nanoTime = context::nanoTime;
  }

  /**
   * Asks, or waits for who does; to be called on the exchange's event loop.
   *
   * @param asking makes a call with the time that is left for it
   */
  CompletionStage<V> ask(
      Digest about, Exchange exchange, Function<Duration, CompletionStage<V>> asking) {
    Question<V> mine =
        new Question<>(new CompletableFuture<>(), nanoTime.getAsLong() + timeoutNanos);
    Question<V> first = before(about, mine);
    if (first == null) {
      return asking
          .apply(Duration.ofNanos(timeoutNanos))
          .whenComplete(
              (answer, thrown) -> {
                if (thrown == null) {
                  mine.answer.complete(answer);
                } else {
                  mine.answer.completeExceptionally(thrown);
                }
              });
    }
    CompletableFuture<V> answer = first.answer.copy();
    long left = Math.max(0, first.end + GRACE_NANOS - nanoTime.getAsLong());
    CompletionStage<CompletionStage<V>> next =
        exchange
            .after(Duration.ofNanos(left))
            .thenApply(_ -> answer.isDone() ? answer : ask(about, exchange, asking));
    return answer
        .<CompletionStage<V>>thenApply(CompletableFuture::completedStage)
        .applyToEither(next, Function.identity())
        .thenCompose(Function.identity());
  }

  /** The question that is under way; null when this is the first, and is so from now on. */
  private synchronized @Nullable Question<V> before(Digest about, Question<V> mine) {
    long now = nanoTime.getAsLong();
    Question<V> first = underWay.get(about, now);
    if (first != null && !first.answer.isDone()) {
      return first;
    }
    underWay.put(about, mine, mine.end);
    return null;
  }
}
