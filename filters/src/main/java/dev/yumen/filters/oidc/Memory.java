package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;
import dev.yumen.filters.auth.Recent;
import dev.yumen.filters.fetch.Fetcher;
import dev.yumen.filters.jwt.IssuerTokens;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway itself keeps of logins at one provider, across reloads: a little, so that what
 * is to happen once does. The rest is in cookies. Any thread.
 */
final class Memory {
  private static final int MOST_UNDER_WAY = 256;
  private static final int ENTRIES = 8_192;

  private final Semaphore places = new Semaphore(MOST_UNDER_WAY);

  /** Logins whose answer has come, by their state, and logout tokens. */
  private final Recent<String, Boolean> answered = new Recent<>(ENTRIES);

  private final ConcurrentHashMap<String, Boolean> answering = new ConcurrentHashMap<>();

  /** Sessions that have ended before their time, by id. */
  private final Recent<String, Boolean> ended = new Recent<>(ENTRIES);

  /** From when on sessions of the provider or of a subject have ended, by its word. */
  private final Recent<String, Long> loggedOut = new Recent<>(ENTRIES);

  /** Until when there may be any of these. */
  private final AtomicLong loggedOutUntil = new AtomicLong();

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
   * Takes what is taken once: the answer to a login, a logout token.
   *
   * @return whether it was the first
   */
  boolean takeOnce(String name, long now, long until) {
    if (answering.putIfAbsent(name, true) != null) {
      return false;
    }
    boolean first = answered.get(name, now) == null;
    answered.put(name, true, until);
    answering.remove(name);
    return first;
  }

  void end(String session, long until) {
    ended.put(session, true, until);
  }

  /** Ends the sessions that come of one at the provider, also those that are still to come. */
  void endSid(String sid, long until) {
    loggedOut.put("sid " + sid, Long.MAX_VALUE, until);
    loggedOutUntil.accumulateAndGet(until, Math::max);
  }

  /** Ends all sessions that somebody has now. */
  void endSubject(String subject, long now, long until) {
    loggedOut.put("sub " + subject, now, until);
    loggedOutUntil.accumulateAndGet(until, Math::max);
  }

  boolean hasEnded(Session session, long now) {
    return ended.get(session.id(), now) != null
        || (now < loggedOutUntil.get() && isLoggedOut(session, now));
  }

  private boolean isLoggedOut(Session session, long now) {
    Map<String, Object> claims = IssuerTokens.claims(session.idToken());
    if (claims == null) {
      return true;
    }
    Long sid = loggedOut.get("sid " + claims.get("sid"), now);
    Long subject = loggedOut.get("sub " + claims.get("sub"), now);
    return sid != null || (subject != null && session.began() <= subject);
  }
}
