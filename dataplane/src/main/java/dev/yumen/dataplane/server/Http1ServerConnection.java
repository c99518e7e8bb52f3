package dev.yumen.dataplane.server;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.Http1Connection;
import dev.yumen.dataplane.http1.WireError;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.loop.OutputEnd;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.Peer;
import dev.yumen.dataplane.stream.RequestEvents;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection of a client. Requests are taken one at a time; what a client sends ahead
 * waits, unread beyond one buffer, until the answer before it has been sent.
 *
 * <p>Reading goes HEAD → BODY → DONE and back to HEAD when the answer ends. An answer that ends
 * before its request does leads to DISCARD (the rest is read and dropped, within a limit) or to
 * LINGER (RFC 9112 §9.6: the sending side is closed first, so that the answer is not lost to a
 * reset).
 */
public final class Http1ServerConnection extends Http1Connection implements ClientStream {
  private enum Reading {
    HEAD,
    BODY,
    DONE,
    TUNNEL,
    HANDED_ON,
    LINGER,
    CLOSED
  }

  private static final long LINGER_NANOS = 2_000_000_000L;
  private static final long LINGER_BYTES = 1 << 20;

  private final Serving serving;
  private final Loop loop;
  private final RequestAcceptor acceptor;
  private final ListenerLimits limits;
  private final ConnectionRegistry registry;
  private final SlowClientWatch watch;
  private HeadTable head = new HeadTable();

  private @Nullable Peer peer;

  private Reading reading = Reading.HEAD;
  private @Nullable RequestEvents exchange;
  private boolean paused;
  private boolean discarding;
  private boolean continueOwed;
  private boolean headStarted;
  private boolean closeAfter;

  /** Set when an answer ends; tells {@link #begin} that it ended before the acceptor returned. */
  private boolean answerEnded;

  private boolean tunnelEndTold;
  private long bodyRead;
  private long discardLeft;
  private long headStart;
  private int requests;

  public Http1ServerConnection(Serving serving) {
    super(HeadParser.Kind.REQUEST, serving.limits().head(), serving.loop().sends());
    this.serving = serving;
    this.loop = serving.loop();
    this.acceptor = serving.acceptor();
    this.limits = serving.limits();
    this.registry = serving.registry();
    this.watch = new SlowClientWatch(this, loop, limits);
  }

  // ---- life ----

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    super.handlerAdded(context);
    if (context.channel().isActive()) {
      connected();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    connected();
  }

  private void connected() {
    peer = Peer.of(channel(), serving.tls());
    watch.headExpected(loop.nanoTime() + limits.headerNanos());
    if (registry.draining()) {
      closeSoon();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (reading == Reading.CLOSED) {
      return;
    }
    reading = Reading.CLOSED;
    watch.stop();
    dropKept();
    writer().discard();
    RequestEvents gone = exchange;
    exchange = null;
    if (gone != null) {
      gone.onRequestFailure(Failure.of(FailureCode.CLIENT_ABORT, "client closed its connection"));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // Resets and broken pipes of the client; a bug in our own code ends this connection too.
    registry.failed(peer().text(), cause);
    context.close();
  }

  // ---- reading ----

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    RequestEvents current = exchange;
    if (current != null) {
      current.onRequestFlush();
    }
    flush();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
      inputEnds();
    } else if (event == ConnectionRegistry.Order.DRAIN) {
      closeSoon();
    } else if (event == ConnectionRegistry.Order.CLOSE) {
      endTunnelOrClose();
    }
  }

  @Override
  protected boolean closed() {
    return reading == Reading.CLOSED;
  }

  @Override
  protected boolean keeps() {
    return reading != Reading.CLOSED && reading != Reading.HANDED_ON;
  }

  @Override
  protected void leftOver(ByteBuf in) {
    if (reading == Reading.HANDED_ON) {
      context().pipeline().fireChannelRead(in);
    } else {
      in.release();
    }
  }

  @Override
  protected boolean step(ByteBuf in) {
    switch (reading) {
      case HEAD:
        // A client that sends requests but reads no answers is not given more of them.
        return in.isReadable() && writable() && readHead(in);
      case BODY:
        return in.isReadable() && !blocked() && readBody(in);
      case TUNNEL:
        if (in.isReadable() && !paused && exchange != null) {
          watch.progress(in.readableBytes());
          exchange.onRequestBody(in.readRetainedSlice(in.readableBytes()));
        }
        return false;
      case LINGER:
        discardLeft -= in.readableBytes();
        in.skipBytes(in.readableBytes());
        if (discardLeft < 0) {
          close();
        }
        return false;
      case DONE, HANDED_ON, CLOSED:
        return false;
    }
    throw new AssertionError(reading);
  }

  private boolean blocked() {
    return paused && !discarding;
  }

  private boolean readHead(ByteBuf in) {
    if (!headStarted) {
      headStart = loop.nanoTime();
    }
    switch (parser().parse(in, head)) {
      case NEED_MORE:
        // Empty lines in front of a request do not begin it (RFC 9112 §2.2).
        if (!headStarted && parser().started()) {
          headStarted = true;
          watch.headExpected(headStart + limits.headerNanos());
        }
        return false;
      case FAILED:
        unreadable(parser().error());
        return true;
      case DONE:
        break;
    }
    parser().reset();
    headStarted = false;
    requests++;
    begin();
    return true;
  }

  private void begin() {
    Http2Upgrade upgrade = serving.upgrade();
    byte[] settings = upgrade == null ? null : Http2Upgrade.asked(head);
    if (upgrade != null && settings != null) {
      becomeHttp2(upgrade, settings);
      return;
    }
    bodyRead = 0;
    discarding = false;
    paused = false;
    closeAfter |=
        !head.persistent()
            || registry.draining()
            || (limits.requestsPerConnection() > 0 && requests >= limits.requestsPerConnection());
    continueOwed = head.expectContinue() && head.minorVersion() > 0;
    if (body().begin(head)) {
      reading = Reading.BODY;
      watch.bodyExpected();
      if (continueOwed) {
        watch.pause();
      }
    } else {
      reading = Reading.DONE;
      watch.nothingExpected();
    }
    answerEnded = false;
    RequestEvents begun = acceptor.onRequest(this, head, framing(head), headStart);
    if (!answerEnded && reading != Reading.CLOSED) {
      exchange = begun;
      if (reading == Reading.DONE) {
        begun.onRequestEnd(null);
      }
    }
  }

  private static Framing framing(HeadTable head) {
    if (head.chunked()) {
      return Framing.STREAM;
    }
    return head.contentLength() >= 0 ? Framing.LENGTH : Framing.NONE;
  }

  private void becomeHttp2(Http2Upgrade upgrade, byte[] settings) {
    reading = Reading.HANDED_ON;
    watch.stop();
    Http2Upgrade.accept(writer());
    upgrade.take(context(), head, settings);
  }

  private boolean readBody(ByteBuf in) {
    ByteBuf data = body().next(in);
    if (body().failed()) {
      failRequest(body().error());
      return true;
    }
    boolean last = body().finished();
    if (last) {
      reading = Reading.DONE;
    }
    if (data != null) {
      deliver(data);
    }
    if (last && reading == Reading.DONE) {
      requestEnded(body().trailers());
    }
    return last || data != null;
  }

  private void deliver(ByteBuf data) {
    int length = data.readableBytes();
    bodyRead += length;
    continueSent();
    watch.progress(length);
    if (discarding) {
      data.release();
      discardLeft -= length;
      if (discardLeft < 0) {
        linger();
      }
      return;
    }
    RequestEvents current = exchange;
    if (current == null) {
      data.release();
      return;
    }
    if (bodyRead > limits.bodyBytes()) {
      data.release();
      registry.rejected(loop, "body_too_large");
      failExchange(
          Failure.of(
              FailureCode.PAYLOAD_TOO_LARGE,
              "request body of more than " + limits.bodyBytes() + " bytes (limits.body)"));
      return;
    }
    current.onRequestBody(data);
  }

  private void requestEnded(@Nullable HeadTable trailers) {
    watch.nothingExpected();
    if (discarding) {
      discarding = false;
      nextRequest();
    } else if (exchange != null) {
      exchange.onRequestEnd(trailers);
    }
  }

  @Override
  protected void onInputEnd() {
    switch (reading) {
      case HEAD -> {
        if (parser().started()) {
          registry.rejected(loop, "truncated_head");
        }
        closeWhenSent();
      }
      case BODY -> {
        if (exchange == null) {
          close();
        } else {
          closeAfter = true;
          failExchange(
              Failure.of(FailureCode.CLIENT_ABORT, "client ended in the middle of its body"));
        }
      }
      case DONE -> {
        closeAfter = true;
        if (exchange != null) {
          exchange.onClientHalfClosed();
        }
      }
      case TUNNEL -> {
        if (exchange != null && !tunnelEndTold) {
          tunnelEndTold = true;
          exchange.onRequestEnd(null);
        }
      }
      case LINGER -> closeWhenSent();
      case HANDED_ON, CLOSED -> {}
    }
  }

  /** The client, which waited for 100 Continue, goes on. */
  private void continueSent() {
    if (continueOwed) {
      continueOwed = false;
      if (!paused) {
        watch.resume();
      }
    }
  }

  // ---- failures of the client ----

  private void unreadable(WireError error) {
    reading = Reading.LINGER;
    registry.rejected(loop, error.label());
    closeAfter = true;
    acceptor.onUnreadable(this, Failure.of(error.code(), error.text()));
  }

  private void failRequest(WireError error) {
    registry.rejected(loop, error.label());
    failExchange(Failure.of(error.code(), error.text()));
  }

  /** Called by the watch too: the client is too slow. */
  void failSlow(String reason, Failure failure) {
    if (reading == Reading.HEAD && !headStarted) {
      close();
      return;
    }
    registry.rejected(loop, reason);
    if (reading == Reading.HEAD) {
      reading = Reading.LINGER;
      closeAfter = true;
      acceptor.onUnreadable(this, failure);
      flush();
      return;
    }
    failExchange(failure);
    flush();
  }

  /** Called by the watch: nothing moves in the tunnel, or the client does not close it. */
  void endIdleTunnel() {
    registry.rejected(loop, "tunnel_idle");
    endTunnelOrClose();
  }

  private void endTunnelOrClose() {
    RequestEvents current = exchange;
    if (reading == Reading.TUNNEL && current != null) {
      current.onTunnelOver();
    } else {
      close();
    }
  }

  private void failExchange(Failure failure) {
    closeAfter = true;
    RequestEvents current = exchange;
    if (current == null) {
      linger();
      return;
    }
    // No more of this request is believed, so no more of it is read as one.
    reading = Reading.LINGER;
    discardLeft = LINGER_BYTES;
    current.onRequestFailure(failure);
  }

  // ---- answering ----

  @Override
  public void sendInterim(int status, HeadTable fields) {
    if (head.minorVersion() == 0) {
      return;
    }
    if (status == 100) {
      continueSent();
    }
    AnswerHead.interim(writer(), status, fields);
  }

  @Override
  public void sendHead(int status, HeadTable fields, Framing framing, long length) {
    boolean old = head.minorVersion() == 0;
    boolean bodyInTheWay = requestGoesOn() && !willDiscard();
    closeAfter |= registry.draining() || bodyInTheWay || (framing == Framing.STREAM && old);
    AnswerHead answer = new AnswerHead(status, fields, framing, length);
    answer.write(writer(), old, closeAfter);
  }

  private boolean requestGoesOn() {
    return reading == Reading.BODY;
  }

  /** Whether the rest of an unwanted body is worth reading, so that the connection lives on. */
  private boolean willDiscard() {
    return !continueOwed && body().within(limits.drainBytes());
  }

  @Override
  public void sendEnd(@Nullable HeadTable trailers) {
    if (reading == Reading.CLOSED) {
      return;
    }
    writer().end(trailers);
    exchange = null;
    answerEnded = true;
    paused = false;
    watch.resume();
    if (reading == Reading.TUNNEL) {
      closeWhenSent();
    } else if (closeAfter) {
      linger();
    } else if (requestGoesOn()) {
      discarding = true;
      discardLeft = limits.drainBytes();
      resumeWork();
    } else {
      nextRequest();
    }
  }

  private void nextRequest() {
    reading = Reading.HEAD;
    if (closeAfter || registry.draining()) {
      linger();
      return;
    }
    watch.resting();
    resumeWork();
  }

  /** Goes on with what waits, unless a caller further up does so anyway. */
  private void resumeWork() {
    if (working()) {
      return;
    }
    if (takeKept()) {
      if (exchange != null) {
        exchange.onRequestFlush();
      }
    } else if (inputEnded()) {
      onInputEnd();
    }
    updateAutoRead();
  }

  @Override
  protected void onSent() {
    if (reading != Reading.CLOSED) {
      watch.sent(writer().queued());
    }
  }

  @Override
  public void leaveHead() {
    head = new HeadTable();
  }

  @Override
  public void closeAfterAnswer() {
    closeAfter = true;
  }

  /** Sends what is gathered, then closes our side and waits a moment for the client to close. */
  private void linger() {
    reading = Reading.LINGER;
    discarding = false;
    discardLeft = LINGER_BYTES;
    paused = false;
    flush();
    watch.nothingExpected();
    shutdownOutput();
    dropKept();
    updateAutoRead();
  }

  /** Ends our side behind everything that was flushed, however long the client takes to read it. */
  private void shutdownOutput() {
    OutputEnd.after(context(), this::outputEnded);
  }

  private void outputEnded() {
    if (reading != Reading.LINGER) {
      return;
    }
    if (inputEnded()) {
      close();
    } else {
      watch.lingering(loop.nanoTime() + LINGER_NANOS);
    }
  }

  private void closeWhenSent() {
    if (reading == Reading.CLOSED) {
      return;
    }
    flush();
    closeBehindSent();
  }

  @Override
  public void abort() {
    if (channel().isOpen()) {
      exchange = null;
      writer().sendNow();
      reset();
    }
  }

  /** All bytes that were handed to the channel. */
  long queued() {
    return writer().queued();
  }

  /** Called by the watch: the client does not take what it asked for. */
  void closeSlowReader() {
    registry.rejected(loop, "slow_reader");
    reset();
  }

  /** Closes at once; what the socket does not take is lost. */
  void close() {
    writer().sendNow();
    if (exchange != null && channel().isOpen()) {
      reset();
      return;
    }
    context().close();
  }

  /** Closes when idle, or after the answer that is under way. For a drain. */
  void closeSoon() {
    closeAfter = true;
    if (reading == Reading.HEAD && !headStarted && exchange == null) {
      linger();
    }
  }

  // ---- flow ----

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (!context.channel().isWritable()) {
      return;
    }
    if (exchange != null) {
      exchange.onClientWritable();
    } else {
      resumeWork();
      flush();
    }
  }

  @Override
  public void pauseRequest() {
    if (!paused) {
      paused = true;
      watch.pause();
      updateAutoRead();
    }
  }

  @Override
  public void resumeRequest() {
    if (paused) {
      paused = false;
      watch.resume();
      resumeWork();
      updateAutoRead();
    }
  }

  @Override
  protected void updateAutoRead() {
    if (reading != Reading.CLOSED && reading != Reading.HANDED_ON) {
      autoRead(!blocked() && (!keepsBytes() || reading == Reading.LINGER));
    }
  }

  // ---- the rest ----

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  public Peer peer() {
    return Objects.requireNonNull(peer);
  }

  @Override
  public String version() {
    return head.minorVersion() == 0 ? "1.0" : "1.1";
  }

  @Override
  public boolean sentAhead() {
    return keepsBytes() || inputEnded();
  }

  @Override
  public void startTunnel() {
    reading = Reading.TUNNEL;
    watch.tunnel();
    resumeWork();
  }

  @Override
  public void endTunnel() {
    flush();
    shutdownOutput();
  }
}
