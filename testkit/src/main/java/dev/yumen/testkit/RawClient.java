package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends exactly the bytes it is given and reads what comes back. Every reading ends
 * at a deadline (10 seconds unless told) with a failure that says what had come until then.
 */
public final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final WireReader in;
  private final OutputStream out;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new WireReader(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  /** Connects to a port of 127.0.0.1. */
  public static RawClient connect(int port) {
    return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  public static RawClient connect(InetSocketAddress address) {
    return connect(address, 0);
  }

  /**
   * Connects.
   *
   * @param receiveBuffer bytes of the kernel's buffer, small for a client that reads slowly; 0
   *     leaves it as it is
   */
  public static RawClient connect(InetSocketAddress address, int receiveBuffer) {
    try {
      Socket socket = new Socket();
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(30_000);
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.connect(address, 5_000);
      return new RawClient(socket);
    } catch (IOException e) {
      throw new UncheckedIOException("no connection to " + address, e);
    }
  }

  /** How long each reading may take from now on. */
  public RawClient timeout(Duration timeout) {
    return doing(() -> socket.setSoTimeout((int) timeout.toMillis()));
  }

  public RawClient send(byte[] bytes) {
    return doing(() -> out.write(bytes));
  }

  /** Sends a text in ISO 8859-1, as it is. */
  public RawClient send(String text) {
    return send(text.getBytes(ISO_8859_1));
  }

  /** Sends each piece by a write of its own. */
  public RawClient sendPieces(String... pieces) {
    for (String piece : pieces) {
      send(piece);
    }
    return this;
  }

  /** Sends every byte by a write of its own. */
  public RawClient sendByteByByte(String text) {
    for (byte b : text.getBytes(ISO_8859_1)) {
      send(new byte[] {b});
    }
    return this;
  }

  /** A request without a body, and its answer. */
  public RawResponse get(String target, String... headerLines) {
    StringBuilder head = new StringBuilder("GET " + target + " HTTP/1.1\r\n");
    if (List.of(headerLines).stream().noneMatch(line -> line.startsWith("Host:"))) {
      head.append("Host: localhost\r\n");
    }
    for (String line : headerLines) {
      head.append(line).append("\r\n");
    }
    return send(head.append("\r\n").toString()).readResponse();
  }

  /** The next answer, which is not one to HEAD. Interim answers (1xx) come one by one as well. */
  public RawResponse readResponse() {
    return readResponse("GET");
  }

  /** The next answer to a request of this method. */
  public RawResponse readResponse(String method) {
    return reading(
        () -> {
          String head = in.readHead();
          if (head == null) {
            throw new EOFException("closed before an answer");
          }
          return readBody(method, head);
        });
  }

  private RawResponse readBody(String method, String head) throws IOException {
    int status = Integer.parseInt(head.substring(9, 12));
    List<Map.Entry<String, String>> fields = WireReader.fields(head);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    WireReader.Sink sink = (bytes, length) -> body.write(bytes, 0, length);
    List<Map.Entry<String, String>> trailers = List.of();
    boolean closed = false;
    if (method.equals("HEAD") || status < 200 || status == 204 || status == 304) {
      return new RawResponse(status, fields, new byte[0], trailers, head, false);
    }
    if (WireReader.isChunked(fields)) {
      trailers = in.readChunked(sink);
    } else if (WireReader.contentLength(fields) >= 0) {
      in.readFixed(WireReader.contentLength(fields), sink);
    } else {
      in.readToEnd(sink);
      closed = true;
    }
    return new RawResponse(status, fields, body.toByteArray(), trailers, head, closed);
  }

  /** The next head alone; what follows is left unread. */
  public String readHead() {
    return reading(
        () -> {
          String head = in.readHead();
          if (head == null) {
            throw new EOFException("closed before a head");
          }
          return head;
        });
  }

  /** Reads this many bytes and compares them with {@link PatternBytes}. */
  public RawClient readPattern(long length) {
    return readPattern(0, length);
  }

  /** Reads this many bytes and compares them with {@link PatternBytes} from this offset. */
  public RawClient readPattern(long offset, long length) {
    long[] at = {offset};
    return doing(
        () ->
            in.readFixed(
                length,
                (bytes, count) -> {
                  PatternBytes.check(bytes, count, at[0]);
                  at[0] += count;
                }));
  }

  /** Sends this many bytes of {@link PatternBytes}. */
  public RawClient sendPattern(long length) {
    byte[] piece = new byte[64 * 1024];
    for (long sent = 0; sent < length; ) {
      int count = (int) Math.min(piece.length, length - sent);
      PatternBytes.fill(piece, count, sent);
      doing(() -> out.write(piece, 0, count));
      sent += count;
    }
    return this;
  }

  /** Exactly this many bytes. */
  public byte[] readExactly(int length) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    doing(() -> in.readFixed(length, (piece, count) -> bytes.write(piece, 0, count)));
    return bytes.toByteArray();
  }

  /** Reads until this text has come; returns what came, with it. */
  public String readUntil(String marker) {
    return reading(
        () -> {
          StringBuilder text = new StringBuilder();
          while (text.length() < marker.length()
              || text.indexOf(marker, text.length() - marker.length()) < 0) {
            int next = in.read();
            if (next < 0) {
              throw new EOFException("closed before " + marker + " came, after: " + text);
            }
            text.append((char) next);
          }
          return text.toString();
        });
  }

  /** Everything up to the end of the stream. Fails when it ends by a reset. */
  public byte[] readUntilClosed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    doing(() -> in.readToEnd((piece, count) -> bytes.write(piece, 0, count)));
    return bytes.toByteArray();
  }

  /** How the peer ended the connection, after whatever was still to be read. */
  public End readEnd() {
    try {
      in.readToEnd((piece, count) -> {});
      return End.CLOSED;
    } catch (SocketTimeoutException e) {
      return End.STILL_OPEN;
    } catch (SocketException e) {
      return End.RESET;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the peer closes (in order or by a reset) before the deadline; reads what comes. */
  public boolean isClosedByPeer() {
    return readEnd() != End.STILL_OPEN;
  }

  /** Whether nothing comes and nothing is closed for this long. */
  public boolean isQuietFor(Duration time) {
    int before = in.tapped().length;
    int old = reading(socket::getSoTimeout);
    timeout(time);
    End end = readEnd();
    doing(() -> socket.setSoTimeout(old));
    return end == End.STILL_OPEN && in.tapped().length == before;
  }

  /** Everything received so far, ISO 8859-1, up to a mebibyte. */
  public String received() {
    return new String(in.tapped(), ISO_8859_1);
  }

  public RawClient shutdownOutput() {
    return doing(socket::shutdownOutput);
  }

  /** Ends the connection by a reset. */
  public void reset() {
    doing(() -> socket.setSoLinger(true, 0));
    close();
  }

  public int localPort() {
    return socket.getLocalPort();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ways a connection can stand after everything was read. */
  public enum End {
    /** The peer closed its sending side in order. */
    CLOSED,
    RESET,
    /** Nothing happened before the deadline. */
    STILL_OPEN
  }

  private RawClient doing(Step step) {
    reading(
        () -> {
          step.run();
          return true;
        });
    return this;
  }

  private <T> T reading(Source<T> source) {
    try {
      return source.get();
    } catch (IOException e) {
      String until = received();
      String shown = until.length() > 2_000 ? until.substring(until.length() - 2_000) : until;
      throw new UncheckedIOException(e + "; received until then: <" + shown + ">", e);
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  @FunctionalInterface
  private interface Source<T extends @Nullable Object> {
    T get() throws IOException;
  }
}
