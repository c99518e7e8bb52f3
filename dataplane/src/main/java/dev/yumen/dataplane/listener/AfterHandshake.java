package dev.yumen.dataplane.listener;

import dev.yumen.api.TlsSession;
import dev.yumen.config.Http2Limits;
import dev.yumen.dataplane.http2.Http2ServerConnection;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.server.Http1ServerConnection;
import dev.yumen.dataplane.server.Serving;
import dev.yumen.dataplane.tls.TlsSessions;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/**
 * Waits for the end of a TLS handshake and puts the handler of the protocol that both sides agreed
 * on in its own place. A client that does not use ALPN speaks HTTP/1.1 (RFC 9113 §3.2), or HTTP/2
 * where nothing else is spoken.
 */
final class AfterHandshake extends ChannelInboundHandlerAdapter {
  private static final String H2 = "h2";

  private final Serving serving;
  private final boolean onlyHttp2;
  private final Http2Limits limits;

  AfterHandshake(Serving serving, boolean onlyHttp2, Http2Limits limits) {
    this.serving = serving;
    this.onlyHttp2 = onlyHttp2;
    this.limits = limits;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      SslHandler tls = context.pipeline().get(SslHandler.class);
      if (handshake.isSuccess() && tls != null) {
        become(context, TlsSessions.of(tls));
      } else {
        context.close();
      }
    } else if (event instanceof ConnectionRegistry.Order) {
      context.close();
    }
  }

  private void become(ChannelHandlerContext context, TlsSession session) {
    String agreed = session.applicationProtocol();
    boolean http2 = agreed == null ? onlyHttp2 : agreed.equals(H2);
    Serving secured = serving.over(session);
    ChannelHandler handler =
        http2 ? Http2ServerConnection.of(secured, limits) : new Http1ServerConnection(secured);
    context.pipeline().replace(this, null, handler);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    serving.registry().failed(String.valueOf(context.channel().remoteAddress()), cause);
    context.close();
  }
}
