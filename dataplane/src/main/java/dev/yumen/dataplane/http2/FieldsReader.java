package dev.yumen.dataplane.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;

/** Looks at fields as they came, before the decoder has made something else of them. */
class FieldsReader implements Http2FrameReader {
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");

  private final Http2FrameReader frames;
  private boolean oddLength;

  FieldsReader(Http2FrameReader frames) {
    this.frames = frames;
  }

  /**
   * Whether the fields that are being heard of came with a {@code content-length} that is repeated
   * or no number. The decoder has made one number of it by then.
   */
  final boolean oddLength() {
    return oddLength;
  }

  /** HEADERS have come, whole, on this stream. */
  void onFields(int id) throws Http2Exception {}

  private void look(int id, Http2Headers headers) throws Http2Exception {
    onFields(id);
    List<CharSequence> lengths = headers.getAll(CONTENT_LENGTH);
    oddLength = lengths.size() > 1 || (lengths.size() == 1 && !isNumber(lengths.getFirst()));
  }

  private static boolean isNumber(CharSequence text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  @Override
  public void readFrame(ChannelHandlerContext context, ByteBuf in, Http2FrameListener listener)
      throws Http2Exception {
    frames.readFrame(context, in, new Look(listener));
  }

  @Override
  public final Configuration configuration() {
    return frames.configuration();
  }

  @Override
  public final void close() {
    frames.close();
  }

  private final class Look extends Http2FrameListenerDecorator {
    Look(Http2FrameListener listener) {
      super(listener);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext context, int id, Http2Headers headers, int padding, boolean last)
        throws Http2Exception {
      look(id, headers);
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
      look(id, headers);
      super.onHeadersRead(context, id, headers, dependency, weight, exclusive, padding, last);
    }
  }
}
