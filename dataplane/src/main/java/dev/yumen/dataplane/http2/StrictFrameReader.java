package dev.yumen.dataplane.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * Gives HEADERS where none may come the error that RFC 9113 §5.1 names. The decoder behind it takes
 * them for trailers, or can not tell a stream that is closed from one that never was.
 */
final class StrictFrameReader implements Http2FrameReader {
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");

  /** Streams that were reset by us, for which frames may still be on their way; the last ones. */
  private static final int REMEMBERED = 256;

  private final Http2FrameReader frames;
  private final Http2Connection connection;
  private final int[] reset = new int[REMEMBERED];
  private int resets;
  private int lastOpened = -1;
  private boolean skipped;
  private boolean oddLength;
  private boolean stopped;

  StrictFrameReader(Http2FrameReader frames, Http2Connection connection) {
    this.frames = frames;
    this.connection = connection;
  }

  /** Drops whatever comes from now on: the connection is about to be closed. */
  void stop() {
    stopped = true;
  }

  /** What the client has sent on this stream before it hears of the reset is no error. */
  void reset(int stream) {
    reset[resets++ & (REMEMBERED - 1)] = stream;
  }

  /** The stream of a request that came before the first frame. */
  void opened(int stream) {
    lastOpened = stream;
  }

  /**
   * Whether the fields that are being heard of came with a {@code content-length} that is repeated
   * or no number. The decoder has made one number of it by then.
   */
  boolean oddLength() {
    return oddLength;
  }

  private static boolean hasOddLength(Http2Headers headers) {
    List<CharSequence> lengths = headers.getAll(CONTENT_LENGTH);
    return lengths.size() > 1
        || (lengths.size() == 1 && !lengths.getFirst().chars().allMatch(c -> c >= '0' && c <= '9'));
  }

  @Override
  public void readFrame(ChannelHandlerContext context, ByteBuf in, Http2FrameListener listener)
      throws Http2Exception {
    if (stopped) {
      in.skipBytes(in.readableBytes());
      return;
    }
    frames.readFrame(context, in, new Strict(listener));
  }

  @Override
  public Configuration configuration() {
    return frames.configuration();
  }

  @Override
  public void close() {
    frames.close();
  }

  private final class Strict extends Http2FrameListenerDecorator {
    Strict(Http2FrameListener listener) {
      super(listener);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext context, int id, Http2Headers headers, int padding, boolean last)
        throws Http2Exception {
      check(id);
      oddLength = hasOddLength(headers);
      super.onHeadersRead(context, id, headers, padding, last);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext context,
        int id,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean last)
        throws Http2Exception {
      check(id);
      oddLength = hasOddLength(headers);
      super.onHeadersRead(context, id, headers, dependency, weight, exclusive, padding, last);
    }
  }

  private void check(int id) throws Http2Exception {
    if (id > lastOpened) {
      skipped |= id > lastOpened + 2 && lastOpened > 0;
      lastOpened = id;
      return;
    }
    Http2Stream stream = connection.stream(id);
    if (stream != null && stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE) {
      throw Http2Exception.streamError(
          id, Http2Error.STREAM_CLOSED, "HEADERS behind the end of the request");
    }
    if (stream == null && !wasReset(id)) {
      Http2Error error = skipped ? Http2Error.PROTOCOL_ERROR : Http2Error.STREAM_CLOSED;
      throw Http2Exception.connectionError(error, "HEADERS for an old stream");
    }
  }

  private boolean wasReset(int id) {
    for (int known : reset) {
      if (known == id) {
        return true;
      }
    }
    return false;
  }
}
