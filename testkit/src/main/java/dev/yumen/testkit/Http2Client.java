package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 client that sends exactly the frames it is given, and sorts what comes back by stream.
 * While it reads, and only then, it answers SETTINGS and PING and gives back windows, unless told
 * otherwise. It fails when the peer sends more than a window allows, or goes on behind END_STREAM.
 * Every reading ends at a deadline (10 seconds unless told) with a failure that lists what came.
 */
public final class Http2Client extends Http2Connection<Http2Client> implements AutoCloseable {
  /** What a connection begins with, before the first SETTINGS (RFC 9113 §3.4). */
  public static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  private final Map<Integer, Http2Answer> answers = new HashMap<>();
  private Duration timeout = Duration.ofSeconds(30);
  private int nextStream = 1;

  private Http2Client(Http2Wire wire) {
    super(wire);
  }

  @Override
  Http2Client self() {
    return this;
  }

  private static Http2Client to(int port, int receiveBuffer) {
    try {
      return new Http2Client(new Http2Wire(port, receiveBuffer));
    } catch (IOException e) {
      throw new UncheckedIOException("no connection to port " + port, e);
    }
  }

  /** Connects to a port of 127.0.0.1 and sends preface and settings (pairs of id and value). */
  public static Http2Client connect(int port, int... settings) {
    return connectSilently(port).begin(settings);
  }

  /** Connects with a small receive buffer in the kernel, so that a slow reader is felt soon. */
  public static Http2Client connectNarrow(int port, int receiveBuffer, int... settings) {
    return to(port, receiveBuffer).begin(settings);
  }

  /** Begins on a connection that is there, such as one over TLS. */
  public static Http2Client over(Socket connection, int... settings) {
    try {
      return new Http2Client(new Http2Wire(connection)).begin(settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connects and sends nothing. */
  public static Http2Client connectSilently(int port) {
    return to(port, 0);
  }

  /** Sends preface and settings (pairs of id and value). */
  public Http2Client begin(int... settings) {
    byte[] first = session.begin(settings).bytes();
    return sendBytes(
        ByteBuffer.allocate(PREFACE.length + first.length).put(PREFACE).put(first).array());
  }

  /** How long each reading may take from now on. */
  public Http2Client timeout(Duration timeout) {
    this.timeout = timeout;
    return this;
  }

  // ---- sending ----

  /** The number of the next stream, which is used up. */
  public int newStream() {
    int stream = nextStream;
    nextStream += 2;
    answers.put(stream, new Http2Answer());
    session.open(stream);
    return stream;
  }

  /** Sends a GET without a body; returns its stream. */
  public int get(String path, String... fields) {
    return request("GET", path, true, fields);
  }

  /**
   * Sends a request's fields; returns its stream.
   *
   * @param last whether no body follows
   * @param fields names and values
   */
  public int request(String method, String path, boolean last, String... fields) {
    int stream = newStream();
    send(Http2Frame.request(stream, last, method, path, fields));
    return stream;
  }

  /** Sends this many bytes of {@link PatternBytes} as the peer's windows allow it. */
  public Http2Client sendPattern(int stream, long length, boolean thenEnd) {
    long sent = sendPattern(stream, 0, length, thenEnd, timeout);
    if (sent < length && !soFar(stream).isReset()) {
      throw new AssertionError("no window after " + sent + " bytes" + session.received());
    }
    return this;
  }

  /**
   * Sends bytes of {@link PatternBytes} from an offset to a limit, as the peer's windows allow it.
   *
   * @param patience how long to wait for a window
   * @return where it came to: less than the limit when the peer gave no window or reset the stream
   */
  public long sendPattern(int stream, long from, long to, boolean thenEnd, Duration patience) {
    await("SETTINGS", session::hasPeerSettings);
    long at = from;
    while (at < to && awaitWindow(stream, patience)) {
      long begin = at;
      at = reading(() -> session.sendPattern(stream, begin, to, thenEnd));
    }
    return at;
  }

  private boolean awaitWindow(int stream, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (sendWindow(stream) <= 0 && !soFar(stream).isReset()) {
      try {
        require(session.read(deadline), "a window");
      } catch (SocketTimeoutException e) {
        return false;
      } catch (IOException e) {
        throw new UncheckedIOException(e + session.received(), e);
      }
    }
    return !soFar(stream).isReset();
  }

  // ---- reading ----

  /** The head of an answer in HTTP/1.1, such as 101; what follows are frames. */
  public String readHead() {
    return reading(() -> wire.readHead(deadline()));
  }

  /** The answer on a stream, once it has ended or was reset. */
  public Http2Answer answer(int stream) {
    Http2Answer answer = soFar(stream);
    await("the end of stream " + stream, () -> answer.isEnded() || answer.isReset());
    return answer;
  }

  /** The answer on a stream, once its status came, or a reset. */
  public Http2Answer head(int stream) {
    Http2Answer answer = soFar(stream);
    await("a status on stream " + stream, () -> answer.status() > 0 || answer.isReset());
    return answer;
  }

  /** What has come on a stream. */
  public Http2Answer soFar(int stream) {
    return Objects.requireNonNull(answers.get(stream), "no such stream");
  }

  /** From now on, the body on this stream is compared with {@link PatternBytes}, and not kept. */
  public Http2Client checkPattern(int stream) {
    soFar(stream).comparePattern();
    return this;
  }

  /** Reads until this holds. */
  @Override
  public Http2Client await(String what, BooleanSupplier condition) {
    long deadline = deadline();
    while (!condition.getAsBoolean()) {
      require(next(deadline), what);
    }
    return this;
  }

  /** Reads until such a frame comes. */
  public Http2Frame awaitFrame(String what, Predicate<Http2Frame> wanted) {
    long deadline = deadline();
    while (true) {
      Http2Frame frame = require(next(deadline), what);
      if (wanted.test(frame)) {
        return frame;
      }
    }
  }

  /** How the peer ended the connection, after whatever was still to be read. */
  public RawClient.End readEnd() {
    long deadline = deadline();
    try {
      while (true) {
        if (session.read(deadline) == null) {
          return RawClient.End.CLOSED;
        }
      }
    } catch (SocketTimeoutException e) {
      return RawClient.End.STILL_OPEN;
    } catch (SocketException e) {
      return RawClient.End.RESET;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long deadline() {
    return System.nanoTime() + timeout.toNanos();
  }

  private @Nullable Http2Frame next(long deadline) {
    return reading(() -> session.read(deadline));
  }

  private Http2Frame require(@Nullable Http2Frame frame, String what) {
    if (frame == null) {
      throw new AssertionError("closed before " + what + session.received());
    }
    return frame;
  }

  @Override
  Http2Message message(int stream) {
    return answers.computeIfAbsent(stream, _ -> new Http2Answer());
  }
}
