package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;
import dev.yumen.api.Redis;
import dev.yumen.api.RedisFailure;
import dev.yumen.filters.security.ReplayGuard;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in a Redis that gateways share, sealed, so that who reads there learns nothing and who
 * writes there makes none. Each has a place: a digest of the id that the browser has. It is sealed
 * for its place alone. Every key ends by itself. Any thread.
 */
final class SessionVault {
  /** Tokens of a provider are 64 KiB at most, before they are sealed. */
  private static final int MOST_BYTES = 1 << 17;

  private final Redis redis;
  private final OidcLoginFilter.Config config;
  private final Sealer sealer;
  private final SharedEndings endings;
  private final Lookups lookups;

  /** What a metric tells apart. */
  enum Result {
    FOUND,
    NONE,
    GARBAGE,
    /** Redis did not answer, to whatever. */
    UNAVAILABLE
  }

  /** Counts what came of looking for sessions. */
  private static final class Lookups extends Tally<Result> {
    Lookups(FilterContext context) {
      super(
          context,
          Result.class,
          "gateway_oidc_stored_sessions",
          "Sessions that were looked for in Redis, by what came of it.");
    }
  }

  /** A session of which the tokens are to be renewed. */
  record Claim(Session session, String sealed, boolean mine) {}

  private SessionVault(Redis redis, OidcLoginFilter.Config config, FilterContext context) {
    this.redis = redis;
    this.config = config;
    String client = config.issuer() + " " + config.clientId();
    sealer = new Sealer(config.cookieSecret(), "yumen oidc-login session in redis " + client);
    endings =
        new SharedEndings(
            redis,
            "yumen:oidc:{" + digest("client", config.issuer(), config.clientId()) + "}:",
            config.absoluteTimeout().toMillis());
    lookups = new Lookups(context);
  }

  /** Null when sessions are in cookies. */
  static @Nullable SessionVault of(OidcLoginFilter.Config config, FilterContext context) {
    SessionConfig session = config.session();
    return session == null
        ? null
        : new SessionVault(context.redis("session.redis", session.redis()), config, context);
  }

  Endings endings() {
    return endings;
  }

  static String digest(String... parts) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(MessageDigest.getInstance("SHA-256").digest(ReplayGuard.thing(parts)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Where the session of an id is that stands in a cookie of this name. */
  String place(String cookie, String id) {
    return digest("session", config.issuer(), config.clientId(), cookie, id);
  }

  private static String key(String place) {
    return "yumen:oidc:{" + place + "}";
  }

  private static String lock(String place) {
    return key(place) + ":lock";
  }

  /** Keeps a new session at the place that is its id; whether that is done. */
  CompletionStage<Boolean> add(Session session) {
    long most = Math.min(config.idleTimeout().toMillis(), config.absoluteTimeout().toMillis());
    List<String> arguments = List.of(sealed(session), Long.toString(most));
    return done(redis.run(VaultScripts.ADD, List.of(key(session.id())), arguments));
  }

  private CompletionStage<Boolean> done(CompletionStage<List<Long>> call) {
    return call.handle(
        (answer, failure) -> {
          if (failure != null) {
            trouble(failure);
          }
          return failure == null;
        });
  }

  /**
   * What a call failed by, which counts.
   *
   * @throws CompletionException for what is none of Redis
   */
  Reading.Unavailable trouble(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (!(cause instanceof RedisFailure gone)) {
      throw new CompletionException(cause);
    }
    lookups.count(Result.UNAVAILABLE);
    return new Reading.Unavailable("redis " + redis.name() + ": " + gone.getMessage());
  }

  /** A session as it stands at the place that is its id; never twice the same. */
  String sealed(Session session) {
    return sealer.seal(session.id(), session.bytes());
  }

  private @Nullable Session open(String place, String sealed) {
    Session session = Session.read(sealer.open(place, sealed));
    return session == null ? null : session.named(place);
  }

  /**
   * Looks for the session of a place.
   *
   * @param executor opens what was sealed
   */
  CompletionStage<Reading> read(String place, Executor executor) {
    List<String> arguments =
        List.of(
            Long.toString(config.idleTimeout().toMillis()),
            Long.toString(config.absoluteTimeout().toMillis()),
            Long.toString(config.touch().toMillis()),
            Integer.toString(MOST_BYTES));
    return redis
        .runForTexts(VaultScripts.READ, List.of(key(place)), arguments)
        .thenComposeAsync(answer -> judged(place, answer), executor)
        .exceptionally(this::trouble);
  }

  private CompletionStage<Reading> judged(String place, List<String> answer) {
    if (answer.isEmpty()) {
      return CompletableFuture.completedStage(none());
    }
    Session session = answer.size() == 3 ? open(place, answer.get(0)) : null;
    if (session == null) {
      lookups.count(Result.GARBAGE);
      return CompletableFuture.completedStage(new Reading.Garbage());
    }
    return endings
        .hasEnded(session, answer.get(1))
        .thenApply(
            ended -> {
              if (ended) {
                return none();
              }
              lookups.count(Result.FOUND);
              return new Reading.Found(session, answer.get(0), answer.get(2).equals("1"));
            });
  }

  private Reading none() {
    lookups.count(Result.NONE);
    return new Reading.None();
  }

  /** Forgets a place; whether that is done. */
  CompletionStage<Boolean> remove(String place) {
    return done(redis.run(VaultScripts.REMOVE, List.of(key(place)), List.of()));
  }

  /**
   * Tries to be the one who renews the tokens of a session.
   *
   * @return completes with null when it is not there any more; fails as Redis does
   */
  CompletionStage<@Nullable Claim> claim(String place, String whose, long millis) {
    return redis
        .runForTexts(
            VaultScripts.CLAIM,
            List.of(key(place), lock(place)),
            List.of(whose, Long.toString(millis)))
        .thenApply(
            answer -> {
              Session session = answer.size() == 2 ? open(place, answer.get(0)) : null;
              return session == null
                  ? null
                  : new Claim(session, answer.get(0), answer.get(1).equals("1"));
            });
  }

  /**
   * Puts newer tokens in the place of those that were claimed, and gives the claim back. Comes to
   * the same when it is done again.
   *
   * @return whether the session is still there; fails as Redis does
   */
  CompletionStage<Boolean> replace(String place, String old, String newer, String whose) {
    return redis
        .run(VaultScripts.REPLACE, List.of(key(place), lock(place)), List.of(newer, old, whose))
        .thenApply(answer -> answer.size() == 1 && answer.getFirst() == 1);
  }

  /** Gives a claim back; whether that is done. If not, it ends by itself. */
  CompletionStage<Boolean> release(String place, String whose) {
    return done(redis.run(VaultScripts.RELEASE, List.of(lock(place)), List.of(whose)));
  }
}
