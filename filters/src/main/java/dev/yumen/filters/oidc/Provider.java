package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;
import dev.yumen.filters.fetch.Fetcher;
import dev.yumen.filters.jwt.Discovery;
import dev.yumen.filters.jwt.Jwks;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An OpenID provider and the addresses that it publishes: fetched when somebody wants to log in,
 * and again once they are old, which nobody waits for. As long as that fails, the last good ones
 * count.
 */
final class Provider {
  private static final Logger LOG = LoggerFactory.getLogger(Provider.class);
  private static final long OLD_NANOS = Duration.ofHours(1).toNanos();
  private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

  private final Fetcher fetcher;
  private final String issuer;
  private final Jwks fetching;

  private volatile @Nullable Endpoints endpoints;
  private volatile long nextNanos = System.nanoTime();

  /** Guarded by this object's lock. */
  private @Nullable CompletableFuture<@Nullable Endpoints> underWay;

  private Provider(Fetcher fetcher, String issuer, Jwks fetching) {
    this.fetcher = fetcher;
    this.issuer = issuer;
    this.fetching = fetching;
  }

  /** The one of this issuer, across reloads. */
  static Provider of(FilterContext context, String issuer, Jwks fetching) {
    Fetcher fetcher = Fetcher.of(context, fetching.ca());
    return context.state(
        Provider.class, issuer + " " + fetching, () -> new Provider(fetcher, issuer, fetching));
  }

  /** The addresses that count now; null as long as there are none. Never blocks. */
  @Nullable Endpoints current() {
    Endpoints known = endpoints;
    if (known != null && System.nanoTime() - nextNanos >= 0) {
      find();
    }
    return known;
  }

  /** The addresses once they are there; completes with null when they can not be had. */
  synchronized CompletableFuture<@Nullable Endpoints> find() {
    if (underWay != null) {
      return underWay;
    }
    if (System.nanoTime() - nextNanos < 0) {
      return CompletableFuture.completedFuture(endpoints);
    }
    CompletableFuture<@Nullable Endpoints> future = new CompletableFuture<>();
    underWay = future;
    fetcher.start(() -> fetch(future));
    return future;
  }

  /** The addresses, or null when they can not be had. Blocks, so not on an event loop. */
  @Nullable Endpoints settled() {
    Endpoints known = current();
    return known == null ? find().join() : known;
  }

  private void fetch(CompletableFuture<@Nullable Endpoints> future) {
    String trouble;
    try {
      trouble = trouble();
    } catch (InterruptedException | RuntimeException e) {
      trouble = issuer + ": " + e;
    }
    if (trouble != null) {
      LOG.warn(
          "oidc-login: no configuration from {}{}",
          trouble,
          endpoints == null ? "" : ", the last good one goes on counting");
    }
    synchronized (this) {
      nextNanos = System.nanoTime() + (trouble == null ? OLD_NANOS : PAUSE_NANOS);
      underWay = null;
    }
    future.complete(endpoints);
  }

  /** Fetches; why it failed, or null. */
  private @Nullable String trouble() throws InterruptedException {
    int most = (int) fetching.maxSize().bytes();
    return switch (Discovery.ask(fetcher, issuer, fetching.timeout(), most)) {
      case Discovery.Failed failed -> failed.trouble().detail();
      case Discovery.Document document -> take(document);
    };
  }

  private @Nullable String take(Discovery.Document document) {
    try {
      endpoints = Endpoints.of(document.members(), fetching.allowHttp());
      return null;
    } catch (IllegalArgumentException e) {
      return document.page() + ": " + e.getMessage();
    }
  }
}
