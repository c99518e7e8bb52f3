package dev.yumen.dataplane.exchange;

import dev.yumen.api.ConcurrencyLimit;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.upstream.Upstream;
import org.jspecify.annotations.Nullable;

/** One request's place among those that its upstream has to do with at once. */
final class Turn {
  private ConcurrencyLimit.@Nullable Ticket ticket;

  /**
   * Asks for a place unless there is one.
   *
   * @param granted called later on the exchange's loop when the request has to wait
   * @return false when it waits, or was refused and has failed
   */
  boolean come(Upstream upstream, ProxyExchange exchange, Runnable granted) {
    ConcurrencyLimit limit = upstream.concurrency();
    if (limit == null || (ticket != null && ticket.granted())) {
      return true;
    }
    ticket = limit.ask("", exchange.executor(), granted);
    if (ticket == null) {
      exchange.fail(overloaded(upstream.name() + " has too many requests (concurrency)"));
      return false;
    }
    if (ticket.granted()) {
      return true;
    }
    exchange.turnDue(upstream.pendingNanos());
    return false;
  }

  static Failure overloaded(String detail) {
    return Failure.of(FailureCode.OVERLOADED, detail).header("Retry-After", "1");
  }

  /** Gives the place back, or waits no more. */
  void end(long nanos) {
    ConcurrencyLimit.Ticket held = ticket;
    ticket = null;
    if (held != null) {
      held.end(nanos);
    }
  }
}
