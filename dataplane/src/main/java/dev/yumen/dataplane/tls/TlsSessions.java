package dev.yumen.dataplane.tls;

import dev.yumen.api.TlsSession;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Tells what TLS agreed on. */
public final class TlsSessions {
  private TlsSessions() {}

  /** Of a connection whose handshake is done; on its event loop. */
  public static TlsSession of(SslHandler handler) {
    SSLSession session = handler.engine().getSession();
    ServerSslHandler server = handler instanceof ServerSslHandler ours ? ours : null;
    return new TlsSession(
        session.getProtocol(),
        session.getCipherSuite(),
        server == null ? null : server.serverName(),
        handler.applicationProtocol(),
        peer(session),
        server != null && resumed(server, session));
  }

  /** Of a connection over QUIC whose handshake is done; on its event loop. */
  public static TlsSession of(QuicChannel channel, @Nullable String serverName) {
    SSLEngine engine = Objects.requireNonNull(channel.sslEngine());
    SSLSession session = engine.getSession();
    return new TlsSession(
        session.getProtocol(),
        session.getCipherSuite(),
        serverName,
        engine.getApplicationProtocol(),
        peer(session),
        false); // the library does not tell
  }

  private static @Nullable X509Certificate peer(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? certificate
          : null;
    } catch (SSLPeerUnverifiedException _) {
      return null;
    }
  }

  /** The JDK does not tell, but a session that is older than the handshake was there before. */
  private static boolean resumed(ServerSslHandler handler, SSLSession session) {
    return handler.engine() instanceof ReferenceCountedOpenSslEngine engine
        ? SSL.isSessionReused(engine.sslPointer())
        : session.getCreationTime() < handler.startMillis();
  }
}
