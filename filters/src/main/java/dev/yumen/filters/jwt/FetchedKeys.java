package dev.yumen.filters.jwt;

import dev.yumen.api.FilterContext;
import dev.yumen.filters.fetch.Fetched;
import dev.yumen.filters.fetch.Fetched.Page;
import dev.yumen.filters.fetch.Fetched.Trouble;
import dev.yumen.filters.fetch.Fetcher;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of a provider, kept fresh: fetched again before they are said to become old, and when a
 * token names one that is not there. As long as fetching fails, the last good keys count, up to a
 * time if settings say one. Across reloads there is one for each provider.
 */
final class FetchedKeys implements KeySource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FetchedKeys.class);
  private static final Duration LEAST_AGE = Duration.ofMinutes(1);
  private static final Duration MOST_AGE = Duration.ofDays(1);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 6;

  /** Keys are fetched again after this share of their time, so that there is time for trouble. */
  private static final double AHEAD = 0.8;

  private static final List<String> RESULTS =
      Stream.concat(
              Stream.of("ok", "no_keys"),
              Stream.of(Fetched.Kind.values()).map(kind -> kind.name().toLowerCase(Locale.ROOT)))
          .toList();

  private final Fetcher fetcher;
  private final Jwks settings;
  private final @Nullable String issuer;
  private final KeyReader reader;
  private final String name;
  private final Map<String, FilterContext.Counter> fetches = new HashMap<>();

  private volatile @Nullable Keys keys;

  /** From when on they do not count, by the monotonic clock; set before they are. */
  private volatile long end;

  // What follows is guarded by this object's lock.
  private @Nullable CompletableFuture<@Nullable Keys> underWay;
  private @Nullable Future<?> next;
  private long lastRefetch;
  private boolean refetched;
  private int failures;
  private boolean closed;
  private byte[] lastBody = {};

  /** What one round of fetching came to: the keys and how long they are good, or why not. */
  private record Round(
      @Nullable List<VerificationKey> keys, byte[] body, @Nullable Duration age, Trouble trouble) {
    private static final Trouble NONE = new Trouble(Fetched.Kind.UNREACHABLE, "");

    static Round failed(Trouble trouble) {
      return new Round(null, new byte[0], null, trouble);
    }
  }

  private FetchedKeys(
      FilterContext context, @Nullable String issuer, Jwks settings, Set<Algorithm> algorithms) {
    this.settings = settings;
    this.issuer = issuer;
    fetcher = Fetcher.of(context, settings.ca());
    reader = new KeyReader(algorithms);
    name = settings.url() != null ? settings.url() : String.valueOf(issuer);
    for (String result : RESULTS) {
      fetches.put(
          result,
          context.counter(
              "gateway_key_fetches",
              "Times that the keys of a provider were fetched, by what came of it.",
              List.of("provider", name, "result", result)));
    }
    start();
  }

  /**
   * The keys of this provider, at once or soon.
   *
   * @param issuer whose configuration names the address of the keys; only when settings do not
   */
  static FetchedKeys of(
      FilterContext context, @Nullable String issuer, Jwks settings, Set<Algorithm> algorithms) {
    // Held by each configuration that uses it, not only by the one that makes the keys.
    Fetcher.of(context, settings.ca());
    String key = issuer + " " + settings + " " + algorithms;
    return context.state(
        FetchedKeys.class, key, () -> new FetchedKeys(context, issuer, settings, algorithms));
  }

  @Override
  public @Nullable Keys current() {
    Keys known = keys;
    return known == null || settings.keep() == null || System.nanoTime() - end < 0 ? known : null;
  }

  @Override
  public synchronized @Nullable CompletionStage<@Nullable Keys> refetch() {
    if (underWay != null) {
      return underWay;
    }
    long now = System.nanoTime();
    if (closed || (refetched && now - lastRefetch < settings.refetch().toNanos())) {
      return null;
    }
    refetched = true;
    lastRefetch = now;
    return start();
  }

  @Override
  public synchronized @Nullable CompletionStage<@Nullable Keys> first() {
    return underWay;
  }

  private synchronized CompletableFuture<@Nullable Keys> start() {
    if (underWay != null) {
      return underWay;
    }
    if (next != null) {
      next.cancel(false);
    }
    CompletableFuture<@Nullable Keys> future = new CompletableFuture<>();
    underWay = future;
    fetcher.start(() -> fetch(future));
    return future;
  }

  private void fetch(CompletableFuture<@Nullable Keys> future) {
    Round round;
    try {
      round = round();
    } catch (InterruptedException | RuntimeException e) {
      round = Round.failed(new Trouble(Fetched.Kind.UNREACHABLE, name + ": " + e));
    }
    try {
      synchronized (this) {
        underWay = null;
        if (!closed) {
          next = fetcher.after(settle(round), this::start);
        }
      }
    } catch (RejectedExecutionException _) {
      // The last configuration that fetches anything has gone meanwhile.
    } finally {
      future.complete(current());
    }
  }

  /** Takes over what was fetched; returns when to fetch again. */
  private Duration settle(Round round) {
    List<VerificationKey> found = round.keys;
    if (found == null) {
      return failed(round.trouble.kind().name(), round.trouble.detail());
    }
    if (found.isEmpty()) {
      return failed("no_keys", name + " has no key that can be used");
    }
    failures = 0;
    count("ok");
    Duration good = good(round.age);
    if (settings.keep() != null) {
      end = System.nanoTime() + good.plus(settings.keep()).toNanos();
    }
    Keys before = keys;
    if (before == null || !Arrays.equals(lastBody, round.body)) {
      Keys fresh = new Keys(found);
      keys = before == null ? fresh : fresh.reusing(before);
      lastBody = round.body;
      LOG.info("jwt: {} has {} keys", name, found.size());
    }
    double share = AHEAD - ThreadLocalRandom.current().nextDouble() / 10;
    return Duration.ofMillis((long) (good.toMillis() * share));
  }

  private void count(String result) {
    Objects.requireNonNull(fetches.get(result)).add(1);
  }

  private Duration failed(String kind, String detail) {
    count(kind.toLowerCase(Locale.ROOT));
    int doublings = Math.min(failures++, MOST_DOUBLINGS);
    Duration pause = FIRST_PAUSE.multipliedBy(1L << doublings);
    LOG.warn(
        "jwt: no keys from {}{}; trying again in {}s",
        detail,
        current() == null ? "" : ", the last good ones go on counting",
        pause.toSeconds());
    return pause;
  }

  /** How long the keys are good that were fetched now. */
  private Duration good(@Nullable Duration age) {
    if (age == null) {
      return settings.refresh();
    }
    Duration least = age.compareTo(LEAST_AGE) < 0 ? LEAST_AGE : age;
    return least.compareTo(MOST_AGE) > 0 ? MOST_AGE : least;
  }

  private Round round() throws InterruptedException {
    Object address = address();
    if (address instanceof Trouble trouble) {
      return Round.failed(trouble);
    }
    Fetched fetched = fetcher.get(wish((URI) address));
    return switch (fetched) {
      case Trouble trouble -> Round.failed(trouble);
      case Page page -> {
        List<VerificationKey> found = reader.published(page.body());
        yield found == null
            ? Round.failed(new Trouble(Fetched.Kind.CONTENT, address + " sent no JWK set"))
            : new Round(found, page.body(), page.maxAge(), Round.NONE);
      }
    };
  }

  private Fetcher.Wish wish(URI uri) {
    return new Fetcher.Wish(uri, settings.timeout(), (int) settings.maxSize().bytes());
  }

  /** The address of the keys, or trouble. */
  private Object address() throws InterruptedException {
    if (settings.url() != null) {
      return URI.create(settings.url());
    }
    return switch (Discovery.ask(
        fetcher, String.valueOf(issuer), settings.timeout(), (int) settings.maxSize().bytes())) {
      case Discovery.Failed failed -> failed.trouble();
      case Discovery.Document document -> address(document);
    };
  }

  private Object address(Discovery.Document document) {
    URI address = document.address("jwks_uri", settings.allowHttp());
    return address == null
        ? new Trouble(Fetched.Kind.CONTENT, document.page() + " names no https address of keys")
        : address;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (next != null) {
      next.cancel(false);
    }
  }
}
