package dev.yumen.dataplane.http2;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.heads.Malformed;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.stream.ResponseEvents;
import dev.yumen.dataplane.stream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 connection to an endpoint. It is ready when the upstream's SETTINGS have come, which
 * also tells that it speaks HTTP/2 at all; then as many requests share it as the upstream allows.
 *
 * <p>What may be under way to us is bounded for each stream, and the connection's window is as
 * large as all streams need together: an answer that a slow client does not take can not hold up
 * the others.
 */
public final class Http2UpstreamConnection extends MultiplexedConnection<Http2UpstreamStream> {

  /** The pool that a connection belongs to. Called on the connection's loop. */
  public interface Owner {
    Loop loop();

    HeadLimits headLimits();

    String endpointText();

    /** How long the upstream may take to send its SETTINGS. */
    Duration settingsTimeout();

    /** The upstream's SETTINGS have come. */
    void onReady(Http2UpstreamConnection connection);

    /** It has room for a request again, or the first one, or none for ever. */
    void onRoom(Http2UpstreamConnection connection);

    /** A first request began (true), or the last one ended. */
    void onBusy(Http2UpstreamConnection connection, boolean busy);

    /**
     * It is closed.
     *
     * @param wasReady whether its SETTINGS had come
     * @param cause why it failed, or null for an end in order
     */
    void onClosed(Http2UpstreamConnection connection, boolean wasReady, @Nullable Throwable cause);
  }

  /** What an upstream that takes HTTP/2 requests is not: it did not begin with SETTINGS. */
  public static final class NotHttp2 extends IOException {
    private static final long serialVersionUID = 1L;

    NotHttp2(String message) {
      super(message);
    }
  }

  static final int MOST_INTERIMS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Http2UpstreamConnection.class);
  private static final int MOST_STREAMS = 100;
  private static final int STREAM_WINDOW = 256 * 1024;
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");

  private final Owner owner;
  private final AsciiString scheme;
  private final ResponseHeads heads;
  private final Http2UpstreamWatch watch;
  private final long bornAt;
  private @Nullable Throwable failed;
  private boolean ready;
  private boolean takesTunnels;
  private boolean leaving;
  private boolean closed;
  private int lastTaken = Integer.MAX_VALUE;
  private int open;
  private int requests;

  private Http2UpstreamConnection(
      Owner owner,
      boolean secure,
      FieldsReader reader,
      SentFrames sent,
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings) {
    super(reader, decoder, encoder, settings, owner.loop().sends());
    this.owner = owner;
    this.scheme = secure ? HTTPS : HTTP;
    this.heads = new ResponseHeads(owner.headLimits());
    this.bornAt = owner.loop().nanoTime();
    this.watch = new Http2UpstreamWatch(this, owner.loop());
    Answers answers = new Answers();
    decoder.frameListener(answers);
    connection().addListener(answers);
    encoder.flowController().listener(this::onWritability);
    sent.listener((_, bytes) -> watch.sentData(bytes));
  }

  /** The handler of a connection that begins with our preface. */
  public static Http2UpstreamConnection of(Owner owner, boolean secure) {
    Http2Connection connection = connection(false);
    int headerBytes = owner.headLimits().headerBytes();
    FieldsReader reader = new FieldsReader(reader(headerBytes));
    SentFrames sent = new SentFrames();
    Http2ConnectionEncoder encoder = new DefaultHttp2ConnectionEncoder(connection, sent);
    Http2Settings settings =
        new Http2Settings()
            .pushEnabled(false)
            .initialWindowSize(STREAM_WINDOW)
            .maxHeaderListSize(headerBytes);
    return new Http2UpstreamConnection(
        owner,
        secure,
        reader,
        sent,
        new DefaultHttp2ConnectionDecoder(connection, encoder, reader),
        encoder,
        settings);
  }

  // ---- life ----

  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    super.handlerAdded(context);
    if (context.channel().isActive()) {
      begun();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) throws Exception {
    super.channelActive(context);
    begun();
  }

  private void begun() throws Http2Exception {
    widen(MOST_STREAMS * STREAM_WINDOW);
    rest(owner.loop().nanoTime() + owner.settingsTimeout().toNanos());
    flushSoon();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    watch.stop();
    super.channelInactive(context);
    closed();
  }

  private void closed() {
    if (!closed) {
      closed = true;
      leaving = true;
      owner.onClosed(this, ready, failed);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
      // It will say nothing more; what is open can not be answered.
      cut();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
    if (cause instanceof Http2Exception) {
      super.exceptionCaught(context, cause);
    } else {
      if (!(cause instanceof IOException)) {
        LOG.error("connection to {} ended by a bug", owner.endpointText(), cause);
      }
      cut(cause);
    }
  }

  /** Closes it now, for this reason. */
  void cut(Throwable cause) {
    failed = cause;
    cut();
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext context,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception error) {
    LOG.debug("HTTP/2 connection to {}: {}", owner.endpointText(), cause.getMessage());
    failed = ready ? cause : new NotHttp2("it does not speak HTTP/2");
    if (!outbound) {
      Failure failure =
          Failure.of(
              FailureCode.UPSTREAM_PROTOCOL, owner.endpointText() + ": " + cause.getMessage());
      List<Http2UpstreamStream> open = new ArrayList<>();
      forEachStream(open::add);
      open.forEach(stream -> stream.fail(failure, ResponseEvents.Reached.ANSWERED));
    }
    super.onConnectionError(context, outbound, cause, error);
    context.flush(); // GOAWAY
    cut();
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext context,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    Http2UpstreamStream stream = find(error.streamId());
    if (stream != null && !outbound) {
      stream.fail(
          Failure.of(
              FailureCode.UPSTREAM_PROTOCOL, owner.endpointText() + ": " + cause.getMessage()),
          ResponseEvents.Reached.ANSWERED,
          error.error());
    }
    super.onStreamError(context, outbound, cause, error);
  }

  /** Takes no more requests, and closes behind those that are open. */
  public void leave() {
    if (!leaving) {
      leaving = true;
      owner.onRoom(this);
    }
    if (open == 0 && context().channel().isOpen()) {
      context().channel().close();
    }
  }

  // ---- requests ----

  /** Whether the upstream's SETTINGS have come. */
  boolean isReady() {
    return ready;
  }

  /** Whether there are requests that have not ended. */
  boolean isBusy() {
    return open > 0;
  }

  /** Whether it takes another request now. */
  public boolean hasRoom() {
    return ready
        && !leaving
        && open < Math.min(MOST_STREAMS, connection().local().maxActiveStreams());
  }

  /** Whether requests for a tunnel are understood (RFC 8441 §3). */
  public boolean takesTunnels() {
    return takesTunnels;
  }

  /** Whether the upstream takes no requests for now; another connection would fare no better. */
  public boolean isClosedToAll() {
    return ready && !leaving && connection().local().maxActiveStreams() == 0;
  }

  /** Whether it will never take another request. */
  public boolean isLeaving() {
    return leaving;
  }

  /** Requests that it has taken. */
  public int requests() {
    return requests;
  }

  /** When it was made, in the loop's nanoseconds. */
  public long bornAt() {
    return bornAt;
  }

  /** Closes it when it has had no request until this time; a request puts an end to that. */
  public void rest(long until) {
    watch.rest(until);
  }

  /** Begins a request. Only when there {@link #hasRoom}. */
  public UpstreamStream open(ResponseEvents attempt) {
    Http2UpstreamStream made = new Http2UpstreamStream(this, attempt, takeTable(), requests > 0);
    requests++;
    if (open++ == 0) {
      owner.onBusy(this, true);
      watch.busy();
    }
    return made;
  }

  /** Opens the stream of a request; null when the connection takes none any more. */
  @Nullable Http2Stream start(Http2UpstreamStream request, Http2Headers headers, boolean last) {
    if (closed || !connection().local().canOpenStream()) {
      return null;
    }
    int id = connection().local().incrementAndGetNextStreamId();
    if (id < 0) {
      leave();
      return null;
    }
    encoder().writeHeaders(context(), id, headers, 0, last, promise());
    watch.sentHead();
    Http2Stream stream = connection().stream(id);
    if (stream == null) {
      return null;
    }
    attach(stream, request);
    flushSoon();
    return stream;
  }

  /** A request that was begun has ended without a stream. */
  void neverStarted(Http2UpstreamStream request) {
    ended(request);
  }

  private void ended(Http2UpstreamStream request) {
    if (request.endedInOrder()) {
      giveBack(request.head());
    }
    boolean wasFull = open >= Math.min(MOST_STREAMS, connection().local().maxActiveStreams());
    if (--open == 0) {
      owner.onBusy(this, false);
    }
    if (leaving) {
      leave();
    } else if (wasFull) {
      owner.onRoom(this);
    }
  }

  // ---- reading ----

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (watch.floods((ByteBuf) message)) {
      ((ByteBuf) message).release();
      if (context.channel().isOpen()) {
        onError(
            context,
            false,
            Http2Exception.connectionError(
                Http2Error.ENHANCE_YOUR_CALM, "too many frames that ask for nothing"));
      }
      return;
    }
    super.channelRead(context, message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    watch.heard();
    super.channelReadComplete(context);
  }

  private final class Answers extends Frames {

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
      takesTunnels |= Boolean.TRUE.equals(settings.connectProtocolEnabled());
      if (!ready) {
        ready = true;
        owner.onReady(Http2UpstreamConnection.this);
      } else {
        owner.onRoom(Http2UpstreamConnection.this);
      }
    }

    @Override
    void onFields(int id, @Nullable Http2UpstreamStream stream, Http2Headers headers, boolean last)
        throws Malformed, Http2Exception {
      if (stream != null) {
        stream.headers(headers, last, heads);
      } else if (!connection().local().mayHaveCreatedStream(id)) {
        throw Http2Exception.connectionError(
            Http2Error.PROTOCOL_ERROR, "an answer on stream %d, which nobody asked for", id);
      }
    }

    @Override
    int onData(Http2UpstreamStream stream, ByteBuf data, boolean last) throws Malformed {
      return stream.data(data, last);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) {
      Http2Stream stream = connection().stream(id);
      Http2UpstreamStream reset = stream == null ? null : detach(stream);
      if (reset != null) {
        boolean refused = code == Http2Error.REFUSED_STREAM.code();
        reset.onClosed(
            refused ? ResponseEvents.Reached.REFUSED : ResponseEvents.Reached.ANSWERED,
            "reset the stream with " + Http2Error.valueOf(code));
        ended(reset);
      }
    }

    @Override
    public void onGoAwayReceived(int last, long code, ByteBuf debug) {
      lastTaken = last;
      leave();
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
      Http2UpstreamStream gone = detach(stream);
      if (gone != null) {
        boolean refused = stream.id() > lastTaken;
        gone.onClosed(
            refused ? ResponseEvents.Reached.REFUSED : null, refused ? "went away" : "closed");
        ended(gone);
      }
    }
  }

  // ---- for streams ----

  boolean isWritable(Http2Stream stream) {
    return encoder().flowController().isWritable(stream);
  }

  private void onWritability(Http2Stream stream) {
    Http2UpstreamStream changed = of(stream);
    if (changed != null && isWritable(stream)) {
      changed.onWritable();
    }
  }

  AsciiString scheme() {
    return scheme;
  }

  String endpointText() {
    return owner.endpointText();
  }
}
