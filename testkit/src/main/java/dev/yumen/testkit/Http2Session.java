package dev.yumen.testkit;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The books that either side of a connection keeps: fields are decoded, windows counted, SETTINGS
 * and PING answered and windows given back, unless told otherwise. It fails when the peer sends
 * more than a window allows. One thread reads; any may send.
 */
final class Http2Session {

  /** Takes what comes, sorted by stream. Called under the session's lock. */
  interface Streams {
    void fields(int stream, List<Map.Entry<String, String>> fields, boolean last);

    void data(int stream, byte[] bytes, boolean last);

    void reset(int stream, int error);
  }

  private static final int DEFAULT_WINDOW = 65_535;
  private static final int FRAME_BYTES = 16 * 1024;
  private static final int SHOWN = 30;

  private final Http2Wire wire;
  private final Streams streams;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
  private final Map<Integer, Long> receiveWindows = new HashMap<>();
  private final Map<Integer, Integer> owedWindows = new HashMap<>();
  private final Map<Integer, Long> sendWindows = new HashMap<>();
  private final Map<Integer, Integer> peerSettings = new HashMap<>();
  private final List<Http2Frame> goAways = new ArrayList<>();
  private final Set<Long> unansweredPings = new HashSet<>();
  private final ArrayDeque<Http2Frame> last = new ArrayDeque<>();
  private ByteArrayOutputStream block = new ByteArrayOutputStream();
  private boolean blockEndsStream;
  private boolean hasPeerSettings;
  private int receiveWindow = DEFAULT_WINDOW;
  private boolean keepsWindows;
  private boolean eager;
  private boolean keepsPings;

  /** Far from what tests put in a PING of their own. */
  private long lastPing = Long.MIN_VALUE;

  Http2Session(Http2Wire wire, Streams streams) {
    this.wire = wire;
    this.streams = streams;
    receiveWindows.put(0, (long) DEFAULT_WINDOW);
    sendWindows.put(0, (long) DEFAULT_WINDOW);
  }

  // ---- manners ----

  synchronized void keepWindows() {
    keepsWindows = true;
  }

  synchronized void giveBackAtOnce() {
    eager = true;
  }

  synchronized void keepPings() {
    keepsPings = true;
  }

  // ---- sending ----

  /** The first SETTINGS of this side, as pairs of id and value; to be sent by the caller. */
  synchronized Http2Frame begin(int... settings) {
    for (int i = 0; i < settings.length; i += 2) {
      if (settings[i] == Http2Frame.INITIAL_WINDOW_SIZE) {
        receiveWindow = settings[i + 1];
      }
    }
    return Http2Frame.settings(settings);
  }

  /** Sends frames, all by one write. */
  void send(Http2Frame... frames) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Http2Frame frame : frames) {
      bytes.writeBytes(frame.bytes());
    }
    wire.write(bytes.toByteArray());
  }

  /** A stream begins, opened by whatever side. */
  synchronized void open(int stream) {
    receiveWindows.put(stream, (long) receiveWindow);
    long window = peerSettings.getOrDefault(Http2Frame.INITIAL_WINDOW_SIZE, DEFAULT_WINDOW);
    sendWindows.put(stream, window);
  }

  /** Bytes that the peer takes on this stream now. */
  synchronized long sendWindow(int stream) {
    return Math.min(sendWindows.getOrDefault(0, 0L), sendWindows.getOrDefault(stream, 0L));
  }

  /**
   * Sends the next bytes of {@link PatternBytes}, at most a frame and what the windows allow.
   *
   * @return where it came to
   */
  long sendPattern(int stream, long from, long to, boolean thenEnd) throws IOException {
    int count;
    synchronized (this) {
      count = (int) Math.min(Math.min(FRAME_BYTES, to - from), sendWindow(stream));
      if (count <= 0) {
        return from;
      }
      sendWindows.merge(0, (long) -count, Long::sum);
      sendWindows.merge(stream, (long) -count, Long::sum);
    }
    byte[] piece = new byte[count];
    PatternBytes.fill(piece, count, from);
    send(Http2Frame.data(stream, thenEnd && from + count == to, piece));
    return from + count;
  }

  /** What a PING carries that nobody sent before. */
  synchronized long newPing() {
    lastPing++;
    unansweredPings.add(lastPing);
    return lastPing;
  }

  synchronized boolean isAnswered(long ping) {
    return !unansweredPings.contains(ping);
  }

  /** Gives the peer this much more window. */
  void giveWindow(int stream, int more) throws IOException {
    synchronized (this) {
      receiveWindows.merge(stream, (long) more, Long::sum);
    }
    send(Http2Frame.windowUpdate(stream, more));
  }

  /** Changes the window that every stream begins with, and those of the open ones with it. */
  void changeWindows(int window) throws IOException {
    synchronized (this) {
      long more = (long) window - receiveWindow;
      receiveWindow = window;
      receiveWindows.replaceAll((stream, left) -> stream == 0 ? left : left + more);
    }
    send(Http2Frame.settings(Http2Frame.INITIAL_WINDOW_SIZE, window));
  }

  // ---- reading ----

  /**
   * Reads one frame and takes it; null at the end of the stream.
   *
   * @param deadline of {@link System#nanoTime}
   */
  @Nullable Http2Frame read(long deadline) throws IOException {
    Http2Frame frame = wire.read(deadline);
    if (frame != null) {
      take(frame);
    }
    return frame;
  }

  /** Every GOAWAY that was read. */
  synchronized List<Http2Frame> goAways() {
    return List.copyOf(goAways);
  }

  /** Whether the first SETTINGS of the peer have come. */
  synchronized boolean hasPeerSettings() {
    return hasPeerSettings;
  }

  /** A setting of the peer, or null when it has not named it (yet). */
  synchronized @Nullable Integer peerSetting(int id) {
    return peerSettings.get(id);
  }

  /** The last frames that came. */
  synchronized String received() {
    return "; received until then: " + last;
  }

  private synchronized void take(Http2Frame frame) {
    if (last.size() == SHOWN) {
      last.removeFirst();
    }
    last.add(frame);
    switch (frame.type()) {
      case Http2Frame.DATA -> takeData(frame);
      case Http2Frame.HEADERS, Http2Frame.CONTINUATION -> takeFields(frame);
      case Http2Frame.RST_STREAM -> streams.reset(frame.stream(), frame.error());
      case Http2Frame.SETTINGS -> takeSettings(frame);
      case Http2Frame.PING -> takePing(frame);
      case Http2Frame.GOAWAY -> goAways.add(frame);
      case Http2Frame.WINDOW_UPDATE ->
          sendWindows.merge(
              frame.stream(), (long) ByteBuffer.wrap(frame.payload()).getInt(), Long::sum);
      default -> throw new AssertionError("a frame that nobody should send: " + frame);
    }
  }

  private void takePing(Http2Frame frame) {
    if (frame.has(Http2Frame.ACK)) {
      unansweredPings.remove(frame.opaque());
    } else if (!keepsPings) {
      reply(new Http2Frame(Http2Frame.PING, Http2Frame.ACK, 0, frame.payload()));
    }
  }

  private void takeData(Http2Frame frame) {
    int length = frame.payload().length;
    for (int each : new int[] {0, frame.stream()}) {
      if (receiveWindows.merge(each, (long) -length, Long::sum) < 0) {
        throw new AssertionError("more than the window of " + each + " allows" + received());
      }
    }
    streams.data(frame.stream(), content(frame), frame.isLast());
    if (!keepsWindows) {
      giveBack(0, length);
      if (!frame.isLast()) {
        giveBack(frame.stream(), length);
      }
    }
  }

  private static byte[] content(Http2Frame data) {
    byte[] payload = data.payload();
    return data.has(Http2Frame.PADDED)
        ? Arrays.copyOfRange(payload, 1, payload.length - (payload[0] & 0xff))
        : payload;
  }

  /** Gives windows back when half of them is used up, as most peers do. */
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
    if (frame.type() == Http2Frame.HEADERS) {
      blockEndsStream = frame.isLast();
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
    streams.fields(frame.stream(), fields, blockEndsStream);
  }

  private void takeSettings(Http2Frame frame) {
    if (frame.has(Http2Frame.ACK)) {
      return;
    }
    hasPeerSettings = true;
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
}
