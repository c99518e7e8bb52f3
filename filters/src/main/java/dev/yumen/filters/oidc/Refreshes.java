package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;
import dev.yumen.filters.fetch.Fetcher;
import dev.yumen.filters.jwt.IssuerTokens;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Renews sessions, each refresh token once: a browser sends many requests with the same cookie at
 * once, and providers take a refresh token that is used twice for a stolen one (RFC 9700 §4.14.2).
 * So those that come while one is under way wait for it, and those that come later with the old
 * cookie get what came of it, for a while.
 */
final class Refreshes {
  private static final long REMEMBERED_MILLIS = 120_000;

  /** After trouble, sessions that are still good are not held up for this time. */
  private static final long PAUSE_MILLIS = 5_000;

  private final OidcLoginFilter.Config config;
  private final Memory memory;
  private final Fetcher fetcher;
  private final Provider provider;
  private final TokenEndpoint tokens;
  private final IssuerTokens idTokens;
  private final InstantSource clock;
  private final @Nullable SessionVault vault;
  private final FilterContext.Counter renewed;
  private final FilterContext.Counter ended;
  private final FilterContext.Counter unavailable;

  Refreshes(OidcLoginFilter.Config config, FilterContext context, Parts parts) {
    this.config = config;
    memory = parts.memory();
    fetcher = parts.fetcher();
    provider = parts.provider();
    tokens = parts.tokens();
    idTokens = parts.idTokens();
    clock = parts.clock();
    vault = parts.vault();
    renewed = counter(context, "ok");
    ended = counter(context, "ended");
    unavailable = counter(context, "unavailable");
  }

  private static FilterContext.Counter counter(FilterContext context, String result) {
    return context.counter(
        "gateway_oidc_refreshes",
        "Sessions whose tokens were to be renewed, by what came of it.",
        List.of("route", context.routeId(), "result", result));
  }

  /** What came of the same refresh token a short while ago; null when it was not used. */
  @Nullable Refreshed remembered(Session session) {
    String token = session.refreshToken();
    return token == null ? null : memory.refreshed.get(generation(session, token), clock.millis());
  }

  /** A session with its tokens of one time; providers may keep the refresh token. */
  private static String generation(Session session, String refreshToken) {
    return session.id() + " " + session.accessEnd() + " " + refreshToken;
  }

  /**
   * Renews a session, or waits for whoever does.
   *
   * @return completes on any thread; null when too much is under way
   */
  @Nullable CompletableFuture<Refreshed> refresh(Session session, String refreshToken) {
    String key = generation(session, refreshToken);
    CompletableFuture<Refreshed> mine = new CompletableFuture<>();
    CompletableFuture<Refreshed> earlier = memory.refreshing.putIfAbsent(key, mine);
    if (earlier != null) {
      return earlier;
    }
    Refreshed known = memory.refreshed.get(key, clock.millis());
    if (known != null) {
      memory.refreshing.remove(key);
      mine.complete(known);
      return mine;
    }
    CompletableFuture<Refreshed> work =
        memory.run(fetcher, () -> remember(key, shared(session, refreshToken)));
    if (work == null) {
      memory.refreshing.remove(key);
      mine.complete(new Refreshed.Unknown("too many logins are under way"));
      return null;
    }
    work.whenComplete(
        (result, thrown) -> {
          memory.refreshing.remove(key);
          mine.complete(
              thrown == null ? result : new Refreshed.Unknown("the refresh failed: " + thrown));
        });
    return mine;
  }

  private Refreshed remember(String key, Refreshed result) {
    boolean settled = !(result instanceof Refreshed.Unknown);
    long until = clock.millis() + (settled ? REMEMBERED_MILLIS : PAUSE_MILLIS);
    memory.refreshed.put(key, result, until);
    return result;
  }

  private Refreshed shared(Session session, String refreshToken) throws InterruptedException {
    return vault == null
        ? ask(session, refreshToken)
        : new SharedRefresh(vault, config.timeout(), this::ask).run(session);
  }

  private Refreshed ask(Session session, String refreshToken) throws InterruptedException {
    Endpoints endpoints = provider.settled();
    if (endpoints == null) {
      return unknown("the provider is not there");
    }
    return switch (tokens.refresh(endpoints, refreshToken)) {
      case Granted.Refused refused -> over(refused.detail());
      case Granted.Unavailable trouble -> unknown(trouble.detail());
      case Tokens fresh -> renew(session, fresh);
    };
  }

  private Refreshed renew(Session session, Tokens fresh) {
    String idToken = fresh.id();
    if (idToken == null) {
      renewed.add(1);
      return new Refreshed.Renewed(session.with(fresh, session.idToken(), clock.millis()));
    }
    return switch (idTokens.verify(idToken)) {
      case IssuerTokens.Bad bad -> over("the new ID token: " + bad.detail());
      // The refresh token may be spent already, so there is nothing to come back with later.
      case IssuerTokens.Unknowable _ -> over("the keys of the provider are not known");
      case IssuerTokens.Good good -> {
        var before = IssuerTokens.claims(session.idToken());
        Object subject = before == null ? null : before.get("sub");
        if (!Objects.equals(subject, good.claims().get("sub"))) {
          yield over("the new ID token is about somebody else");
        }
        renewed.add(1);
        yield new Refreshed.Renewed(session.with(fresh, idToken, clock.millis()));
      }
    };
  }

  private Refreshed over(String detail) {
    ended.add(1);
    return new Refreshed.Ended(detail);
  }

  private Refreshed unknown(String detail) {
    unavailable.add(1);
    return new Refreshed.Unknown(config.issuer() + ": " + detail);
  }
}
