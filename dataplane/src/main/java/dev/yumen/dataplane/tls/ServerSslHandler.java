package dev.yumen.dataplane.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Netty's handler for one client, that reports why a handshake failed and lets no failure pass. */
final class ServerSslHandler extends SslHandler {
  private final @Nullable String serverName;
  private final Handshake handshake;
  private boolean broken;

  ServerSslHandler(SSLEngine engine, @Nullable String serverName, Handshake handshake) {
    super(engine);
    this.serverName = serverName;
    this.handshake = handshake;
    setHandshakeTimeoutMillis(0); // Handshake's own began with the connection
    handshakeFuture()
        .addListener(
            done -> {
              if (done.isSuccess()) {
                handshake.succeeded();
              }
            });
  }

  @Nullable String serverName() {
    return serverName;
  }

  long startMillis() {
    return handshake.startMillis();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    super.handlerAdded(ctx);
    handshakeFuture()
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                Throwable cause = done.cause();
                handshake.refused(ctx.channel(), reason(cause), cause.getMessage());
              }
            });
  }

  private static TlsRefusal reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ClosedChannelException) {
        return TlsRefusal.TLS_HANDSHAKE_ABANDONED;
      }
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof CertificateException
          || message.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")
          || message.contains("Empty client certificate chain")) {
        return TlsRefusal.TLS_CLIENT_CERTIFICATE;
      }
    }
    return TlsRefusal.TLS_HANDSHAKE_FAILED;
  }

  /** Half-closed in the handshake is closed: nothing is left to say to such a client. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof ChannelInputShutdownEvent && !handshakeFuture().isDone()) {
      ctx.close();
      return;
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (!handshakeFuture().isSuccess()) {
      ctx.close(); // reported when the handshake failed
      return;
    }
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof SSLException) {
        if (!broken) {
          broken = true;
          handshake.report(ctx.channel(), TlsRefusal.TLS_BAD_RECORD, each.getMessage());
        }
        ctx.close();
        return;
      }
    }
    super.exceptionCaught(ctx, cause);
  }
}
