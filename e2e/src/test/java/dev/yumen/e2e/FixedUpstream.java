package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * An upstream for load: answers every request without a body with the same bytes and keeps nothing
 * of what it saw.
 */
final class FixedUpstream implements AutoCloseable {
  private final ServerSocket server;
  private final byte[] answer;

  FixedUpstream(String body) {
    answer =
        ("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
            .getBytes(ISO_8859_1);
    try {
      server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (skipHead(in)) {
        socket.getOutputStream().write(answer);
      }
    } catch (IOException _) {
      // The gateway closed the connection.
    }
  }

  /** Reads up to the empty line; false at the end. */
  private static boolean skipHead(InputStream in) throws IOException {
    int matched = 0;
    while (matched < 4) {
      int octet = in.read();
      if (octet < 0) {
        return false;
      }
      boolean expected = octet == (matched % 2 == 0 ? '\r' : '\n');
      matched = expected ? matched + 1 : octet == '\r' ? 1 : 0;
    }
    return true;
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
