package dev.yumen.filters.oidc;

import dev.yumen.api.Exchange;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that browsers bring along, and when they end. What is to be done next is handed in,
 * as it may have to wait. On the event loop of the exchange.
 */
sealed interface Sessions permits CookieSessions, RedisSessions {

  /** What came of keeping a new session. */
  enum Begun {
    KEPT,
    TOO_LARGE,
    /** Nobody can say whether it is kept. */
    UNAVAILABLE
  }

  /** Finds the session of a request as it is now, or null; a cookie that holds none is to go. */
  Verdict find(
      Exchange exchange, Map<String, String> sent, Function<@Nullable Session, Verdict> then);

  /** Has the browser keep a new session. */
  Verdict begin(
      Exchange exchange, Map<String, String> sent, Session session, Function<Begun, Verdict> then);

  /** Ends a session before its time: browser and gateway forget it. */
  Verdict forget(
      Exchange exchange, Map<String, String> sent, Session session, Supplier<Verdict> then);

  /** Notes that the session has newer tokens. */
  void renewed(Exchange exchange, Session session);

  /** Notes that the session is in use. */
  void touch(Exchange exchange, Session session);

  /** Has the browser keep what is to be kept, as it is now. */
  void write(Exchange exchange, ResponseHead response);
}
