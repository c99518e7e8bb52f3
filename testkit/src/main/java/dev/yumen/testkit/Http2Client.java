package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
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
public final class Http2Client implements AutoCloseable {
  /** What a connection begins with, before the first SETTINGS (RFC 9113 §3.4). */
  public static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  private static final int DEFAULT_WINDOW = 65_535;
  private static final int FRAME_BYTES = 16 * 1024;
  private static final int SHOWN = 30;

  private final Http2Wire wire;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
  private final Map<Integer, Http2Answer> answers = new HashMap<>();
  private final Map<Integer, Long> receiveWindows = new HashMap<>();
  private final Map<Integer, Integer> owedWindows = new HashMap<>();
  private final Map<Integer, Long> sendWindows = new HashMap<>();
  private final Map<Integer, Integer> peerSettings = new HashMap<>();
  private final List<Http2Frame> goAways = new ArrayList<>();
  private final ArrayDeque<Http2Frame> last = new ArrayDeque<>();
  private ByteArrayOutputStream block = new ByteArrayOutputStream();
  private Duration timeout = Duration.ofSeconds(10);
  private int receiveWindow = DEFAULT_WINDOW;
  private int nextStream = 1;
  private boolean keepsWindows;
  private boolean eager;
  private boolean keepsPings;

  private Http2Client(int port, int receiveBuffer) {
    try {
      wire = new Http2Wire(port, receiveBuffer);
    } catch (IOException e) {
      throw new UncheckedIOException("no connection to port " + port, e);
    }
    receiveWindows.put(0, (long) DEFAULT_WINDOW);
    sendWindows.put(0, (long) DEFAULT_WINDOW);
  }

  /** Connects to a port of 127.0.0.1 and sends preface and settings (pairs of id and value). */
  public static Http2Client connect(int port, int... settings) {
    return connectSilently(port).begin(settings);
  }

  /** Connects with a small receive buffer in the kernel, so that a slow reader is felt soon. */
  public static Http2Client connectNarrow(int port, int receiveBuffer, int... settings) {
    return new Http2Client(port, receiveBuffer).begin(settings);
  }

  /** Connects and sends nothing. */
  public static Http2Client connectSilently(int port) {
    return new Http2Client(port, 0);
  }

  private Http2Client begin(int... settings) {
    for (int i = 0; i < settings.length; i += 2) {
      if (settings[i] == Http2Frame.INITIAL_WINDOW_SIZE) {
        receiveWindow = settings[i + 1];
      }
    }
    byte[] first = Http2Frame.settings(settings).bytes();
    return sendBytes(
        ByteBuffer.allocate(PREFACE.length + first.length).put(PREFACE).put(first).array());
  }

  /** How long each reading may take from now on. */
  public Http2Client timeout(Duration timeout) {
    this.timeout = timeout;
    return this;
  }

  /** From now on, what was received is not given back by WINDOW_UPDATE. */
  public Http2Client keepWindows() {
    keepsWindows = true;
    return this;
  }

  /** From now on, what was received is given back at once, frame by frame, as some clients do. */
  public Http2Client giveBackAtOnce() {
    eager = true;
    return this;
  }

  /** From now on, PING is not answered. */
  public Http2Client keepPings() {
    keepsPings = true;
    return this;
  }

  // ---- sending ----

  public Http2Client sendBytes(byte[] bytes) {
    return doing(() -> wire.write(bytes));
  }

  /** Sends frames, all by one write. */
  public Http2Client send(Http2Frame... frames) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Http2Frame frame : frames) {
      bytes.writeBytes(frame.bytes());
    }
    return sendBytes(bytes.toByteArray());
  }

  /** The number of the next stream, which is used up. */
  public int newStream() {
    int stream = nextStream;
    nextStream += 2;
    answers.put(stream, new Http2Answer());
    receiveWindows.put(stream, (long) receiveWindow);
    long window = peerSettings.getOrDefault(Http2Frame.INITIAL_WINDOW_SIZE, DEFAULT_WINDOW);
    sendWindows.put(stream, window);
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
    String[] all = new String[8 + fields.length];
    String[] pseudo = {
      ":method", method, ":scheme", "http", ":path", path, ":authority", "localhost"
    };
    System.arraycopy(pseudo, 0, all, 0, 8);
    System.arraycopy(fields, 0, all, 8, fields.length);
    int stream = newStream();
    send(Http2Frame.headers(stream, last, all));
    return stream;
  }

  /** Sends this many bytes of {@link PatternBytes} as the peer's windows allow it. */
  public Http2Client sendPattern(int stream, long length, boolean thenEnd) {
    long sent = sendPattern(stream, 0, length, thenEnd, timeout);
    if (sent < length && !soFar(stream).isReset()) {
      throw new AssertionError("no window after " + sent + " bytes" + received());
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
    await("SETTINGS", () -> !peerSettings.isEmpty());
    byte[] piece = new byte[FRAME_BYTES];
    long at = from;
    while (at < to && awaitWindow(stream, patience)) {
      int count = (int) Math.min(Math.min(piece.length, to - at), sendWindow(stream));
      PatternBytes.fill(piece, count, at);
      at += count;
      sendWindows.merge(0, (long) -count, Long::sum);
      sendWindows.merge(stream, (long) -count, Long::sum);
      send(Http2Frame.data(stream, thenEnd && at == to, Arrays.copyOf(piece, count)));
    }
    return at;
  }

  private boolean awaitWindow(int stream, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (sendWindow(stream) <= 0 && !soFar(stream).isReset()) {
      try {
        Http2Frame frame = wire.read(deadline);
        take(require(frame, "a window"));
      } catch (SocketTimeoutException e) {
        return false;
      } catch (IOException e) {
        throw new UncheckedIOException(e + received(), e);
      }
    }
    return !soFar(stream).isReset();
  }

  /** Bytes that the peer takes on this stream now. */
  public long sendWindow(int stream) {
    return Math.min(sendWindows.getOrDefault(0, 0L), sendWindows.getOrDefault(stream, 0L));
  }

  /** Gives the peer this much more window, for a client that {@linkplain #keepWindows keeps} it. */
  public Http2Client giveWindow(int stream, int more) {
    receiveWindows.merge(stream, (long) more, Long::sum);
    return send(Http2Frame.windowUpdate(stream, more));
  }

  /** Changes the window that every stream begins with, and those of the open ones with it. */
  public Http2Client changeWindows(int window) {
    long more = (long) window - receiveWindow;
    receiveWindow = window;
    receiveWindows.replaceAll((stream, left) -> stream == 0 ? left : left + more);
    return send(Http2Frame.settings(Http2Frame.INITIAL_WINDOW_SIZE, window));
  }

  // ---- reading ----

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
    soFar(stream).checkPattern();
    return this;
  }

  /** Reads until this holds. */
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

  /** The first GOAWAY, be it read already or still to come. */
  public Http2Frame awaitGoAway() {
    await("GOAWAY", () -> !goAways.isEmpty());
    return goAways.getFirst();
  }

  /** Every GOAWAY that was read. */
  public List<Http2Frame> goAways() {
    return goAways;
  }

  /** A setting of the peer, or null when it has not named it (yet). */
  public @Nullable Integer peerSetting(int id) {
    return peerSettings.get(id);
  }

  /** Sends a PING and reads until its answer: what was sent before has been dealt with. */
  public Http2Client ping() {
    long opaque = System.nanoTime();
    send(Http2Frame.ping(opaque));
    awaitFrame(
        "the answer to PING",
        frame ->
            frame.type() == Http2Frame.PING
                && frame.has(Http2Frame.ACK)
                && ByteBuffer.wrap(frame.payload()).getLong() == opaque);
    return this;
  }

  /** How the peer ended the connection, after whatever was still to be read. */
  public RawClient.End readEnd() {
    long deadline = deadline();
    try {
      while (true) {
        Http2Frame frame = wire.read(deadline);
        if (frame == null) {
          return RawClient.End.CLOSED;
        }
        take(frame);
      }
    } catch (SocketTimeoutException e) {
      return RawClient.End.STILL_OPEN;
    } catch (SocketException e) {
      return RawClient.End.RESET;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Http2Client shutdownOutput() {
    return doing(wire::shutdownOutput);
  }

  /** Ends the connection by a reset. */
  public void reset() {
    doing(wire::reset);
  }

  @Override
  public void close() {
    doing(wire::close);
  }

  private long deadline() {
    return System.nanoTime() + timeout.toNanos();
  }

  private @Nullable Http2Frame next(long deadline) {
    try {
      Http2Frame frame = wire.read(deadline);
      if (frame != null) {
        take(frame);
      }
      return frame;
    } catch (IOException e) {
      throw new UncheckedIOException(e + received(), e);
    }
  }

  private Http2Frame require(@Nullable Http2Frame frame, String what) {
    if (frame == null) {
      throw new AssertionError("closed before " + what + received());
    }
    return frame;
  }

  private String received() {
    return "; received until then: " + last;
  }

  private void take(Http2Frame frame) {
    if (last.size() == SHOWN) {
      last.removeFirst();
    }
    last.add(frame);
    switch (frame.type()) {
      case Http2Frame.DATA -> takeData(frame);
      case Http2Frame.HEADERS, Http2Frame.CONTINUATION -> takeFields(frame);
      case Http2Frame.RST_STREAM -> known(frame).reset(frame.error());
      case Http2Frame.SETTINGS -> takeSettings(frame);
      case Http2Frame.PING -> {
        if (!keepsPings && !frame.has(Http2Frame.ACK)) {
          reply(new Http2Frame(Http2Frame.PING, Http2Frame.ACK, 0, frame.payload()));
        }
      }
      case Http2Frame.GOAWAY -> goAways.add(frame);
      case Http2Frame.WINDOW_UPDATE ->
          sendWindows.merge(
              frame.stream(), (long) ByteBuffer.wrap(frame.payload()).getInt(), Long::sum);
      default -> throw new AssertionError("a frame that no server sends: " + frame);
    }
  }

  private Http2Answer known(Http2Frame frame) {
    return answers.computeIfAbsent(frame.stream(), _ -> new Http2Answer());
  }

  private void takeData(Http2Frame frame) {
    int length = frame.payload().length;
    for (int each : new int[] {0, frame.stream()}) {
      if (receiveWindows.merge(each, (long) -length, Long::sum) < 0) {
        throw new AssertionError("more than the window of " + each + " allows" + received());
      }
    }
    known(frame).data(frame.payload(), frame.isLast());
    if (!keepsWindows) {
      giveBack(0, length);
      if (!frame.isLast()) {
        giveBack(frame.stream(), length);
      }
    }
  }

  /** Gives windows back when half of them is used up, as most clients do. */
  private void giveBack(int stream, int length) {
    int owed = owedWindows.merge(stream, length, Integer::sum);
    int window = stream == 0 ? DEFAULT_WINDOW : receiveWindow;
    if (owed > 0 && (eager || owed >= window / 2)) {
      owedWindows.put(stream, 0);
      receiveWindows.merge(stream, (long) owed, Long::sum);
      reply(Http2Frame.windowUpdate(stream, owed));
    }
  }

  /** Sends what answers a frame. A peer that has closed is no failure: its last words are read. */
  private void reply(Http2Frame frame) {
    try {
      wire.write(frame.bytes());
    } catch (IOException closed) {
      // the next reading tells
    }
  }

  private void takeFields(Http2Frame frame) {
    block.writeBytes(frame.payload());
    if (frame.type() == Http2Frame.HEADERS
        && frame.isLast()
        && !frame.has(Http2Frame.END_HEADERS)) {
      throw new AssertionError("END_STREAM before CONTINUATION is not read by this client");
    }
    if (!frame.has(Http2Frame.END_HEADERS)) {
      return;
    }
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    try {
      decoder
          .decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(block.toByteArray()))
          .forEach(field -> fields.add(Map.entry(field.getKey() + "", field.getValue() + "")));
    } catch (Http2Exception e) {
      throw new AssertionError("fields that can not be read" + received(), e);
    }
    block = new ByteArrayOutputStream();
    known(frame).fields(fields, frame.isLast());
  }

  private void takeSettings(Http2Frame frame) {
    if (frame.has(Http2Frame.ACK)) {
      return;
    }
    ByteBuffer payload = ByteBuffer.wrap(frame.payload());
    while (payload.hasRemaining()) {
      int id = payload.getShort();
      int value = payload.getInt();
      Integer old = peerSettings.put(id, value);
      if (id == Http2Frame.INITIAL_WINDOW_SIZE) {
        long more = (long) value - (old == null ? DEFAULT_WINDOW : old);
        sendWindows.replaceAll((stream, window) -> stream == 0 ? window : window + more);
      }
    }
    reply(new Http2Frame(Http2Frame.SETTINGS, Http2Frame.ACK, 0, new byte[0]));
  }

  private Http2Client doing(Step step) {
    try {
      step.run();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e + received(), e);
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }
}
