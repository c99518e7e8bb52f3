package dev.yumen.dataplane.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** The JDK's client; what it learns of the server comes with its answer. */
final class TlsClient {
  private final SSLContext context;
  private final int port;
  private @Nullable String serverName;
  private String[] protocols = {"TLSv1.2", "TLSv1.3"};
  private String[] alpn = {};

  TlsClient(SSLContext context, int port) {
    this.context = context;
    this.port = port;
  }

  TlsClient name(String name) {
    serverName = name;
    return this;
  }

  TlsClient versions(String... versions) {
    protocols = versions;
    return this;
  }

  TlsClient alpn(String... offered) {
    alpn = offered;
    return this;
  }

  /** What the server showed. */
  record Seen(X509Certificate certificate, String version, String cipher, String alpn) {
    String subject() {
      return certificate.getSubjectX500Principal().getName();
    }
  }

  SSLSocket connect() throws IOException {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(protocols);
    parameters.setApplicationProtocols(alpn);
    if (serverName != null) {
      parameters.setServerNames(List.of(new SNIHostName(serverName)));
    }
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  /** Connects, sends a word and gets it back. */
  Seen echo() throws IOException {
    try (SSLSocket socket = connect()) {
      return echo(socket);
    }
  }

  static Seen echo(SSLSocket socket) throws IOException {
    byte[] word = "hello".getBytes(US_ASCII);
    socket.getOutputStream().write(word);
    String back = new String(socket.getInputStream().readNBytes(word.length), US_ASCII);
    if (!back.equals("hello")) {
      throw new IOException("not sent back: " + back);
    }
    return new Seen(
        (X509Certificate) socket.getSession().getPeerCertificates()[0],
        socket.getSession().getProtocol(),
        socket.getSession().getCipherSuite(),
        socket.getApplicationProtocol());
  }
}
