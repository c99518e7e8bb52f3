package dev.yumen.dataplane.http3;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.server.BodyProgress;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.Peer;
import dev.yumen.dataplane.stream.RequestEvents;
import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One request of an HTTP/3 connection and its answer. */
final class Http3ServerStream implements ClientStream {
  private final Http3ServerConnection connection;
  private final QuicStreamChannel channel;
  private final long startNanos;
  private final HeadTable head = new HeadTable();
  private final BodyProgress body;
  private final Http3Answer answer;
  private @Nullable Peer peer;
  private @Nullable RequestEvents exchange;
  private @Nullable HeadTable trailers;

  private boolean headRead;
  private boolean begun;
  private boolean requestEnded;
  private boolean continueOwed;
  private boolean paused;
  private boolean answerEnded;
  private boolean stalled;
  private boolean closed;

  Http3ServerStream(Http3ServerConnection connection, QuicStreamChannel channel) {
    this.connection = connection;
    this.channel = channel;
    this.startNanos = connection.now();
    this.body = new BodyProgress(connection.serving().limits(), startNanos);
    this.answer = new Http3Answer(this, channel);
  }

  // ---- the request ----

  /** To be called when the head could be read; the exchange begins with what follows it. */
  void headRead() {
    headRead = true;
  }

  /** The head can not be read: says so. */
  void refuse(WireError error, boolean last) {
    begun = true;
    requestEnded = last;
    connection.serving().acceptor().onUnreadable(this, Failure.of(error.code(), error.text()));
  }

  /**
   * Begins the exchange, once it can be told whether there is a body: the end of a stream is no
   * part of a frame here, as it is in HTTP/2, and is heard of behind what came with it.
   */
  private void begin(boolean last) {
    if (begun || !headRead || closed) {
      return;
    }
    begun = true;
    requestEnded = last;
    Framing framing = Framing.NONE;
    if (head.contentLength() >= 0) {
      framing = Framing.LENGTH;
    } else if (!last) {
      framing = Framing.STREAM;
    }
    continueOwed = !last && head.expectContinue();
    RequestEvents started =
        connection.serving().acceptor().onRequest(this, head, framing, startNanos);
    if (!answerEnded && !closed) {
      exchange = started;
      if (last) {
        started.onRequestEnd(null);
      }
    }
  }

  /** Takes ownership of a piece of the body. */
  void data(ByteBuf data) {
    begin(false);
    int length = data.readableBytes();
    RequestEvents current = exchange;
    body.came(length, connection.now());
    if (length == 0 || current == null) {
      data.release();
      if (current == null && body.discard(length)) {
        stopRequest();
      }
      return;
    }
    continueOwed = false;
    BodyProgress.Broken tooLarge = body.tooLarge();
    if (tooLarge != null) {
      data.release();
      fail(tooLarge);
      return;
    }
    current.onRequestBody(data);
  }

  private void stopRequest() {
    if (!requestEnded && !closed && answer.isSent()) {
      requestEnded = true;
      channel.shutdownInput(Http3ErrorCode.H3_NO_ERROR.code());
      connection.countReset();
      onClosed();
      channel.close();
    }
  }

  /** For the watch: the rest of a request that was answered does not come. */
  void stopRequestAfter(long nanos, long now) {
    if (answerEnded && body.restIsOverdue(nanos, now)) {
      stopRequest();
    }
  }

  /** The fields behind the body; null when none of them may stand there. */
  void trailers(@Nullable HeadTable fields) {
    trailers = fields;
    begin(false);
  }

  /** All that came in one go has been read. */
  void flushRead(boolean last) {
    begin(last);
    if (exchange != null) {
      exchange.onRequestFlush();
    }
  }

  void requestEnded() {
    begin(true);
    RequestEvents current = exchange;
    if (!requestEnded) {
      requestEnded = true;
      if (current != null) {
        current.onRequestEnd(trailers);
        current.onRequestFlush(); // nothing else may come with the end of a stream
      }
    }
  }

  /** The client did not keep a limit: says so, and counts it. */
  void fail(BodyProgress.Broken limit) {
    connection.rejected(limit.reason());
    RequestEvents current = exchange;
    if (current != null) {
      current.onRequestFailure(limit.failure());
    }
  }

  // ---- the end ----

  /** The stream is closed, by whatever side. */
  void onClosed() {
    if (closed) {
      return;
    }
    closed = true;
    connection.ended(this);
    RequestEvents gone = exchange;
    exchange = null;
    if (gone != null) {
      gone.onRequestFailure(Failure.of(FailureCode.CLIENT_ABORT, "client reset its stream"));
    }
  }

  /** Ends both directions at once; the exchange hears that its client is gone. */
  void cut(Http3ErrorCode code) {
    if (!closed) {
      onClosed();
      shut(code);
    }
  }

  /** Takes no request on this stream; the client may send it again. */
  void refuse() {
    closed = true;
    shut(Http3ErrorCode.H3_REQUEST_REJECTED);
  }

  private void shut(Http3ErrorCode code) {
    channel.shutdown(code.code());
    channel.close();
  }

  // ---- the answer ----

  @Override
  public void sendInterim(int status, HeadTable fields) {
    if (status == 100) {
      continueOwed = false;
    }
    if (!closed) {
      answer.head(status, fields, Framing.NONE, 0);
    }
  }

  @Override
  public void sendHead(int status, HeadTable fields, Framing framing, long length) {
    if (!closed) {
      answer.head(status, fields, framing, length);
    }
  }

  @Override
  public void sendBody(ByteBuf data) {
    answer.body(data);
  }

  @Override
  public void sendEnd(@Nullable HeadTable fields) {
    exchange = null;
    answerEnded = true;
    if (!closed) {
      body.answered(connection.now());
      answer.end(fields);
    }
    resumeRequest();
  }

  /** Bytes of the answer went out. */
  void onSent(int bytes) {
    connection.frames().sent(bytes);
  }

  /** Goes on with the answer when it waits for what was sent meanwhile. */
  void resumeAnswer() {
    if (stalled && !answer.full(connection.serving().limits().bufferBytes() / 2)) {
      stalled = false;
      if (exchange != null) {
        exchange.onClientWritable();
      }
    }
  }

  /** The client takes no more, or is gone. */
  void onUnsent(@Nullable Throwable cause) {
    boolean asked = cause instanceof ChannelOutputShutdownException;
    if (!closed) {
      cut(Http3ErrorCode.H3_REQUEST_CANCELLED);
      if (asked) {
        connection.countReset();
      }
    }
  }

  /** Streams send what they are given at once. */
  @Override
  public void flush() {}

  @Override
  public boolean writable() {
    boolean full = !closed && answer.full(connection.serving().limits().bufferBytes());
    // Only resumeAnswer() ends it: until then the sender may be waiting, whatever was sent since.
    stalled |= full;
    return !full;
  }

  @Override
  public void abort() {
    exchange = null;
    answerEnded = true;
    cut(Http3ErrorCode.H3_INTERNAL_ERROR);
  }

  /** Other requests of the connection are not concerned: its frames can still be told apart. */
  @Override
  public void closeAfterAnswer() {}

  /** Heads are not used again. */
  @Override
  public void leaveHead() {}

  // ---- flow ----

  @Override
  public void pauseRequest() {
    if (!paused) {
      paused = true;
      body.paused(connection.now());
      channel.config().setAutoRead(false);
    }
  }

  @Override
  public void resumeRequest() {
    if (paused) {
      paused = false;
      body.resumed(connection.now());
      channel.config().setAutoRead(true);
    }
  }

  // ---- tunnels: none, as neither Upgrade nor extended CONNECT is taken ----

  @Override
  public boolean sentAhead() {
    return false;
  }

  @Override
  public void startTunnel() {
    throw new IllegalStateException("a tunnel over HTTP/3");
  }

  @Override
  public void endTunnel() {
    throw new IllegalStateException("a tunnel over HTTP/3");
  }

  // ---- who it is ----

  @Override
  public Loop loop() {
    return connection.serving().loop();
  }

  @Override
  public Peer peer() {
    if (peer == null) {
      peer = connection.peer();
    }
    return Objects.requireNonNull(peer);
  }

  @Override
  public String version() {
    return "3";
  }

  // ---- for the watch ----

  /** Whether the client has opened the stream and not sent its head yet. */
  boolean awaitsHead() {
    return !headRead && !begun && !closed;
  }

  /** Whether the client is the one that has to go on with its body. */
  boolean awaitsBody() {
    return begun && !requestEnded && !paused && !continueOwed && exchange != null;
  }

  /** Whether the client has asked for everything, and nothing was sent to it yet. */
  boolean awaitsAnswer() {
    return requestEnded && exchange != null;
  }

  HeadTable head() {
    return head;
  }

  long startNanos() {
    return startNanos;
  }

  BodyProgress body() {
    return body;
  }

  Http3Answer answer() {
    return answer;
  }

  boolean isClosed() {
    return closed;
  }

  long now() {
    return connection.now();
  }
}
