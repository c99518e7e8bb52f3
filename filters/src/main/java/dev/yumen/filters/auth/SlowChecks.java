package dev.yumen.filters.auth;

import dev.yumen.api.FilterContext;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Proofs that take too long for an event loop: a few threads of their own and a queue with an end,
 * so that a storm of bad credentials costs neither the loops nor memory. One for the whole gateway
 * and each kind of proof, across reloads.
 */
public final class SlowChecks implements AutoCloseable {
  private static final int IDLE_SECONDS = 30;

  private final ThreadPoolExecutor threads;
  private final ConcurrentHashMap<Task, CompletableFuture<Object>> underWay =
      new ConcurrentHashMap<>();

  /** Who wants what to be proven; equal ones are proven once. */
  private record Task(Object owner, Object subject) {}

  SlowChecks(String kind, int queue) {
    this(kind, Math.max(1, Runtime.getRuntime().availableProcessors() / 2), queue);
  }

  /**
   * Those that mostly wait for somebody else.
   *
   * @param most proofs at once
   */
  SlowChecks(String kind, int most, int queue) {
    threads =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queue),
            Thread.ofPlatform().daemon().name("yumen-" + kind + "-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * The one of this kind.
   *
   * @param kind what is proven, for the names of threads
   * @param queue most proofs that wait, where it is made
   */
  public static SlowChecks of(FilterContext context, String kind, int queue) {
    return context.state(SlowChecks.class, kind, () -> new SlowChecks(kind, queue));
  }

  /**
   * Has something proven, by a proof that is under way or by a new one.
   *
   * @param owner with whose settings; equal to itself only
   * @param subject what is shown
   * @param proof runs on another thread
   * @return completes on any thread; null when too many wait
   */
  public <T> @Nullable CompletableFuture<T> prove(Object owner, Object subject, Supplier<T> proof) {
    Task task = new Task(owner, subject);
    CompletableFuture<Object> mine = new CompletableFuture<>();
    CompletableFuture<Object> earlier = underWay.putIfAbsent(task, mine);
    if (earlier != null) {
      return cast(earlier);
    }
    try {
      threads.execute(() -> run(task, mine, proof));
      return cast(mine);
    } catch (RejectedExecutionException _) {
      underWay.remove(task);
      mine.cancel(false);
      return null;
    }
  }

  @SuppressWarnings("unchecked") // an owner proves its subjects in one way
  private static <T> CompletableFuture<T> cast(CompletableFuture<Object> proof) {
    return (CompletableFuture<T>) proof;
  }

  private void run(Task task, CompletableFuture<Object> result, Supplier<?> proof) {
    try {
      Object found = proof.get();
      underWay.remove(task);
      result.complete(found);
    } catch (RuntimeException | Error e) {
      underWay.remove(task);
      result.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    underWay.values().forEach(proof -> proof.cancel(false));
  }
}
