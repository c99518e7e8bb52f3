package dev.yumen.filters.oidc;

import dev.yumen.api.Exchange;
import dev.yumen.api.Key;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions that are in the cookies of browsers. A cookie is written again once a minute, so that it
 * tells when its session was used.
 */
final class CookieSessions implements Sessions {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  private final OidcLoginFilter.Config config;
  private final SealedCookies cookies;
  private final Memory memory;
  private final Refreshes refreshes;
  private final InstantSource clock;
  private final long touchMillis;

  /** The session that the answer has the browser keep. */
  private final Key<Session> kept = Key.of("oidc-login session");

  private final Key<Map<String, String>> sentCookies = Key.of("oidc-login cookies sent");

  CookieSessions(OidcLoginFilter.Config config, Parts parts, Refreshes refreshes) {
    this.config = config;
    cookies = parts.cookies();
    memory = parts.memory();
    this.refreshes = refreshes;
    clock = parts.clock();
    touchMillis = config.touch().toMillis();
  }

  private long now() {
    return clock.millis();
  }

  @Override
  public Verdict find(
      Exchange exchange, Map<String, String> sent, Function<@Nullable Session, Verdict> then) {
    return then.apply(found(exchange, sent));
  }

  private @Nullable Session found(Exchange exchange, Map<String, String> sent) {
    Session session = Session.read(cookies.session(exchange, sent));
    if (session == null || !isLive(session)) {
      SetCookies.add(exchange, cookies.forget(exchange, sent));
      return null;
    }
    exchange.put(sentCookies, sent);
    if (refreshes.remembered(session) instanceof Refreshed.Renewed renewed) {
      renewed(exchange, renewed.session());
      return renewed.session();
    }
    return session;
  }

  private boolean isLive(Session session) {
    long now = now();
    return now < session.began() + config.absoluteTimeout().toMillis()
        && now < session.seen() + config.idleTimeout().toMillis()
        && !memory.hasEnded(session, now);
  }

  @Override
  public Verdict begin(
      Exchange exchange, Map<String, String> sent, Session session, Function<Begun, Verdict> then) {
    List<String> lines = cookies.keep(exchange, sent, session.bytes(), config.idleTimeout());
    if (lines == null) {
      return then.apply(Begun.TOO_LARGE);
    }
    SetCookies.add(exchange, lines);
    return then.apply(Begun.KEPT);
  }

  @Override
  public Verdict forget(
      Exchange exchange, Map<String, String> sent, Session session, Supplier<Verdict> then) {
    memory.end(session.id(), session.began() + config.absoluteTimeout().toMillis());
    SetCookies.add(exchange, cookies.forget(exchange, sent));
    return then.get();
  }

  @Override
  public void renewed(Exchange exchange, Session session) {
    exchange.put(kept, session);
  }

  @Override
  public void touch(Exchange exchange, Session session) {
    if (now() - session.seen() >= touchMillis) {
      exchange.put(kept, session.seenAt(now()));
    }
  }

  /** While the answer was on its way another request may have renewed the session, or ended it. */
  @Override
  public void write(Exchange exchange, ResponseHead response) {
    Session session = exchange.get(kept);
    if (session == null || memory.hasEnded(session, now())) {
      return;
    }
    if (refreshes.remembered(session) instanceof Refreshed.Renewed renewed) {
      session = renewed.session();
    }
    Map<String, String> sent = exchange.get(sentCookies);
    long left = session.began() + config.absoluteTimeout().toMillis() - now();
    Duration age = Duration.ofMillis(Math.min(left, config.idleTimeout().toMillis()));
    List<String> lines =
        cookies.keep(exchange, sent == null ? Map.of() : sent, session.bytes(), age);
    if (lines == null) {
      LOG.warn("oidc-login: renewed tokens are too large for cookies; the session will end");
      return;
    }
    SetCookies.add(exchange, lines);
    // A shared cache may keep an answer with its cookies (RFC 9111 §7.3).
    response.headers().set("cache-control", "no-store");
  }
}
