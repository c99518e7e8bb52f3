package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A request that an upstream is serving: its bytes, and the connection to answer on. */
public final class Incoming {
  private final Socket socket;
  private final WireReader in;
  private final OutputStream out;
  private final Recorded recorded;

  Incoming(Socket socket, WireReader in, Recorded recorded) throws IOException {
    this.socket = socket;
    this.in = in;
    this.out = socket.getOutputStream();
    this.recorded = recorded;
  }

  public Recorded recorded() {
    return recorded;
  }

  /** Reads the body to its end, unless it was read already; returns the request. */
  public Recorded readBody() throws IOException {
    return readBody(0);
  }

  /**
   * Reads the body with a pause before each piece of at most 16 KiB.
   *
   * @param pauseNanos 0 for none
   */
  public Recorded readBody(long pauseNanos) throws IOException {
    if (recorded.isComplete()) {
      return recorded;
    }
    List<Map.Entry<String, String>> trailers = List.of();
    WireReader.Sink sink =
        (bytes, length) -> {
          recorded.add(bytes, length);
          if (pauseNanos > 0) {
            LockSupport.parkNanos(pauseNanos);
          }
        };
    if (WireReader.isChunked(recorded.headers())) {
      trailers = in.readChunked(sink);
    } else {
      in.readFixed(Math.max(0, WireReader.contentLength(recorded.headers())), sink);
    }
    recorded.complete(trailers);
    return recorded;
  }

  /** Some raw bytes after the head, for tunnels; -1 at the end of the stream. */
  public int read(byte[] into) throws IOException {
    return in.read(into, 0, into.length);
  }

  public void write(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  public void write(byte[] bytes, int length) throws IOException {
    out.write(bytes, 0, length);
  }

  /** Writes a text in ISO 8859-1, as it is. */
  public void write(String text) throws IOException {
    write(text.getBytes(ISO_8859_1));
  }

  /** Writes an answer with Content-Length in one write; without body bytes after HEAD. */
  public void respond(int status, Map<String, String> headers, byte[] body) throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
    headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    if (status != 204 && status != 304) {
      head.append("Content-Length: " + body.length + "\r\n");
    }
    byte[] headBytes = head.append("\r\n").toString().getBytes(ISO_8859_1);
    int bodyLength = recorded.method().equals("HEAD") ? 0 : body.length;
    byte[] all = new byte[headBytes.length + bodyLength];
    System.arraycopy(headBytes, 0, all, 0, headBytes.length);
    System.arraycopy(body, 0, all, headBytes.length, bodyLength);
    write(all);
  }

  /** Closes the connection in order. */
  public void close() throws IOException {
    socket.close();
  }

  /** Ends the sending side alone. */
  public void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Ends the connection by a reset. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Blocks until the peer closes or resets the connection; what it sends is dropped. */
  public void awaitClosedByPeer() {
    try {
      in.readToEnd((bytes, length) -> {});
    } catch (IOException reset) {
      // a reset is an end as well
    }
  }

  /** Reads nothing and writes nothing until the server is closed. */
  public void idle() {
    while (!socket.isClosed()) {
      LockSupport.parkNanos(10_000_000);
    }
  }

  boolean isClosed() {
    return socket.isClosed();
  }
}
