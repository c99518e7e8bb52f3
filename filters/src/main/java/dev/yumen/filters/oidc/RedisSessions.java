package dev.yumen.filters.oidc;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Key;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions that are in a Redis. Cookies hold a random id, another one after each login, and are
 * written again when Redis notes that their session is used.
 */
final class RedisSessions implements Sessions {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
  private static final int ID_BYTES = 32;

  private final OidcLoginFilter.Config config;
  private final Parts parts;
  private final SealedCookies cookies;
  private final SessionVault vault;
  private final Refreshes refreshes;

  /** The lines that tell the browser that its session was used just now. */
  private final Key<List<String>> used = Key.of("oidc-login session in use");

  /** Those of them that go with the answer. */
  private final Key<List<String>> kept = Key.of("oidc-login session id");

  RedisSessions(
      OidcLoginFilter.Config config, Parts parts, SessionVault vault, Refreshes refreshes) {
    this.config = config;
    this.parts = parts;
    this.vault = vault;
    this.refreshes = refreshes;
    cookies = parts.cookies();
  }

  @Override
  public Verdict find(
      Exchange exchange, Map<String, String> sent, Function<@Nullable Session, Verdict> then) {
    String id = cookies.id(exchange, sent);
    if (id == null) {
      return none(exchange, sent, then);
    }
    String place = place(exchange, id);
    return Verdict.await(
        vault
            .read(place, exchange.executor())
            .thenComposeAsync(
                reading -> Later.of(settle(exchange, sent, reading, then)), exchange.executor()));
  }

  private String place(Exchange exchange, String id) {
    return vault.place(cookies.own(exchange), id);
  }

  private Verdict none(
      Exchange exchange, Map<String, String> sent, Function<@Nullable Session, Verdict> then) {
    SetCookies.add(exchange, cookies.forget(exchange, sent));
    return then.apply(null);
  }

  private Verdict settle(
      Exchange exchange,
      Map<String, String> sent,
      Reading reading,
      Function<@Nullable Session, Verdict> then) {
    return switch (reading) {
      case Reading.Unavailable gone -> unavailable(gone.detail());
      case Reading.None _ -> none(exchange, sent, then);
      case Reading.Garbage _ -> {
        LOG.warn("oidc-login: what Redis holds of a session can not be opened; it is removed");
        String id = String.valueOf(cookies.id(exchange, sent));
        yield Verdict.await(
            vault
                .remove(place(exchange, id))
                .thenComposeAsync(_ -> Later.of(none(exchange, sent, then)), exchange.executor()));
      }
      case Reading.Found found -> {
        long left =
            found.session().began() + config.absoluteTimeout().toMillis() - parts.clock().millis();
        if (left <= 0) {
          remove(exchange, sent);
          yield none(exchange, sent, then);
        }
        if (found.noted()) {
          Duration age = Duration.ofMillis(Math.min(left, config.idleTimeout().toMillis()));
          String id = String.valueOf(cookies.id(exchange, sent));
          exchange.put(used, cookies.keepId(exchange, sent, id, age));
        }
        yield then.apply(latest(found));
      }
    };
  }

  private static Verdict unavailable(String detail) {
    return Verdict.fail(
        FailureCode.AUTH_UNAVAILABLE, "oidc-login: sessions are not to be had: " + detail);
  }

  /** Newer tokens than those in Redis are here when they could not be put there. */
  private Session latest(Reading.Found found) {
    Session session = found.session();
    if (!(refreshes.remembered(session) instanceof Refreshed.Renewed renewed)) {
      return session;
    }
    Session newer = renewed.session();
    later(vault.replace(session.id(), found.sealed(), vault.sealed(newer), ""));
    return newer;
  }

  /** Removes the session that a browser names, whatever becomes of it. */
  private void remove(Exchange exchange, Map<String, String> sent) {
    String id = cookies.id(exchange, sent);
    if (id != null) {
      later(vault.remove(place(exchange, id)));
    }
  }

  private void later(CompletionStage<Boolean> call) {
    call.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            vault.trouble(failure);
          }
        });
  }

  @Override
  public Verdict begin(
      Exchange exchange, Map<String, String> sent, Session session, Function<Begun, Verdict> then) {
    String id = Sealer.random(ID_BYTES);
    String before = cookies.id(exchange, sent);
    String last = before == null ? null : place(exchange, before);
    return Verdict.await(
        vault
            .add(session.named(place(exchange, id)))
            .thenCompose(
                added -> added && last != null ? vault.remove(last) : completedStage(added))
            .thenComposeAsync(
                kept -> {
                  if (!kept) {
                    return Later.of(then.apply(Begun.UNAVAILABLE));
                  }
                  SetCookies.add(
                      exchange, cookies.keepId(exchange, sent, id, config.idleTimeout()));
                  return Later.of(then.apply(Begun.KEPT));
                },
                exchange.executor()));
  }

  @Override
  public Verdict forget(
      Exchange exchange, Map<String, String> sent, Session session, Supplier<Verdict> then) {
    return Verdict.await(
        vault
            .remove(session.id())
            .thenComposeAsync(
                removed -> {
                  if (!removed) {
                    return Later.of(unavailable("redis does not forget one"));
                  }
                  SetCookies.add(exchange, cookies.forget(exchange, sent));
                  return Later.of(then.get());
                },
                exchange.executor()));
  }

  /** Whoever renewed it has put it into Redis. */
  @Override
  public void renewed(Exchange exchange, Session session) {}

  @Override
  public void touch(Exchange exchange, Session session) {
    List<String> lines = exchange.get(used);
    if (lines != null) {
      exchange.put(kept, lines);
    }
  }

  @Override
  public void write(Exchange exchange, ResponseHead response) {
    List<String> lines = exchange.get(kept);
    if (lines != null) {
      SetCookies.add(exchange, lines);
      // A shared cache may keep an answer with its cookies (RFC 9111 §7.3).
      response.headers().set("cache-control", "no-store");
    }
  }
}
