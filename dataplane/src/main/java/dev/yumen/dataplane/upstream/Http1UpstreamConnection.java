package dev.yumen.dataplane.upstream;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.Http1Connection;
import dev.yumen.dataplane.http1.MessageWriter;
import dev.yumen.dataplane.http1.WireError;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.OutputEnd;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.InboundRequest;
import dev.yumen.dataplane.stream.ResponseEvents;
import dev.yumen.dataplane.stream.ResponseEvents.Reached;
import dev.yumen.dataplane.stream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to an endpoint. It serves one request at a time and goes back to its
 * {@link ConnectionPool} only when both messages ended cleanly and not a byte more came than
 * belongs to the answer.
 */
public final class Http1UpstreamConnection extends Http1Connection implements UpstreamStream {
  private enum Reading {
    IDLE,
    HEAD,
    BODY,
    UNTIL_CLOSE,
    TUNNEL,
    DONE,
    CLOSED
  }

  private static final byte[] CHUNKED_FIELD = ascii("Transfer-Encoding: chunked\r\n");
  private static final byte[] LENGTH_FIELD = ascii("Content-Length: ");

  private static final int MOST_INTERIMS = 100;

  private final ConnectionPool pool;
  private final HeadTable head = new HeadTable();
  private final IdleDeadline idleDeadline = new IdleDeadline();
  private final long bornAt;

  private Reading reading = Reading.IDLE;
  private @Nullable ResponseEvents attempt;
  private String method = "";
  private boolean upgradeAsked;
  private boolean requestEnded;
  private boolean headStarted;
  private boolean paused;
  private boolean tunnelEndTold;
  private boolean endHeld;
  private boolean broken;
  private boolean secure;
  private int interims;
  private @Nullable HeadTable heldTrailers;
  private int requests;

  /** Bytes handed to the channel when the request began. */
  private long queuedBefore;

  Http1UpstreamConnection(ConnectionPool pool, long now) {
    super(HeadParser.Kind.RESPONSE, pool.headLimits(), pool.loop().sends());
    this.pool = pool;
    this.bornAt = now;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    super.handlerAdded(context);
    secure = context.pipeline().get(SslHandler.class) != null;
  }

  /** Takes the connection into use for one attempt. */
  void begin(ResponseEvents attempt) {
    this.attempt = attempt;
    idleDeadline.stop();
    requests++;
    requestEnded = false;
    headStarted = false;
    paused = false;
    endHeld = false;
    interims = 0;
    queuedBefore = writer().queued();
    reading = Reading.HEAD;
    parser().reset();
    head.reset();
  }

  @Override
  public boolean reused() {
    return requests > 1;
  }

  @Override
  public String version() {
    return head.minorVersion() == 0 ? "1.0" : "1.1";
  }

  // ---- sending ----

  @Override
  public void sendHead(InboundRequest request, Framing framing, long length) {
    method = request.method();
    HeadTable fields = request.headers();
    upgradeAsked = framing == Framing.TUNNEL;
    ByteBuf out =
        writer()
            .gather(
                request.headBytes()
                    + 64
                    + MessageWriter.roomFor(framing == Framing.LENGTH ? length : 0));
    request.writeTo(out);
    switch (framing) {
      case LENGTH -> {
        out.writeBytes(LENGTH_FIELD);
        MessageWriter.writeDecimal(out, length);
        out.writeShort(0x0d0a);
      }
      case STREAM -> out.writeBytes(CHUNKED_FIELD);
      case TUNNEL -> {
        out.writeBytes(ascii("Connection: upgrade\r\nUpgrade: "));
        out.writeBytes(ascii(Objects.requireNonNullElse(fields.first("upgrade"), "")));
        out.writeShort(0x0d0a);
      }
      case NONE, STATED -> {}
    }
    out.writeShort(0x0d0a);
    writer().chunked(framing == Framing.STREAM);
  }

  @Override
  public void sendEnd(@Nullable HeadTable trailers) {
    writer().end(trailers);
    requestEnded = true;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (attempt != null && context.channel().isWritable()) {
      attempt.onUpstreamWritable();
    }
  }

  // ---- reading ----

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (attempt != null) {
      attempt.onResponseFlush();
    }
  }

  @Override
  protected boolean closed() {
    return reading == Reading.CLOSED;
  }

  @Override
  protected boolean keeps() {
    return reading != Reading.IDLE && reading != Reading.CLOSED;
  }

  @Override
  protected void leftOver(ByteBuf in) {
    boolean unasked = in.isReadable() && reading == Reading.IDLE;
    in.release();
    if (unasked) {
      // RFC 9112 §9.2: bytes that answer nothing; the next answer could not be told from them.
      pool.unsolicited();
      close();
    }
  }

  @Override
  protected boolean step(ByteBuf in) {
    if (!in.isReadable() || (paused && reading != Reading.HEAD)) {
      return false;
    }
    switch (reading) {
      case HEAD:
        return readHead(in);
      case BODY:
        return readBody(in);
      case UNTIL_CLOSE, TUNNEL:
        attempt().onResponseBody(in.readRetainedSlice(in.readableBytes()));
        return false;
      case DONE:
        // More bytes than the answer has: this connection is never used again.
        pool.unsolicited();
        close();
        return false;
      case IDLE, CLOSED:
        return false;
    }
    throw new AssertionError(reading);
  }

  private boolean readHead(ByteBuf in) {
    headStarted = true;
    switch (parser().parse(in, head)) {
      case NEED_MORE:
        return false;
      case FAILED:
        failProtocol(parser().error());
        return false;
      case DONE:
        break;
    }
    parser().reset();
    int status = head.status();
    if (status == 101) {
      return switchProtocols();
    }
    if (status < 200) {
      if (++interims > MOST_INTERIMS) {
        fail(
            Failure.of(FailureCode.UPSTREAM_PROTOCOL, pool.endpointText() + " only ever says 1xx"));
        return false;
      }
      attempt().onInterim(status, head);
      head.reset();
      return true;
    }
    beginBody();
    return true;
  }

  private boolean switchProtocols() {
    if (!upgradeAsked) {
      fail(Failure.of(FailureCode.UPSTREAM_PROTOCOL, "101 without a request to upgrade"));
      return false;
    }
    reading = Reading.DONE;
    attempt().onResponseHead(head, Framing.TUNNEL, 0);
    return reading == Reading.TUNNEL;
  }

  private void beginBody() {
    switch (head.responseFraming(method)) {
      case NONE -> {
        reading = Reading.DONE;
        boolean stated = head.contentLength() >= 0 && head.status() != 204;
        attempt()
            .onResponseHead(
                head, stated ? Framing.STATED : Framing.NONE, Math.max(0, head.contentLength()));
        ended(null);
      }
      case LENGTH -> {
        body().length(head.contentLength());
        reading = body().finished() ? Reading.DONE : Reading.BODY;
        attempt().onResponseHead(head, Framing.LENGTH, head.contentLength());
        if (reading == Reading.DONE) {
          ended(null);
        }
      }
      case CHUNKED -> {
        reading = Reading.BODY;
        body().chunked();
        attempt().onResponseHead(head, Framing.STREAM, -1);
      }
      case UNTIL_CLOSE -> {
        reading = Reading.UNTIL_CLOSE;
        attempt().onResponseHead(head, Framing.STREAM, -1);
      }
    }
  }

  private boolean readBody(ByteBuf in) {
    ByteBuf data = body().next(in);
    if (body().failed()) {
      failProtocol(body().error());
      return false;
    }
    boolean last = body().finished();
    if (last) {
      reading = Reading.DONE;
    }
    if (data != null) {
      attempt().onResponseBody(data);
    }
    if (last && reading == Reading.DONE) {
      ended(body().trailers());
    }
    return last || data != null;
  }

  /** The answer is complete: hands its end on, then keeps or closes the connection. */
  private void ended(@Nullable HeadTable trailers) {
    ResponseEvents done = attempt;
    if (done == null) {
      return;
    }
    if (paused) {
      // The exchange still looks at the head, which the next request would overwrite.
      endHeld = true;
      heldTrailers = trailers;
      return;
    }
    attempt = null;
    done.onResponseEnd(trailers);
    done.onResponseFlush();
    if (reading != Reading.DONE) {
      return;
    }
    if (requestEnded && head.persistent() && !inputEnded() && !broken && !keepsBytes()) {
      reading = Reading.IDLE;
      pool.release(this);
    } else {
      close();
    }
  }

  private void failProtocol(WireError error) {
    fail(Failure.of(FailureCode.UPSTREAM_PROTOCOL, pool.endpointText() + ": " + error.text()));
  }

  private void fail(Failure failure) {
    ResponseEvents failed = attempt;
    Reached reached = headStarted ? Reached.ANSWERED : Reached.UNANSWERED;
    attempt = null;
    close();
    if (failed != null) {
      failed.onUpstreamFailure(failure, reached);
    }
  }

  // ---- ends ----

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent
        || (event instanceof SslCloseCompletionEvent end && end.isSuccess())) {
      // Over TLS, an end without close_notify may be anybody's (RFC 9112 §9.8).
      broken |= secure && !inputEnded() && event instanceof ChannelInputShutdownEvent;
      inputEnds();
    }
  }

  @Override
  protected void onInputEnd() {
    switch (reading) {
      case UNTIL_CLOSE -> {
        if (broken) {
          failReset();
          return;
        }
        reading = Reading.DONE;
        ended(null);
      }
      case TUNNEL -> {
        if (broken) {
          failReset();
        } else if (!tunnelEndTold) {
          tunnelEndTold = true;
          attempt().onResponseEnd(null);
        }
      }
      case IDLE -> close();
      case DONE -> {
        // With an attempt, the exchange has not yet taken the answer's end, or opened its tunnel.
        if (attempt == null) {
          close();
        }
      }
      case HEAD, BODY -> failReset();
      case CLOSED -> {}
    }
  }

  private void failReset() {
    String how =
        broken ? " reset" : headStarted ? " closed in the middle of its answer" : " closed";
    fail(Failure.of(FailureCode.UPSTREAM_RESET, pool.endpointText() + how));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (reading == Reading.CLOSED) {
      idleDeadline.forget();
      return;
    }
    broken = true;
    if (endHeld) {
      // The answer came whole; its end is told when the exchange asks for it.
      closeKeepingAttempt();
    } else {
      failReset();
    }
  }

  /**
   * A failed write or read. An upstream that answers early and resets what is still being sent has
   * answered all the same, so what it sent is read first: the end of the input comes next, or the
   * end of the channel.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException || broken) {
      broken = true;
      if (reading == Reading.IDLE) {
        close();
      }
    } else {
      fail(Failure.of(FailureCode.INTERNAL, "upstream connection: " + cause, cause));
    }
  }

  @Override
  public void cancel() {
    attempt = null;
    if (reading == Reading.HEAD && writer().queued() == queuedBefore && !inputEnded()) {
      // Given up before a byte was sent, as by a client that opens streams and resets them.
      writer().discard();
      reading = Reading.IDLE;
      pool.release(this);
    } else {
      close();
    }
  }

  /** Closes the connection and tells the pool, once. */
  void close() {
    attempt = null;
    closeKeepingAttempt();
  }

  private void closeKeepingAttempt() {
    if (reading == Reading.CLOSED) {
      return;
    }
    writer().sendNow();
    leave();
    context().close();
  }

  private void leave() {
    boolean wasIdle = reading == Reading.IDLE;
    reading = Reading.CLOSED;
    idleDeadline.forget();
    if (!working()) {
      dropKept();
    }
    writer().discard();
    pool.closed(this, wasIdle);
  }

  // ---- flow ----

  @Override
  public void pauseResponse() {
    paused = true;
    updateAutoRead();
  }

  @Override
  public void resumeResponse() {
    if (!paused) {
      return;
    }
    paused = false;
    if (endHeld) {
      endHeld = false;
      ended(heldTrailers);
    }
    if (working() || reading == Reading.CLOSED) {
      return;
    }
    if (takeKept() && attempt != null) {
      attempt.onResponseFlush();
    }
    updateAutoRead();
  }

  @Override
  protected void updateAutoRead() {
    if (reading != Reading.CLOSED) {
      autoRead(!paused && !keepsBytes());
    }
  }

  @Override
  public void startTunnel() {
    reading = Reading.TUNNEL;
    if (inputEnded() && !keepsBytes()) {
      // It ended while response filters looked at the switch.
      pool.loop().eventLoop().execute(this::onInputEnd);
    }
  }

  @Override
  public void endTunnel() {
    flush();
    OutputEnd.after(context(), () -> {});
  }

  /** An upstream that does not read what is left for as long as a connection may rest is reset. */
  @Override
  public void finishTunnel() {
    if (reading == Reading.CLOSED) {
      return;
    }
    attempt = null;
    flush();
    leave();
    rest(pool.loop().nanoTime() + pool.settings().idle().toNanos());
    closeBehindSent();
  }

  // ---- for the pool ----

  /** Whether it has lived long enough or served enough. */
  boolean worn(long now) {
    return now - bornAt >= pool.settings().lifetime().toNanos()
        || (pool.settings().maxRequests() > 0 && requests >= pool.settings().maxRequests());
  }

  /** Goes to the pool unused. */
  void rest() {
    pool.release(this);
  }

  void rest(long until) {
    pool.loop().deadlines().set(idleDeadline, until);
  }

  boolean open() {
    return reading != Reading.CLOSED && !inputEnded() && channel().isActive();
  }

  private final class IdleDeadline extends Deadline {
    @Override
    protected void onDeadline(long now) {
      if (reading == Reading.IDLE) {
        close();
      } else if (reading == Reading.CLOSED && channel().isOpen()) {
        channel().config().setOption(ChannelOption.SO_LINGER, 0);
        context().close();
      }
    }

    void stop() {
      pool.loop().deadlines().suspend(this);
    }

    /** The wheel would otherwise hold the closed connection until its time has come. */
    void forget() {
      pool.loop().deadlines().cancel(this);
    }
  }

  private ResponseEvents attempt() {
    return Objects.requireNonNull(attempt);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
