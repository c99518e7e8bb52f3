package dev.yumen.dataplane.http2;

import dev.yumen.config.Http2Limits;
import dev.yumen.dataplane.heads.Malformed;
import dev.yumen.dataplane.heads.RequestHeads;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.server.Serving;
import dev.yumen.dataplane.stream.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One HTTP/2 connection of a client. */
public final class Http2ServerConnection extends MultiplexedConnection<Http2ServerStream> {
  private static final Logger LOG = LoggerFactory.getLogger(Http2ServerConnection.class);

  /** Marks the PING between the two GOAWAYs of a drain; any number would do. */
  private static final long DRAIN_PING = 0x79756d656e2d6279L;

  /** Streams that may still come until the client has heard of the drain (RFC 9113 §6.8). */
  private static final int ALL_STREAMS = Integer.MAX_VALUE;

  private final Serving serving;
  private final StrictFrameReader reader;
  private final RequestHeads heads;
  private final FrameScanner scanner;
  private final ArrayDeque<Http2ServerStream> sentOn = new ArrayDeque<>();
  private final Http2Watch watch;
  private @Nullable Peer peer;
  private int requests;
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
    super(reader, decoder, encoder, settings, serving.loop().sends());
    this.serving = serving;
    this.reader = reader;
    this.heads = new RequestHeads(serving.limits().head());
    this.scanner = FrameScanner.ofClient(now());
    this.watch = new Http2Watch(this, scanner, limits);
    Requests requests = new Requests();
    decoder.frameListener(requests);
    connection().addListener(requests);
    sent.listener(this::onSent);
  }

  /** The handler of a connection whose first bytes are the client's preface. */
  public static Http2ServerConnection of(Serving serving, Http2Limits limits) {
    Http2Connection connection = connection(true);
    int headerBytes = serving.limits().head().headerBytes();
    StrictFrameReader reader = new StrictFrameReader(reader(headerBytes), connection);
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
    peer = Peer.of(context.channel(), serving.tls());
    super.handlerAdded(context);
    widen(watch.limits().connectionWindow().toInt());
    watch.start();
    if (serving.registry().draining()) {
      drain();
    }
    flushSoon();
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
      forEachStream(Http2ServerStream::endTunnelInOrder);
      send();
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
    writePing(DRAIN_PING);
    watch.draining();
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
      attach(stream, made);
      countRequest();
      made.begin(true, false);
      made.flushRead();
    } catch (Http2Exception e) {
      onError(context(), false, e);
    }
    flushSoon();
  }

  private static Http2Settings settings(byte[] payload) throws Http2Exception {
    Http2Settings settings = new Http2Settings();
    for (int i = 0; i < payload.length; i += 6) {
      int id = (payload[i] & 0xff) << 8 | (payload[i + 1] & 0xff);
      long value =
          (payload[i + 2] & 0xffL) << 24
              | (payload[i + 3] & 0xff) << 16
              | (payload[i + 4] & 0xff) << 8
              | (payload[i + 5] & 0xff);
      try {
        settings.put((char) id, Long.valueOf(value));
      } catch (IllegalArgumentException e) {
        throw Http2Exception.connectionError(
            Http2Error.PROTOCOL_ERROR, e, "HTTP2-Settings: %s", e.getMessage());
      }
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
    super.channelReadComplete(context);
  }

  private final class Requests extends Frames {

    @Override
    void onFields(int id, @Nullable Http2ServerStream known, Http2Headers headers, boolean last)
        throws Malformed {
      Http2Stream stream = connection().stream(id);
      if (known != null) {
        trailers(known, headers);
      } else if (stream != null) {
        request(stream, headers, last);
      }
    }

    private void trailers(Http2ServerStream stream, Http2Headers headers) throws Malformed {
      HeadTable trailers = new HeadTable();
      WireError error = heads.readTrailers(headers, trailers);
      if (error != null) {
        throw new Malformed(error.text());
      }
      stream.requestEnded(trailers.size() == 0 ? null : trailers);
    }

    private void request(Http2Stream stream, Http2Headers headers, boolean last) throws Malformed {
      HeadTable head = takeTable();
      WireError error = heads.read(headers, head);
      Http2ServerStream made =
          new Http2ServerStream(Http2ServerConnection.this, stream, head, now());
      attach(stream, made);
      countRequest();
      touch(made);
      if (error != null) {
        made.refuse(error, last);
      } else {
        made.begin(last, RequestHeads.extendedConnect(headers));
      }
    }

    @Override
    int onData(Http2ServerStream stream, ByteBuf data, boolean last) {
      int consumed = data.isReadable() ? stream.data(data) : 0;
      if (last) {
        stream.requestEnded(null);
      }
      return consumed;
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
      Http2ServerStream closed = detach(stream);
      if (closed != null) {
        closed.onClosed();
      }
    }
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

  @Override
  void writeHeaders(Http2Stream stream, Http2Headers headers, boolean last) {
    scanner.sent();
    super.writeHeaders(stream, headers, last);
  }

  @Override
  void reset(Http2Stream stream, Http2Error error) {
    reader.reset(stream.id());
    super.reset(stream, error);
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

  void rejected(String reason) {
    serving.registry().rejected(serving.loop(), reason);
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
}
