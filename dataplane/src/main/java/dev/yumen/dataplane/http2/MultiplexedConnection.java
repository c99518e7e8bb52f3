package dev.yumen.dataplane.http2;

import dev.yumen.dataplane.heads.Malformed;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.OutputEnd;
import dev.yumen.dataplane.loop.SendQueue;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a connection in HTTP/2 needs on whatever side: the last handler in its pipeline. Each of its
 * streams has an object of ours; what is written to any of them is sent once, at the end of the
 * loop's turn. Only on its loop.
 *
 * @param <S> what stands for a stream
 */
abstract class MultiplexedConnection<S extends MultiplexedStream> extends Http2ConnectionHandler
    implements SendQueue.Sender {
  private static final int KEPT_TABLES = 32;

  /** CONTINUATION frames that are smaller than a frame may be, for one head (CVE-2024-27983). */
  private static final int SMALL_CONTINUATIONS = 16;

  private final FieldsReader reader;
  private final SendQueue sends;
  private final Http2Connection.PropertyKey key;
  private final ArrayDeque<HeadTable> tables = new ArrayDeque<>();
  private final ArrayDeque<S> touched = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext context;
  private boolean waiting;

  MultiplexedConnection(
      FieldsReader reader,
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      SendQueue sends) {
    super(decoder, encoder, settings);
    this.reader = reader;
    this.sends = sends;
    this.key = connection().newKey();
    gracefulShutdownTimeoutMillis(-1);
  }

  /** A connection whose streams share what may be sent fairly. */
  static Http2Connection connection(boolean server) {
    Http2Connection connection = new DefaultHttp2Connection(server, 0);
    connection
        .remote()
        .flowController(
            new DefaultHttp2RemoteFlowController(
                connection, new UniformStreamByteDistributor(connection)));
    return connection;
  }

  /** A reader with limits for everything that Netty knows a limit for. */
  static Http2FrameReader reader(int headerBytes) {
    return new DefaultHttp2FrameReader(
        new DefaultHttp2HeadersDecoder(true, headerBytes), SMALL_CONTINUATIONS);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    this.context = context;
    super.handlerAdded(context);
  }

  /** Lets the peer have this many bytes of all streams under way. */
  final void widen(int window) throws Http2Exception {
    var flow = connection().local().flowController();
    Http2Stream all = connection().connectionStream();
    int more = window - flow.windowSize(all);
    if (more > 0) {
      flow.incrementWindowSize(all, more);
    }
  }

  // ---- streams ----

  final void attach(Http2Stream stream, S ours) {
    stream.setProperty(key, ours);
  }

  final @Nullable S of(Http2Stream stream) {
    return stream.getProperty(key);
  }

  /** Ends what {@link #attach} began. */
  final @Nullable S detach(Http2Stream stream) {
    return stream.removeProperty(key);
  }

  final @Nullable S find(int id) {
    Http2Stream stream = connection().stream(id);
    return stream == null ? null : of(stream);
  }

  final void forEachStream(Consumer<S> action) {
    try {
      connection()
          .forEachActiveStream(
              stream -> {
                S ours = of(stream);
                if (ours != null) {
                  action.accept(ours);
                }
                return true;
              });
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  /** A head to read into, used before by a stream that has ended, or new. */
  final HeadTable takeTable() {
    HeadTable table = tables.poll();
    return table == null ? new HeadTable() : table;
  }

  /** Nobody looks at this head any more. */
  final void giveBack(HeadTable table) {
    if (tables.size() < KEPT_TABLES) {
      tables.push(table);
    }
  }

  // ---- reading ----

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    for (S next = touched.poll(); next != null; next = touched.poll()) {
      next.flushRead();
    }
    super.channelReadComplete(context);
  }

  /** Frames of one side's streams. */
  abstract class Frames extends Http2EventAdapter {

    /** Fields have come for a stream; null when it is none of ours. */
    abstract void onFields(int id, @Nullable S stream, Http2Headers headers, boolean last)
        throws Malformed, Http2Exception;

    /** Returns how many of the bytes the peer may send anew. */
    abstract int onData(S stream, ByteBuf data, boolean last) throws Malformed;

    @Override
    public final void onHeadersRead(
        ChannelHandlerContext ctx,
        int id,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean last)
        throws Http2Exception {
      onHeadersRead(ctx, id, headers, padding, last);
    }

    @Override
    public final void onHeadersRead(
        ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean last)
        throws Http2Exception {
      S stream = find(id);
      if (stream != null) {
        touched.add(stream);
      }
      try {
        if (reader.oddLength()) {
          throw new Malformed("content-length is repeated or no number");
        }
        onFields(id, stream, headers, last);
      } catch (Malformed e) {
        throw malformed(id, e);
      }
    }

    @Override
    public final int onDataRead(
        ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean last)
        throws Http2Exception {
      S stream = find(id);
      if (stream == null) {
        return data.readableBytes() + padding;
      }
      touched.add(stream);
      try {
        return onData(stream, data, last) + padding;
      } catch (Malformed e) {
        throw malformed(id, e);
      }
    }

    private Http2Exception malformed(int id, Malformed cause) {
      return Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "%s", cause.getMessage());
    }
  }

  /** Something was read for this stream; it hears of it when all that came has been read. */
  final void touch(S stream) {
    touched.add(stream);
  }

  // ---- writing ----

  void writeHeaders(Http2Stream stream, Http2Headers headers, boolean last) {
    encoder().writeHeaders(context(), stream.id(), headers, 0, last, promise());
  }

  /** Takes ownership of the data. */
  final void writeData(Http2Stream stream, ByteBuf data, boolean last) {
    encoder().writeData(context(), stream.id(), data, 0, last, promise());
  }

  final void writePing(long content) {
    encoder().writePing(context(), false, content, promise());
    flushSoon();
  }

  void reset(Http2Stream stream, Http2Error error) {
    resetStream(context(), stream.id(), error.code(), promise());
    flushSoon();
  }

  /** The peer may send this many bytes anew. */
  final void consume(Http2Stream stream, int bytes) {
    try {
      if (connection().local().flowController().consumeBytes(stream, bytes)) {
        flushSoon();
      }
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  /** What was written is sent at the end of this turn. */
  final void flushSoon() {
    if (!waiting) {
      waiting = true;
      sends.add(this);
    }
  }

  @Override
  public final void send() {
    waiting = false;
    if (context().channel().isActive()) {
      flush(context());
    }
  }

  /** Closes now; open streams are not ended, which the peer sees. */
  final void cut() {
    OutputEnd.cut(context().channel());
  }

  final ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  final ChannelPromise promise() {
    return context().newPromise();
  }
}
