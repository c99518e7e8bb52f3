package dev.yumen.dataplane.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What filters and the access log may know of a TLS connection.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param serverName the host name that the client asked for, in lower case
 * @param applicationProtocol agreed on by ALPN; null when the client did not use it
 * @param clientCertificate checked; null when the client showed none
 * @param resumed whether an earlier session was taken up again
 */
public record TlsSession(
    String protocol,
    String cipher,
    @Nullable String serverName,
    @Nullable String applicationProtocol,
    @Nullable X509Certificate clientCertificate,
    boolean resumed) {

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
