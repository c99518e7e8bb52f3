package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.UpstreamStream;
import dev.yumen.dataplane.stream.WebSocketHandshake;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** An open WebSocket: bytes go through as they are, and each side may end by itself. */
final class Tunnel {
  private final ProxyExchange exchange;
  private final ClientStream client;
  private final UpstreamStream upstream;
  private final WebSocketFrames toClient = new WebSocketFrames();
  private final WebSocketFrames toUpstream = new WebSocketFrames();
  private boolean clientEnded;
  private boolean upstreamEnded;

  Tunnel(ProxyExchange exchange, UpstreamStream upstream) {
    this.exchange = exchange;
    this.client = exchange.client();
    this.upstream = upstream;
  }

  /**
   * Why this 101 must not be passed on, or null when it may: it has to name the protocol that was
   * asked for and prove that it understood the handshake (RFC 6455 §4.1), and the client must not
   * have sent anything before it could know.
   */
  static @Nullable Failure refused(HeadTable request, HeadTable answer, ClientStream client) {
    if (client.sentAhead()) {
      client.closeAfterAnswer();
      return Failure.of(FailureCode.BAD_REQUEST, "bytes after a request to upgrade");
    }
    String protocol = answer.first("upgrade");
    if (protocol == null || !protocol.equalsIgnoreCase(request.first("upgrade"))) {
      return Failure.of(FailureCode.UPSTREAM_PROTOCOL, "101 for another protocol: " + protocol);
    }
    String key = request.first("sec-websocket-key");
    String accept = answer.first("sec-websocket-accept");
    if (key == null || accept == null || !accept.equals(WebSocketHandshake.accept(key))) {
      return Failure.of(FailureCode.UPSTREAM_PROTOCOL, "101 with a wrong Sec-WebSocket-Accept");
    }
    return null;
  }

  /** The 101 is on its way to the client. */
  void open() {
    upstream.startTunnel();
    upstream.resumeResponse();
    client.startTunnel();
  }

  /** Bytes of the upstream; takes ownership. Says whether the client takes more. */
  boolean toClient(ByteBuf data) {
    toClient.follow(data);
    client.sendBody(data);
    return client.writable();
  }

  /** Bytes of the client; takes ownership. Says whether the upstream takes more. */
  boolean toUpstream(ByteBuf data) {
    toUpstream.follow(data);
    upstream.sendBody(data);
    return upstream.writable();
  }

  void clientEnded() {
    clientEnded = true;
    if (upstreamEnded) {
      exchange.answered(null);
    } else {
      upstream.endTunnel();
    }
  }

  void upstreamEnded() {
    upstreamEnded = true;
    if (clientEnded) {
      exchange.answered(null);
    } else {
      client.endTunnel();
    }
  }

  /** Ends both sides; each is told so when it is not in the middle of a frame (RFC 6455 §7.4.1). */
  void goAway() {
    if (!upstreamEnded && toClient.takesClose()) {
      client.sendBody(WebSocketFrames.goingAway(false));
    }
    if (!clientEnded && toUpstream.takesClose()) {
      upstream.sendBody(WebSocketFrames.goingAway(true));
    }
    upstream.flush();
    clientEnded = true;
    upstreamEnded = true;
    exchange.answered(null);
    client.flush();
  }

  /** The exchange is over. */
  void end() {
    if (clientEnded && upstreamEnded) {
      upstream.finishTunnel();
    } else {
      upstream.cancel();
    }
  }
}
