package dev.yumen.filters.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.FilterContext;
import dev.yumen.filters.auth.Digest;
import dev.yumen.filters.fetch.Fetched.Kind;
import dev.yumen.filters.fetch.Fetched.Trouble;
import dev.yumen.filters.fetch.Fetcher;
import dev.yumen.filters.token.TokenRequest.Given;
import dev.yumen.filters.token.TokenRequest.NotGiven;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token that the gateway itself was given: fetched when a request needs it, again before it
 * ends and when a service did not take it. Requests that come while there is none wait for the one
 * fetch that is under way. One for filters with the same settings, across reloads. Any thread;
 * never blocks.
 */
final class OwnToken {
  private static final Logger LOG = LoggerFactory.getLogger(OwnToken.class);
  private static final long AHEAD_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int AHEAD_PART = 5;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 5;

  /** Least time between two fetches because a service did not take a token. */
  private static final long UNWANTED_PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

  private static final List<String> RESULTS =
      Stream.concat(
              Stream.of("ok", TokenRequest.REFUSED),
              Stream.of(Kind.values()).map(kind -> kind.name().toLowerCase(Locale.ROOT)))
          .toList();

  private final Fetcher fetcher;
  private final TokenRequest request;
  private final LongSupplier nanoTime;
  private final String provider;
  private final Map<String, FilterContext.Counter> fetches = new HashMap<>();

  private volatile @Nullable Token token;

  /** One that a service did not take, as long as another one is being fetched. */
  private volatile @Nullable Token unwanted;

  // What follows is guarded by this object's lock.
  private @Nullable CompletableFuture<@Nullable Token> underWay;
  private int failures;
  private long pausedUntil;
  private boolean rejectedBefore;
  private long nextUnwanted;

  /**
   * What requests get.
   *
   * @param field the value of Authorization
   * @param due from when on there should be another one, by the monotonic clock
   * @param end from when on it does not count
   */
  record Token(String field, long due, long end) {

    /** Nothing that could be used. */
    @Override
    public String toString() {
      return "token";
    }
  }

  private OwnToken(ClientCredentialsFilter.Config config, FilterContext context, Fetcher fetcher) {
    this.fetcher = fetcher;
    request = new TokenRequest(fetcher, config);
    nanoTime = context::nanoTime;
    provider = config.provider();
    for (String result : RESULTS) {
      fetches.put(
          result,
          context.counter(
              "gateway_token_fetches",
              "Times that a token of the gateway itself was fetched, by what came of it.",
              List.of("provider", provider, "result", result)));
    }
  }

  static OwnToken of(FilterContext context, ClientCredentialsFilter.Config config) {
    // Held by each configuration that uses it, not only by the one that makes the token.
    Fetcher fetcher = Fetcher.of(context, config.ca());
    // Settings hold a secret: what is kept as the name of the state is a digest.
    String name = Digest.of(config.toString().getBytes(UTF_8)).hex();
    return context.state(OwnToken.class, name, () -> new OwnToken(config, context, fetcher));
  }

  /** The token that counts now; null when {@link #next} is to be waited for. */
  @Nullable Token current() {
    Token known = known();
    if (known != null && isOver(known.due)) {
      next();
    }
    return known;
  }

  /** The token that counts now, without a look for the next one; null when there is none. */
  @Nullable Token known() {
    Token known = token;
    return known == null || known.equals(unwanted) || isOver(known.end) ? null : known;
  }

  private boolean isOver(long nanos) {
    return nanoTime.getAsLong() - nanos >= 0;
  }

  /** Completes, on any thread, with the token that counts then, or null when there is none. */
  synchronized CompletableFuture<@Nullable Token> next() {
    if (underWay != null) {
      return underWay;
    }
    Token known = token;
    boolean fresh = known != null && !known.equals(unwanted) && !isOver(known.due);
    return fresh || isPaused() ? CompletableFuture.completedFuture(left()) : start();
  }

  private boolean isPaused() {
    return failures > 0 && !isOver(pausedUntil);
  }

  /** The token, whatever is the matter with it, as long as it is not over. */
  private @Nullable Token left() {
    Token known = token;
    return known == null || isOver(known.end) ? null : known;
  }

  private CompletableFuture<@Nullable Token> start() {
    CompletableFuture<@Nullable Token> future = new CompletableFuture<>();
    underWay = future;
    fetcher.start(() -> fetch(future));
    return future;
  }

  /** Fetches another one, because a service did not take this one. */
  synchronized void reject(Token shown) {
    boolean early = rejectedBefore && !isOver(nextUnwanted);
    if (shown.equals(token) && underWay == null && !isPaused() && !early) {
      rejectedBefore = true;
      nextUnwanted = nanoTime.getAsLong() + UNWANTED_PAUSE_NANOS;
      unwanted = shown;
      start();
    }
  }

  private void fetch(CompletableFuture<@Nullable Token> future) {
    long asked = nanoTime.getAsLong();
    TokenRequest.Outcome outcome;
    try {
      outcome = request.ask();
    } catch (InterruptedException | RuntimeException e) {
      outcome = NotGiven.of(new Trouble(Kind.UNREACHABLE, provider + ": " + e));
    }
    Token settled;
    synchronized (this) {
      switch (outcome) {
        case Given given -> keep(given, asked);
        case NotGiven none -> failed(none);
      }
      unwanted = null; // when there is no other one, it still may be good elsewhere
      underWay = null;
      settled = left();
    }
    future.complete(settled);
  }

  private void keep(Given given, long asked) {
    long life = given.life().toNanos();
    token =
        new Token(
            "Bearer " + given.token(),
            asked + life - Math.min(AHEAD_NANOS, life / AHEAD_PART),
            asked + life);
    count("ok");
    if (failures > 0) {
      LOG.info("client-credentials: {} gives tokens again", provider);
    }
    failures = 0;
  }

  private void failed(NotGiven none) {
    count(none.result());
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures++, MOST_DOUBLINGS));
    pausedUntil = nanoTime.getAsLong() + pause.toNanos();
    LOG.warn(
        "client-credentials: no token from {}{}; not trying again for {}s",
        none.detail(),
        left() == null ? "" : ", the last one still counts",
        pause.toSeconds());
  }

  private void count(String result) {
    Objects.requireNonNull(fetches.get(result)).add(1);
  }
}
