package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One frame as it goes over the wire (RFC 9113 §4.1). Nothing is checked: types, flags and payloads
 * may be as wrong as a test wants them.
 *
 * @param type such as {@link #DATA}
 * @param flags such as {@link #END_STREAM}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Http2Frame(int type, int flags, int stream, byte[] payload) {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PUSH_PROMISE = 5;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  public static final int ACK = 1;
  public static final int END_STREAM = 1;
  public static final int END_HEADERS = 4;
  public static final int PADDED = 8;

  /** Error codes (RFC 9113 §7). */
  public static final int NO_ERROR = 0;

  public static final int PROTOCOL_ERROR = 1;
  public static final int INTERNAL_ERROR = 2;
  public static final int FLOW_CONTROL_ERROR = 3;
  public static final int STREAM_CLOSED = 5;
  public static final int REFUSED_STREAM = 7;
  public static final int CANCEL = 8;
  public static final int COMPRESSION_ERROR = 9;
  public static final int ENHANCE_YOUR_CALM = 11;

  /** Settings (RFC 9113 §6.5.2). */
  public static final int MAX_CONCURRENT_STREAMS = 3;

  public static final int INITIAL_WINDOW_SIZE = 4;
  public static final int MAX_HEADER_LIST_SIZE = 6;

  static final int HEADER_BYTES = 9;

  /** Fields as literals, complete in one frame. */
  public static Http2Frame headers(int stream, boolean last, String... namesAndValues) {
    return new Http2Frame(
        HEADERS,
        END_HEADERS | (last ? END_STREAM : 0),
        stream,
        HpackLiterals.block(namesAndValues));
  }

  /** The head of a request for {@code http://localhost}, complete in one frame. */
  public static Http2Frame request(
      int stream, boolean last, String method, String path, String... fields) {
    String[] pseudo = {
      ":method", method, ":scheme", "http", ":path", path, ":authority", "localhost"
    };
    String[] all = Arrays.copyOf(pseudo, pseudo.length + fields.length);
    System.arraycopy(fields, 0, all, pseudo.length, fields.length);
    return headers(stream, last, all);
  }

  /** Fields as literals in a HEADERS and as many CONTINUATION frames as parts of this size need. */
  public static Http2Frame[] headersInParts(
      int stream, boolean last, int size, String... namesAndValues) {
    byte[] block = HpackLiterals.block(namesAndValues);
    List<Http2Frame> frames = new ArrayList<>();
    for (int at = 0; at == 0 || at < block.length; at += size) {
      int type = at == 0 ? HEADERS : CONTINUATION;
      int flags = at == 0 && last ? END_STREAM : 0;
      int end = Math.min(block.length, at + size);
      flags |= end == block.length ? END_HEADERS : 0;
      frames.add(new Http2Frame(type, flags, stream, Arrays.copyOfRange(block, at, end)));
    }
    return frames.toArray(Http2Frame[]::new);
  }

  public static Http2Frame data(int stream, boolean last, byte[] bytes) {
    return new Http2Frame(DATA, last ? END_STREAM : 0, stream, bytes);
  }

  /** A text in ISO 8859-1. */
  public static Http2Frame data(int stream, boolean last, String text) {
    return data(stream, last, text.getBytes(ISO_8859_1));
  }

  public static Http2Frame reset(int stream, int error) {
    return new Http2Frame(RST_STREAM, 0, stream, number(error));
  }

  public static Http2Frame windowUpdate(int stream, int more) {
    return new Http2Frame(WINDOW_UPDATE, 0, stream, number(more));
  }

  public static Http2Frame ping(long opaque) {
    return new Http2Frame(PING, 0, 0, ByteBuffer.allocate(8).putLong(opaque).array());
  }

  /** A GOAWAY without debug data. */
  public static Http2Frame goAway(int lastStream, int error) {
    byte[] payload = ByteBuffer.allocate(8).putInt(lastStream).putInt(error).array();
    return new Http2Frame(GOAWAY, 0, 0, payload);
  }

  /** Settings as pairs of identifier and value. */
  public static Http2Frame settings(int... idsAndValues) {
    ByteBuffer payload = ByteBuffer.allocate(idsAndValues.length / 2 * 6);
    for (int i = 0; i < idsAndValues.length; i += 2) {
      payload.putShort((short) idsAndValues[i]).putInt(idsAndValues[i + 1]);
    }
    return new Http2Frame(SETTINGS, 0, 0, payload.array());
  }

  /** PRIORITY with this parent and the least weight. */
  public static Http2Frame priority(int stream, int parent) {
    byte[] payload = ByteBuffer.allocate(5).putInt(parent).array();
    return new Http2Frame(PRIORITY, 0, stream, payload);
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Whether it is the last of its stream, in the direction it goes. */
  public boolean isLast() {
    return (type == DATA || type == HEADERS) && has(END_STREAM);
  }

  /** The error code of RST_STREAM and GOAWAY. */
  public int error() {
    return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
  }

  /** The last stream that a GOAWAY says is taken. */
  public int lastStream() {
    return ByteBuffer.wrap(payload).getInt() & Integer.MAX_VALUE;
  }

  /** The content of a PING. */
  public long opaque() {
    return ByteBuffer.wrap(payload).getLong();
  }

  /** As bytes, with the length that the payload has. */
  public byte[] bytes() {
    return ByteBuffer.allocate(HEADER_BYTES + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  @Override
  public String toString() {
    String text = "type " + type + " flags " + flags + " stream " + stream;
    return switch (type) {
      case RST_STREAM -> text + " error " + error();
      case GOAWAY -> text + " last " + lastStream() + " error " + error() + " " + debugText();
      default -> text + " (" + payload.length + " bytes)";
    };
  }

  private String debugText() {
    return new String(payload, 8, payload.length - 8, ISO_8859_1);
  }
}
