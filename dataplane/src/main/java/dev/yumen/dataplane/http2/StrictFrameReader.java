package dev.yumen.dataplane.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Gives a client's HEADERS where none may come the error that RFC 9113 §5.1 names. The decoder
 * behind it takes them for trailers, or can not tell a stream that is closed from one that never
 * was.
 */
final class StrictFrameReader extends FieldsReader {

  /** Streams that were reset by us, for which frames may still be on their way; the last ones. */
  private static final int REMEMBERED = 256;

  private final Http2Connection connection;
  private final int[] reset = new int[REMEMBERED];
  private int resets;
  private int lastOpened = -1;
  private boolean skipped;
  private boolean stopped;

  StrictFrameReader(Http2FrameReader frames, Http2Connection connection) {
    super(frames);
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

  @Override
  public void readFrame(ChannelHandlerContext context, ByteBuf in, Http2FrameListener listener)
      throws Http2Exception {
    if (stopped) {
      in.skipBytes(in.readableBytes());
      return;
    }
    super.readFrame(context, in, listener);
  }

  @Override
  void onFields(int id) throws Http2Exception {
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
