package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A client that trusts everybody and looks at what it is shown. */
final class TlsProbe {
  private TlsProbe() {}

  /** What came of one connection: the certificate, and the whole answer to {@code GET /}. */
  record Seen(X509Certificate certificate, String answer) {
    boolean selfSigned() {
      return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }
  }

  /** Asks the port for this name. */
  static Seen get(int port, String name) {
    try (SSLSocket socket = connect(port, name)) {
      socket.getOutputStream().write(request(name));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      return new Seen((X509Certificate) socket.getSession().getPeerCertificates()[0], answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] request(String name) {
    return ("GET / HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n").getBytes(US_ASCII);
  }

  private static SSLSocket connect(int port, String name) throws IOException {
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
    SSLSocket socket =
        (SSLSocket) context().getSocketFactory().createSocket(plain, name, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(name)));
    socket.setSSLParameters(parameters);
    socket.setSoTimeout((int) GatewayProcess.PATIENCE.toMillis());
    socket.startHandshake();
    return socket;
  }

  private static SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Everybody()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Everybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
