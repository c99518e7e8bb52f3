package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.UpstreamStream;
import dev.yumen.dataplane.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * An answer on its way from its service, whichever attempt it comes by: head, body and end, or the
 * tunnel that it opens. The other side of {@link Upload}. Only on the exchange's loop.
 */
final class Download {
  private final ProxyExchange exchange;
  private final Attempts attempts;
  private long idleNanos;
  private boolean over;
  private @Nullable Tunnel tunnel;

  /**
   * @param attempts what it comes by
   */
  Download(ProxyExchange exchange, Attempts attempts) {
    this.exchange = exchange;
    this.attempts = attempts;
  }

  /** Says which service it is to come from. */
  void from(Upstream service) {
    idleNanos = service.config().timeout().idle().toNanos();
  }

  /** Longest time without a byte, in either direction; 0 for any. */
  long idleNanos() {
    return idleNanos;
  }

  /** The version of HTTP that the service answers in. */
  String version() {
    UpstreamStream from = attempts.stream();
    return from == null ? "1.1" : from.version();
  }

  // ---- the answer ----

  /** Why this head must not be passed on, or null when it may. */
  @Nullable Failure refused(HeadTable fields, Framing framing) {
    return framing == Framing.TUNNEL
        ? Tunnel.refused(exchange.head(), fields, exchange.client())
        : null;
  }

  /** Takes the head: filters see it. */
  void begin(HeadTable fields, Framing framing, long length) {
    exchange.answering().upstream(fields, framing, length);
    exchange.beginResponse();
    flushOwnAnswer();
  }

  /** Takes a piece of the body, and ownership of it. */
  void body(ByteBuf data) {
    if (tunnel != null) {
      if (!tunnel.toClient(data)) {
        pause();
      }
      return;
    }
    moved();
    exchange.answering().body(data);
    flushOwnAnswer();
  }

  /** It is complete. */
  void end(@Nullable HeadTable trailers) {
    if (tunnel == null) {
      exchange.answering().end(trailers);
    } else {
      tunnel.upstreamEnded();
    }
  }

  /** A filter has put another answer in the place of this one, whose events end here. */
  private void flushOwnAnswer() {
    if (over) {
      exchange.client().flush();
    }
  }

  /** Something of it has come: the idle time begins anew. */
  void moved() {
    exchange.answerMoved(idleNanos);
  }

  /** The client takes no more for now. */
  void pause() {
    UpstreamStream from = attempts.stream();
    if (from != null) {
      from.pauseResponse();
      exchange.answerPaused();
    }
  }

  /** The client takes more. */
  void resume() {
    UpstreamStream from = attempts.stream();
    if (from != null && !over) {
      if (tunnel == null) {
        moved();
      }
      from.resumeResponse();
    }
  }

  // ---- tunnels ----

  /** Response filters have let the 101 pass. */
  void openTunnel() {
    UpstreamStream to = attempts.stream();
    if (to != null) {
      Tunnel opened = new Tunnel(exchange, to);
      tunnel = opened;
      exchange.noUpstreamLimits();
      exchange.tunnelOpened(exchange.snapshot().limits().tunnelLifetimeNanos());
      exchange.answering().sendTunnelHead();
      opened.open();
    }
  }

  /** The tunnel that was opened, if any. */
  @Nullable Tunnel tunnel() {
    return tunnel;
  }

  // ---- ends ----

  /** Nobody wants it any more. */
  void drop() {
    over = true;
  }

  /** The exchange is over. */
  void close() {
    over = true;
    if (tunnel != null && attempts.stream() != null) {
      tunnel.end();
    }
  }
}
