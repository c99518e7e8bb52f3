package dev.yumen.dataplane.wire;

import dev.yumen.testkit.Pki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * TLS before two services: a connection that agreed to HTTP/2 (by ALPN) goes to the one, every
 * other to the other. Bytes go through as they are.
 */
final class AlpnRelay implements AutoCloseable {
  private final SSLServerSocket server;
  private final int http2;
  private final int http1;

  private AlpnRelay(SSLServerSocket server, int http2, int http1) {
    this.server = server;
    this.http2 = http2;
    this.http1 = http1;
    Thread.ofVirtual().start(this::accept);
  }

  /** Starts on a free port; the certificate is for {@code localhost}, from nobody who is known. */
  static AlpnRelay start(int http2, int http1) {
    try {
      SSLServerSocket server =
          (SSLServerSocket)
              Pki.context(Pki.called("relay").server("localhost"))
                  .getServerSocketFactory()
                  .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
      SSLParameters parameters = server.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
      server.setSSLParameters(parameters);
      return new AlpnRelay(server, http2, http1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        SSLSocket socket = (SSLSocket) server.accept();
        Thread.ofVirtual().start(() -> relay(socket));
      } catch (IOException e) {
        // closed, or the connection went away while it was accepted
      }
    }
  }

  private void relay(SSLSocket front) {
    try (front) {
      front.startHandshake();
      int port = front.getApplicationProtocol().equals("h2") ? http2 : http1;
      try (Socket back = new Socket(InetAddress.getLoopbackAddress(), port)) {
        Thread answers = Thread.ofVirtual().start(() -> copy(back, front));
        copy(front, back);
        answers.join();
      }
    } catch (IOException e) {
      // no TLS, or no service
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // one of them went away; the other direction finds out
    }
  }

  /** Stops accepting; connections end with their ends. */
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
