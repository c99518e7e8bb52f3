package dev.yumen.dataplane.http2;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.heads.AnswerHeaders;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.server.BodyProgress;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.Peer;
import dev.yumen.dataplane.stream.RequestEvents;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** One request of an HTTP/2 connection and its answer. */
final class Http2ServerStream extends MultiplexedStream implements ClientStream {
  private final Http2ServerConnection connection;
  private final long startNanos;
  private final BodyProgress body;
  private @Nullable RequestEvents exchange;
  private boolean answerEnded;
  private boolean requestEnded;
  private boolean outputEnded;
  private boolean headLeft;
  private boolean continueOwed;
  private boolean connect;
  private boolean tunnel;
  private boolean ahead;
  private int queued;
  private boolean stalled;
  private long sentAt;

  Http2ServerStream(
      Http2ServerConnection connection, Http2Stream stream, HeadTable head, long startNanos) {
    super(connection, head, stream);
    this.connection = connection;
    this.startNanos = startNanos;
    this.body = new BodyProgress(connection.serving().limits(), startNanos);
  }

  // ---- the request ----

  /**
   * Begins the exchange.
   *
   * @param last whether the request has no body
   * @param extendedConnect whether it asks for a tunnel (RFC 8441), which it then has no body for
   */
  void begin(boolean last, boolean extendedConnect) {
    requestEnded = last;
    connect = extendedConnect;
    Framing framing = Framing.NONE;
    if (head().contentLength() >= 0) {
      framing = Framing.LENGTH;
    } else if (!last && !connect) {
      framing = Framing.STREAM;
    }
    continueOwed = !last && !connect && head().expectContinue();
    RequestEvents begun =
        connection.serving().acceptor().onRequest(this, head(), framing, startNanos);
    if (!answerEnded && !closed()) {
      exchange = begun;
      if (last || connect) {
        begun.onRequestEnd(null);
      }
    }
  }

  /** The head can not be read: says so, and ends the stream. */
  void refuse(WireError error, boolean last) {
    requestEnded = last;
    connection.rejected(error.label());
    connection.serving().acceptor().onUnreadable(this, Failure.of(error.code(), error.text()));
  }

  /** Takes a piece of the body; returns how many of its bytes the client may send anew. */
  int data(ByteBuf data) {
    int length = data.readableBytes();
    RequestEvents current = exchange;
    body.came(length, connection.now());
    continueOwed = false;
    if (current == null) {
      boolean enough = body.discard(length);
      if (enough) {
        stopRequest();
      }
      return enough ? 0 : length;
    }
    if (connect && !tunnel) {
      ahead = true;
      return length;
    }
    BodyProgress.Broken tooLarge = tunnel ? null : body.tooLarge();
    if (tooLarge != null) {
      fail(tooLarge);
      return length;
    }
    current.onRequestBody(data.readRetainedSlice(length));
    return consumable(length);
  }

  private void stopRequest() {
    if (!requestEnded && !closed() && !connection.waits(stream())) {
      connection.reset(stream(), Http2Error.NO_ERROR);
    }
  }

  /** For the watch: the rest of a request that was answered does not come. */
  void stopRequestAfter(long nanos, long now) {
    if (answerEnded && body.restIsOverdue(nanos, now)) {
      stopRequest();
    }
  }

  void requestEnded(@Nullable HeadTable trailers) {
    requestEnded = true;
    RequestEvents current = exchange;
    if (current != null && connect && !tunnel) {
      fail(Failure.of(FailureCode.CLIENT_ABORT, "client ended before there was a tunnel"));
    } else if (current != null) {
      current.onRequestEnd(trailers);
    }
  }

  @Override
  void flushRead() {
    if (exchange != null) {
      exchange.onRequestFlush();
    }
  }

  /** The client did not keep a limit: says so, and counts it. */
  void fail(BodyProgress.Broken limit) {
    connection.rejected(limit.reason());
    fail(limit.failure());
  }

  private void fail(Failure failure) {
    RequestEvents current = exchange;
    if (current != null) {
      current.onRequestFailure(failure);
    }
  }

  /** The stream is closed, by whatever side. */
  void onClosed() {
    close();
    RequestEvents gone = exchange;
    exchange = null;
    if (gone != null) {
      gone.onRequestFailure(Failure.of(FailureCode.CLIENT_ABORT, "client reset its stream"));
    }
    if (!headLeft) {
      connection.giveBack(head());
    }
  }

  /** Bytes went to the socket. */
  void sent(int bytes) {
    queued -= bytes;
    sentAt = connection.now();
  }

  /** Goes on with the answer when it waits for what was sent meanwhile. */
  void resumeAnswer() {
    if (stalled && queued <= connection.serving().limits().bufferBytes() / 2 && writable()) {
      stalled = false;
      if (exchange != null) {
        exchange.onClientWritable();
      }
    }
  }

  // ---- the answer ----

  @Override
  public void sendInterim(int status, HeadTable fields) {
    if (status == 100) {
      continueOwed = false;
    }
    if (!closed()) {
      write(
          AnswerHeaders.head(new DefaultHttp2Headers(false, 16), status, fields, Framing.NONE, 0),
          false);
    }
  }

  @Override
  public void sendHead(int status, HeadTable fields, Framing framing, long length) {
    hold(AnswerHeaders.head(new DefaultHttp2Headers(false, 16), status, fields, framing, length));
  }

  @Override
  public void sendBody(ByteBuf data) {
    if (tunnel) {
      body.moved(connection.now());
    }
    hold(data);
  }

  @Override
  public void sendEnd(@Nullable HeadTable trailers) {
    exchange = null;
    answerEnded = true;
    if (closed()) {
      return;
    }
    if (!outputEnded) {
      outputEnded = true;
      end(trailers);
    }
    body.answered(connection.now());
    consumeRest();
    connection.flushSoon();
  }

  @Override
  void write(ByteBuf data, boolean last) {
    if (queued == 0) {
      sentAt = connection.now();
    }
    queued += data.readableBytes();
    super.write(data, last);
  }

  @Override
  public void flush() {
    if (!closed() && !outputEnded) {
      push();
    }
    connection.flushSoon();
  }

  @Override
  public boolean writable() {
    if (closed()) {
      return true;
    }
    boolean full =
        queued >= connection.serving().limits().bufferBytes() || !connection.socketWritable();
    // Only resumeAnswer() ends it: until then the sender may be waiting, whatever was sent since.
    stalled |= full;
    return !full;
  }

  @Override
  public void abort() {
    exchange = null;
    answerEnded = true;
    drop();
    if (!closed()) {
      connection.reset(stream(), Http2Error.INTERNAL_ERROR);
    }
  }

  /** Other requests of the connection are not concerned: its frames can still be told apart. */
  @Override
  public void closeAfterAnswer() {}

  @Override
  public void leaveHead() {
    headLeft = true;
  }

  // ---- flow ----

  @Override
  public void pauseRequest() {
    if (!paused()) {
      paused(true);
      body.paused(connection.now());
    }
  }

  @Override
  public void resumeRequest() {
    if (paused()) {
      paused(false);
      body.resumed(connection.now());
      consumeRest();
    }
  }

  // ---- tunnels ----

  /** Has the tunnel closed, where there is one. */
  void endTunnelInOrder() {
    if (tunnel && exchange != null) {
      exchange.onTunnelOver();
    }
  }

  @Override
  public boolean sentAhead() {
    return ahead;
  }

  @Override
  public void startTunnel() {
    tunnel = true;
  }

  @Override
  public void endTunnel() {
    if (!closed() && !outputEnded) {
      outputEnded = true;
      end(null);
      connection.flushSoon();
    }
  }

  // ---- who it is ----

  @Override
  public Loop loop() {
    return connection.serving().loop();
  }

  @Override
  public Peer peer() {
    return connection.peer();
  }

  @Override
  public String version() {
    return "2";
  }

  // ---- for the watch ----

  /** Whether the client is the one that has to go on with its body. */
  boolean awaitsBody() {
    return !requestEnded && !paused() && !continueOwed && !connect && exchange != null;
  }

  BodyProgress body() {
    return body;
  }

  boolean isTunnel() {
    return tunnel;
  }

  /**
   * Since when the client takes nothing of what waits for it.
   *
   * @param waiting whether anything waits
   */
  long stuckSince(boolean waiting, long now) {
    if (!waiting) {
      sentAt = now;
    }
    return sentAt;
  }
}
