package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;
import dev.yumen.filters.auth.Recent;
import dev.yumen.filters.fetch.Fetcher;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway itself keeps of logins at one provider, across reloads: a little, so that what
 * is to happen once does. The rest is in cookies. Any thread.
 */
final class Memory {
  private static final int MOST_UNDER_WAY = 256;
  private static final int ENTRIES = 8_192;

  private final Semaphore places = new Semaphore(MOST_UNDER_WAY);

  /** Logins whose answer has come, by their state. */
  private final Recent<String, Boolean> answered = new Recent<>(ENTRIES);

  private final ConcurrentHashMap<String, Boolean> answering = new ConcurrentHashMap<>();

  /** Sessions that have ended before their time, by id. */
  private final Recent<String, Boolean> ended = new Recent<>(ENTRIES);

  /** What became of refresh tokens, under way and of late. */
  final ConcurrentHashMap<String, CompletableFuture<Refreshed>> refreshing =
      new ConcurrentHashMap<>();

  final Recent<String, Refreshed> refreshed = new Recent<>(ENTRIES);

  /** Work that may block. */
  @FunctionalInterface
  interface Blocking<T> {
    T result() throws InterruptedException;
  }

  /** That of this client. */
  static Memory of(FilterContext context, String issuer, String clientId) {
    return context.state(Memory.class, issuer + " " + clientId, Memory::new);
  }

  /**
   * Does work that blocks elsewhere.
   *
   * @return completes on any thread; null when there is too much of it under way
   */
  <T> @Nullable CompletableFuture<T> run(Fetcher fetcher, Blocking<T> work) {
    if (!places.tryAcquire()) {
      return null;
    }
    CompletableFuture<T> future = new CompletableFuture<>();
    fetcher.start(
        () -> {
          try {
            future.complete(work.result());
          } catch (InterruptedException | RuntimeException | Error e) {
            future.completeExceptionally(e);
          } finally {
            places.release();
          }
        });
    return future;
  }

  /**
   * Takes the answer to a login, which is taken once.
   *
   * @return whether it was the first
   */
  boolean takeAnswer(String state, long now, long until) {
    if (answering.putIfAbsent(state, true) != null) {
      return false;
    }
    boolean first = answered.get(state, now) == null;
    answered.put(state, true, until);
    answering.remove(state);
    return first;
  }

  void end(String session, long until) {
    ended.put(session, true, until);
  }

  boolean hasEnded(String session, long now) {
    return ended.get(session, now) != null;
  }
}
