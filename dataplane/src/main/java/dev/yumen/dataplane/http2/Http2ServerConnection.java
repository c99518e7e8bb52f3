package dev.yumen.dataplane.http2;

import dev.yumen.config.Http2Limits;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import dev.yumen.dataplane.loop.OutputEnd;
import dev.yumen.dataplane.loop.SendQueue;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.server.Serving;
import dev.yumen.dataplane.stream.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 connection of a client: the last handler in its pipeline. Streams become {@link
 * Http2ServerStream}s; what was written to any of them is sent once, at the end of the loop's turn.
 */
public final class Http2ServerConnection extends Http2ConnectionHandler
    implements SendQueue.Sender {
  private static final Logger LOG = LoggerFactory.getLogger(Http2ServerConnection.class);
  private static final int KEPT_TABLES = 32;

  /** CONTINUATION frames that are smaller than a frame may be, for one head (CVE-2024-27983). */
  private static final int SMALL_CONTINUATIONS = 16;

  /** Marks the PING between the two GOAWAYs of a drain; any number would do. */
  private static final long DRAIN_PING = 0x79756d656e2d6279L;

  /** Streams that may still come until the client has heard of the drain (RFC 9113 §6.8). */
  private static final int ALL_STREAMS = Integer.MAX_VALUE;

  private final Serving serving;
  private final StrictFrameReader reader;
  private final Http2Connection.PropertyKey key;
  private final RequestHeads heads;
  private final FrameScanner scanner = new FrameScanner();
  private final ArrayDeque<HeadTable> tables = new ArrayDeque<>();
  private final ArrayDeque<Http2ServerStream> touched = new ArrayDeque<>();
  private final ArrayDeque<Http2ServerStream> sentOn = new ArrayDeque<>();
  private final Http2Watch watch;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Peer peer;
  private int requests;
  private boolean waiting;
  private boolean draining;
  private boolean leaving;
  private boolean failed;

  private Http2ServerConnection(
      Serving serving,
      Http2Limits limits,
      StrictFrameReader reader,
      SentFrames sent,
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings) {
    super(decoder, encoder, settings);
    this.serving = serving;
    this.reader = reader;
    this.key = connection().newKey();
    this.heads = new RequestHeads(serving.limits().head());
    this.watch = new Http2Watch(this, scanner, limits);
    Events events = new Events();
    decoder.frameListener(events);
    connection().addListener(events);
    sent.listener(this::onSent);
    gracefulShutdownTimeoutMillis(-1);
  }

  /** The handler of a connection whose first bytes are the client's preface. */
  public static Http2ServerConnection of(Serving serving, Http2Limits limits) {
    Http2Connection connection = new DefaultHttp2Connection(true, 0);
    connection
        .remote()
        .flowController(
            new DefaultHttp2RemoteFlowController(
                connection, new UniformStreamByteDistributor(connection)));
    int headerBytes = serving.limits().head().headerBytes();
    StrictFrameReader reader =
        new StrictFrameReader(
            new DefaultHttp2FrameReader(
                new DefaultHttp2HeadersDecoder(true, headerBytes), SMALL_CONTINUATIONS),
            connection);
    SentFrames sent = new SentFrames();
    Http2ConnectionEncoder encoder = new DefaultHttp2ConnectionEncoder(connection, sent);
    Http2Settings settings =
        new Http2Settings()
            .maxConcurrentStreams(limits.streams())
            .connectProtocolEnabled(true)
            .initialWindowSize(limits.streamWindow().toInt())
            .maxHeaderListSize(headerBytes);
    return new Http2ServerConnection(
        serving,
        limits,
        reader,
        sent,
        new DefaultHttp2ConnectionDecoder(connection, encoder, reader),
        encoder,
        settings);
  }

  // ---- life ----

  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    this.context = context;
    peer = Peer.of(context.channel(), serving.tls());
    super.handlerAdded(context);
    int more = watch.limits().connectionWindow().toInt() - connectionWindow();
    if (more > 0) {
      connection()
          .local()
          .flowController()
          .incrementWindowSize(connection().connectionStream(), more);
    }
    watch.start();
    if (serving.registry().draining()) {
      drain();
    }
    flushSoon();
  }

  private int connectionWindow() {
    return connection().local().flowController().windowSize(connection().connectionStream());
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    watch.stop();
    super.channelInactive(context);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ConnectionRegistry.Order.DRAIN) {
      drain();
    } else if (event == ConnectionRegistry.Order.CLOSE) {
      cut();
    } else if (event instanceof ChannelInputShutdownEvent
        || event instanceof SslCloseCompletionEvent) {
      watch.halfClosed();
      leave();
    }
  }

  /**
   * RFC 9113 §6.8: first a GOAWAY that still takes every stream, then, when the client must have
   * heard of it, the one that says where we stop.
   */
  void drain() {
    if (draining) {
      return;
    }
    draining = true;
    goAway(context(), ALL_STREAMS, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, promise());
    encoder().writePing(context(), false, DRAIN_PING, promise());
    watch.draining();
    flushSoon();
  }

  /** Takes no more streams, and closes behind those that are open. */
  void leave() {
    if (!leaving) {
      leaving = true;
      if (draining) {
        int last = connection().remote().lastStreamCreated();
        goAway(context(), last, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, promise());
      }
      // Comes back to close(), which waits for the streams.
      context().channel().close();
    }
  }

  /** Closes now; open streams are not ended, which the client sees. */
  void cut() {
    OutputEnd.cut(context().channel());
  }

  /** A limit was passed: says so to the client and closes. */
  void fail(String reason, Http2Error error, String text) {
    if (failed) {
      return;
    }
    failed = true;
    reader.stop();
    rejected(reason);
    onError(context(), true, Http2Exception.connectionError(error, "%s", text));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
    if (cause instanceof Http2Exception) {
      super.exceptionCaught(context, cause);
    } else {
      serving.registry().failed(peer().text(), cause);
      cut();
    }
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext context,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception error) {
    if (error == null) {
      serving.registry().failed(peer().text(), cause);
    } else {
      LOG.debug("HTTP/2 connection of {}: {}", peer().text(), cause.getMessage());
      if (!outbound) {
        rejected(
            error.error() == Http2Error.ENHANCE_YOUR_CALM ? "http2_flood" : "http2_protocol_error");
      }
    }
    super.onConnectionError(context, outbound, cause, error);
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext context,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    LOG.debug("HTTP/2 stream {} of {}: {}", error.streamId(), peer().text(), cause.getMessage());
    if (!outbound) {
      rejected(
          error.error() == Http2Error.REFUSED_STREAM
              ? "http2_too_many_streams"
              : "http2_malformed");
    }
    reader.reset(error.streamId());
    super.onStreamError(context, outbound, cause, error);
    if (!outbound && !failed) {
      countReset();
    }
  }

  @Override
  protected void handleServerHeaderDecodeSizeError(
      ChannelHandlerContext context, Http2Stream stream) {
    rejected(WireError.HEADER_TOO_LARGE.label());
    super.handleServerHeaderDecodeSizeError(context, stream);
  }

  /**
   * Takes the request that asked for HTTP/2 as stream 1, to be called once the handler is in place.
   *
   * @param payload of the client's SETTINGS frame
   */
  public void upgraded(HeadTable head, byte[] payload) {
    try {
      onHttpServerUpgrade(settings(payload));
      reader.opened(Http2CodecUtil.HTTP_UPGRADE_STREAM_ID);
      Http2Stream stream = connection().stream(Http2CodecUtil.HTTP_UPGRADE_STREAM_ID);
      Http2ServerStream made = new Http2ServerStream(this, stream, head, now());
      stream.setProperty(key, made);
      countRequest();
      made.begin(true, false);
      made.flushRequest();
    } catch (Http2Exception | IllegalArgumentException e) {
      onError(context(), false, e);
    }
    flushSoon();
  }

  private static Http2Settings settings(byte[] payload) {
    Http2Settings settings = new Http2Settings();
    for (int i = 0; i < payload.length; i += 6) {
      int id = (payload[i] & 0xff) << 8 | (payload[i + 1] & 0xff);
      long value =
          (payload[i + 2] & 0xffL) << 24
              | (payload[i + 3] & 0xff) << 16
              | (payload[i + 4] & 0xff) << 8
              | (payload[i + 5] & 0xff);
      settings.put((char) id, Long.valueOf(value));
    }
    return settings;
  }

  // ---- reading ----

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (failed) {
      ((ByteBuf) message).release();
      return;
    }
    scanner.scan((ByteBuf) message);
    if (watch.flooded()) {
      ((ByteBuf) message).release();
      fail("http2_flood", Http2Error.ENHANCE_YOUR_CALM, "too many frames that ask for nothing");
      return;
    }
    super.channelRead(context, message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    watch.heard();
    for (Http2ServerStream next = touched.poll(); next != null; next = touched.poll()) {
      next.flushRequest();
    }
    super.channelReadComplete(context);
  }

  private final class Events extends Http2EventAdapter {

    @Override
    public void onHeadersRead(
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
    public void onHeadersRead(
        ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean last)
        throws Http2Exception {
      Http2Stream stream = connection().stream(id);
      if (stream == null) {
        return;
      }
      Http2ServerStream known = stream.getProperty(key);
      try {
        if (known != null) {
          trailers(known, headers);
        } else {
          request(stream, headers, last);
        }
      } catch (Malformed e) {
        throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "%s", e.getMessage());
      }
    }

    private void trailers(Http2ServerStream stream, Http2Headers headers) throws Malformed {
      HeadTable trailers = new HeadTable();
      WireError error = heads.readTrailers(headers, trailers);
      if (error != null) {
        throw new Malformed(error.text());
      }
      touched.add(stream);
      stream.requestEnded(trailers.size() == 0 ? null : trailers);
    }

    private void request(Http2Stream stream, Http2Headers headers, boolean last) throws Malformed {
      HeadTable head = takeTable();
      WireError error = heads.read(headers, head);
      Http2ServerStream made =
          new Http2ServerStream(Http2ServerConnection.this, stream, head, now());
      stream.setProperty(key, made);
      countRequest();
      touched.add(made);
      if (error != null) {
        made.refuse(error, last);
      } else {
        made.begin(last, RequestHeads.extendedConnect(headers));
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean last) {
      Http2ServerStream stream = find(id);
      if (stream == null) {
        return data.readableBytes() + padding;
      }
      touched.add(stream);
      int consumed = data.isReadable() ? stream.data(data) : 0;
      if (last) {
        stream.requestEnded(null);
      }
      return consumed + padding;
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code)
        throws Http2Exception {
      if (watch.tooManyResets()) {
        throw Http2Exception.connectionError(
            Http2Error.ENHANCE_YOUR_CALM, "too many streams were reset");
      }
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) {
      if (data == DRAIN_PING && draining) {
        leave();
      }
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
      Http2ServerStream closed = stream.removeProperty(key);
      if (closed != null) {
        closed.onClosed();
      }
    }
  }

  private @Nullable Http2ServerStream find(int id) {
    Http2Stream stream = connection().stream(id);
    return stream == null ? null : stream.getProperty(key);
  }

  private void countRequest() {
    requests++;
    int most = serving.limits().requestsPerConnection();
    if (most > 0 && requests >= most) {
      drain();
    }
  }

  /** A stream was reset by us for what the client did on it (CVE-2025-8671). */
  private void countReset() {
    if (watch.tooManyResets()) {
      fail("http2_flood", Http2Error.ENHANCE_YOUR_CALM, "too many streams were reset");
    }
  }

  // ---- for streams ----

  void writeHeaders(Http2Stream stream, Http2Headers headers, boolean last) {
    scanner.sent();
    encoder().writeHeaders(context(), stream.id(), headers, 0, last, promise());
  }

  /** Takes ownership of the data. */
  void writeData(Http2Stream stream, ByteBuf data, boolean last) {
    encoder().writeData(context(), stream.id(), data, 0, last, promise());
  }

  void reset(Http2Stream stream, Http2Error error) {
    reader.reset(stream.id());
    resetStream(context(), stream.id(), error.code(), promise());
  }

  /** The client may send this many bytes anew. */
  void consume(Http2Stream stream, int bytes) {
    try {
      if (connection().local().flowController().consumeBytes(stream, bytes)) {
        flushSoon();
      }
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  /** Whether bytes or the end of a stream wait for a window or for the next sending. */
  boolean waits(Http2Stream stream) {
    return encoder().flowController().hasFlowControlled(stream);
  }

  boolean socketWritable() {
    return context().channel().isWritable();
  }

  private void onSent(int id, int bytes) {
    scanner.sent(bytes);
    Http2ServerStream stream = find(id);
    if (stream != null) {
      stream.sent(bytes);
      sentOn.add(stream);
    }
  }

  /** What was sent made room: answers that wait for it go on. */
  @Override
  public void flush(ChannelHandlerContext context) {
    super.flush(context);
    for (Http2ServerStream next = sentOn.poll(); next != null; next = sentOn.poll()) {
      next.resumeAnswer();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
    super.channelWritabilityChanged(context);
    if (socketWritable()) {
      forEachStream(Http2ServerStream::resumeAnswer);
    }
  }

  /** What was written is sent at the end of this turn. */
  void flushSoon() {
    if (!waiting) {
      waiting = true;
      serving.loop().sends().add(this);
    }
  }

  @Override
  public void send() {
    waiting = false;
    if (context().channel().isActive()) {
      flush(context());
    }
  }

  private HeadTable takeTable() {
    HeadTable table = tables.poll();
    return table == null ? new HeadTable() : table;
  }

  void giveBack(HeadTable table) {
    if (tables.size() < KEPT_TABLES) {
      tables.push(table);
    }
  }

  void rejected(String reason) {
    serving.registry().rejected(serving.loop(), reason);
  }

  void forEachStream(Consumer<Http2ServerStream> action) {
    try {
      connection()
          .forEachActiveStream(
              stream -> {
                Http2ServerStream open = stream.getProperty(key);
                if (open != null) {
                  action.accept(open);
                }
                return true;
              });
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  Serving serving() {
    return serving;
  }

  Peer peer() {
    return Objects.requireNonNull(peer);
  }

  long now() {
    return serving.loop().nanoTime();
  }

  ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  private ChannelPromise promise() {
    return context().newPromise();
  }
}
