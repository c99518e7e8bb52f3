package dev.yumen.dataplane.http2;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.heads.Malformed;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.InboundRequest;
import dev.yumen.dataplane.stream.ResponseEvents;
import dev.yumen.dataplane.stream.UpstreamStream;
import dev.yumen.dataplane.stream.WebSocketHandshake;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** One request to an upstream on a connection that it shares with others. */
final class Http2UpstreamStream extends MultiplexedStream implements UpstreamStream {
  private final Http2UpstreamConnection connection;
  private final boolean reused;
  private @Nullable ResponseEvents attempt;
  private String method = "";

  /** What is asked to be tunnelled; null for other requests. */
  private @Nullable String tunnelProtocol;

  private @Nullable String tunnelKey;

  /** What came through a tunnel before it was opened. */
  private @Nullable CompositeByteBuf early;

  private boolean tunnel;
  private boolean requestEnded;
  private boolean headStarted;
  private boolean answerEnded;
  private boolean bodyMissing;
  private boolean abandoned;
  private boolean endHeld;
  private @Nullable HeadTable heldTrailers;
  private int interims;

  Http2UpstreamStream(
      Http2UpstreamConnection connection, ResponseEvents attempt, HeadTable head, boolean reused) {
    super(connection, head, null);
    this.connection = connection;
    this.attempt = attempt;
    this.reused = reused;
  }

  @Override
  public boolean reused() {
    return reused;
  }

  @Override
  public String version() {
    return "2";
  }

  // ---- sending ----

  @Override
  public void sendHead(InboundRequest request, Framing framing, long length) {
    method = request.method();
    if (framing == Framing.TUNNEL) {
      if (!connection.takesTunnels()) {
        fail(
            Failure.of(
                FailureCode.UPSTREAM_PROTOCOL,
                connection.endpointText() + " takes no WebSocket over HTTP/2 (RFC 8441)"),
            ResponseEvents.Reached.ANSWERED);
        return;
      }
      tunnelProtocol = request.headers().first("upgrade");
      tunnelKey = request.headers().first("sec-websocket-key");
    }
    hold(RequestHeaders.of(request, connection.scheme(), framing, length));
  }

  @Override
  public void sendBody(ByteBuf data) {
    hold(data);
  }

  @Override
  public void sendEnd(@Nullable HeadTable trailers) {
    if (tunnelProtocol != null) {
      // What follows is the tunnel's.
      flush();
      return;
    }
    endRequest(trailers);
  }

  private void endRequest(@Nullable HeadTable trailers) {
    requestEnded = true;
    if (!closed()) {
      end(trailers);
      connection.flushSoon();
    }
  }

  @Override
  void write(Http2Headers headers, boolean last) {
    if (hasStream()) {
      super.write(headers, last);
    } else {
      open(headers, last);
    }
  }

  private void open(Http2Headers headers, boolean last) {
    Http2Stream opened = connection.start(this, headers, last);
    if (opened != null) {
      stream(opened);
    } else if (!closed()) {
      fail(
          Failure.of(
              FailureCode.UPSTREAM_RESET, connection.endpointText() + " takes no more streams"),
          ResponseEvents.Reached.REFUSED);
    }
  }

  @Override
  public void flush() {
    if (!closed() && !requestEnded) {
      push();
    }
    connection.flushSoon();
  }

  @Override
  public boolean writable() {
    return !hasStream() || closed() || connection.isWritable(stream());
  }

  void onWritable() {
    if (attempt != null) {
      attempt.onUpstreamWritable();
    }
  }

  // ---- the answer ----

  /** Whether nobody can be looking at the head any more. */
  boolean endedInOrder() {
    return answerEnded && attempt == null && !abandoned;
  }

  void headers(Http2Headers headers, boolean last, ResponseHeads heads) throws Malformed {
    if (headStarted) {
      trailers(headers, last, heads);
      return;
    }
    var error = readHead(headers, heads);
    if (error != null) {
      throw new Malformed(error.text());
    }
    boolean switched = head().status() == 101;
    if (head().status() < 200 && !switched) {
      interim(last);
      return;
    }
    headStarted = true;
    bodyMissing =
        head().responseFraming(method) != HeadTable.Framing.NONE && head().contentLength() > 0;
    requireBody(last);
    ResponseEvents current = attempt;
    if (current == null) {
      return;
    }
    if (switched) {
      // Until the exchange has opened the tunnel, what comes through it waits.
      early = Unpooled.compositeBuffer();
      paused(true);
      current.onResponseHead(head(), Framing.TUNNEL, 0);
    } else {
      answer(current, last);
    }
    if (last) {
      answerEnded(null);
    }
  }

  private @Nullable WireError readHead(Http2Headers headers, ResponseHeads heads) throws Malformed {
    CharSequence status = headers.status();
    String protocol = tunnelProtocol;
    if (protocol == null || status == null || status.isEmpty() || status.charAt(0) != '2') {
      return heads.read(headers, head());
    }
    String key = tunnelKey;
    return heads.readSwitch(
        headers, head(), protocol, key == null ? null : WebSocketHandshake.accept(key));
  }

  /** Netty takes an answer without its whole body for one to HEAD (RFC 9113 §8.1.1). */
  private void requireBody(boolean last) throws Malformed {
    if (last && bodyMissing) {
      throw new Malformed("a content-length without a body");
    }
  }

  private void interim(boolean last) throws Malformed {
    if (last || ++interims > Http2UpstreamConnection.MOST_INTERIMS) {
      throw new Malformed("an interim answer that ends, or too many of them");
    }
    if (attempt != null) {
      attempt.onInterim(head().status(), head());
      head().reset();
    }
  }

  private void answer(ResponseEvents current, boolean last) {
    long length = head().contentLength();
    boolean bodiless =
        head().responseFraming(method) == HeadTable.Framing.NONE && (length != 0 || last);
    if (bodiless) {
      boolean stated = length >= 0 && head().status() != 204;
      current.onResponseHead(head(), stated ? Framing.STATED : Framing.NONE, Math.max(0, length));
    } else if (length >= 0 || last) {
      current.onResponseHead(head(), Framing.LENGTH, Math.max(0, length));
    } else {
      current.onResponseHead(head(), Framing.STREAM, -1);
    }
  }

  private void trailers(Http2Headers headers, boolean last, ResponseHeads heads) throws Malformed {
    if (!last) {
      throw new Malformed("a second head");
    }
    requireBody(true);
    HeadTable trailers = new HeadTable();
    var error = heads.readTrailers(headers, trailers);
    if (error != null) {
      throw new Malformed(error.text());
    }
    answerEnded(trailers.size() == 0 ? null : trailers);
  }

  /** Takes a piece of the body; returns how many of its bytes the upstream may send anew. */
  int data(ByteBuf data, boolean last) throws Malformed {
    if (!headStarted) {
      throw new Malformed("a body without a head");
    }
    int length = data.readableBytes();
    bodyMissing &= length == 0;
    requireBody(last);
    ResponseEvents current = attempt;
    if (current != null && length > 0) {
      CompositeByteBuf waiting = early;
      if (waiting != null) {
        waiting.addComponent(true, data.readRetainedSlice(length));
      } else if (!tunnel
          && head().responseFraming(method) == HeadTable.Framing.NONE
          && head().contentLength() != 0) {
        throw new Malformed("a body where there can be none");
      } else {
        current.onResponseBody(data.readRetainedSlice(length));
      }
    }
    int consumed = current == null ? length : consumable(length);
    if (last) {
      answerEnded(null);
    }
    return consumed;
  }

  private void answerEnded(@Nullable HeadTable trailers) {
    answerEnded = true;
    ResponseEvents done = attempt;
    if (done == null) {
      return;
    }
    if (paused()) {
      endHeld = true;
      heldTrailers = trailers;
      return;
    }
    if (!tunnel) {
      attempt = null;
    }
    done.onResponseEnd(trailers);
    done.onResponseFlush();
    if (!tunnel) {
      finished();
    }
  }

  /** Both have the answer whole; what is left of the request is not wanted (RFC 9113 §8.1). */
  private void finished() {
    if (!requestEnded && !closed() && hasStream()) {
      drop();
      connection.reset(stream(), Http2Error.NO_ERROR);
    }
  }

  @Override
  void flushRead() {
    if (attempt != null) {
      attempt.onResponseFlush();
    }
  }

  // ---- ends ----

  /**
   * The stream is closed.
   *
   * @param reached what the upstream said of it, or null when it said nothing
   */
  void onClosed(ResponseEvents.@Nullable Reached reached, String why) {
    close();
    dropEarly();
    boolean cutTunnel = tunnel && attempt != null && !requestEnded;
    if (!answerEnded || cutTunnel) {
      ResponseEvents.Reached far =
          headStarted ? ResponseEvents.Reached.ANSWERED : ResponseEvents.Reached.UNANSWERED;
      fail(
          Failure.of(FailureCode.UPSTREAM_RESET, connection.endpointText() + " " + why),
          reached == null || headStarted ? far : reached);
    }
  }

  void fail(Failure failure, ResponseEvents.Reached reached) {
    fail(failure, reached, Http2Error.CANCEL);
  }

  /**
   * Ends the stream, if it is open still, because of a failure.
   *
   * @param error what the upstream is told
   */
  void fail(Failure failure, ResponseEvents.Reached reached, Http2Error error) {
    ResponseEvents failed = attempt;
    attempt = null;
    abandoned = true;
    endHeld = false;
    cancelStream(error);
    if (failed != null) {
      failed.onUpstreamFailure(failure, reached);
    }
  }

  @Override
  public void cancel() {
    attempt = null;
    abandoned = true;
    endHeld = false;
    cancelStream(Http2Error.CANCEL);
  }

  private void cancelStream(Http2Error error) {
    drop();
    dropEarly();
    if (closed()) {
      return;
    }
    if (hasStream()) {
      connection.reset(stream(), error);
    } else {
      close();
      connection.neverStarted(this);
    }
  }

  // ---- flow ----

  @Override
  public void pauseResponse() {
    paused(true);
  }

  @Override
  public void resumeResponse() {
    if (!paused()) {
      return;
    }
    paused(false);
    CompositeByteBuf waiting = early;
    if (waiting != null) {
      early = null;
      deliver(waiting);
    }
    if (paused()) {
      return;
    }
    consumeRest();
    if (endHeld) {
      endHeld = false;
      answerEnded(heldTrailers);
    }
  }

  // ---- tunnels ----

  private void deliver(ByteBuf data) {
    if (data.isReadable() && attempt != null) {
      attempt.onResponseBody(data);
    } else {
      data.release();
    }
  }

  private void dropEarly() {
    if (early != null) {
      early.release();
      early = null;
    }
  }

  @Override
  public void startTunnel() {
    tunnel = true;
  }

  @Override
  public void endTunnel() {
    endRequest(null);
  }

  @Override
  public void finishTunnel() {
    attempt = null;
    if (!requestEnded) {
      endRequest(null);
    }
  }
}
