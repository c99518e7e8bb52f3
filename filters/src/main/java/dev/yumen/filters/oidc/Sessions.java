package dev.yumen.filters.oidc;

import dev.yumen.api.Exchange;
import dev.yumen.api.Key;
import dev.yumen.api.ResponseHead;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions that browsers bring along, and when they end. A cookie is written again once a
 * minute, so that it tells when its session was used.
 */
final class Sessions {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
  private static final Duration TOUCH = Duration.ofMinutes(1);
  private static final int SHARE_OF_IDLE = 4;

  private final OidcLoginFilter.Config config;
  private final SealedCookies cookies;
  private final Memory memory;
  private final Refreshes refreshes;
  private final InstantSource clock;
  private final long touchMillis;

  /** The session that the answer has the browser keep. */
  private final Key<Session> kept = Key.of("oidc-login session");

  private final Key<Map<String, String>> sentCookies = Key.of("oidc-login cookies sent");

  Sessions(OidcLoginFilter.Config config, Parts parts, Refreshes refreshes, InstantSource clock) {
    this.config = config;
    cookies = parts.cookies();
    memory = parts.memory();
    this.refreshes = refreshes;
    this.clock = clock;
    touchMillis = Math.min(TOUCH.toMillis(), config.idleTimeout().toMillis() / SHARE_OF_IDLE);
  }

  long now() {
    return clock.millis();
  }

  /** The session of a request as it is now, or null; a cookie that holds none is to go. */
  @Nullable Session find(Exchange exchange, Map<String, String> sent) {
    Session session = Session.read(cookies.session(exchange, sent));
    if (session == null || !isLive(session)) {
      SetCookies.add(exchange, cookies.forget(exchange, sent));
      return null;
    }
    exchange.put(sentCookies, sent);
    if (refreshes.remembered(session) instanceof Refreshed.Renewed renewed) {
      keep(exchange, renewed.session());
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

  /** Ends a session before its time. */
  void end(Exchange exchange, Map<String, String> sent, Session session, String detail) {
    LOG.info("oidc-login: a session ended: {}", detail);
    forget(exchange, sent, session);
  }

  /** Has browser and gateway forget a session. */
  void forget(Exchange exchange, Map<String, String> sent, Session session) {
    memory.end(session.id(), session.began() + config.absoluteTimeout().toMillis());
    SetCookies.add(exchange, cookies.forget(exchange, sent));
  }

  void keep(Exchange exchange, Session session) {
    exchange.put(kept, session);
  }

  /** Notes that the session is in use. */
  void touch(Exchange exchange, Session session) {
    if (now() - session.seen() >= touchMillis) {
      keep(exchange, session.seenAt(now()));
    }
  }

  /**
   * Has the browser keep what is to be kept, as it is now: while the answer was on its way another
   * request may have renewed the session, or ended it.
   */
  void write(Exchange exchange, ResponseHead response) {
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
