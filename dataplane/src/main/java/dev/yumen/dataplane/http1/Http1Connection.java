package dev.yumen.dataplane.http1;

import dev.yumen.dataplane.loop.OutputEnd;
import dev.yumen.dataplane.loop.SendQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a connection in HTTP/1.1 needs on whatever side: the last handler in its pipeline. It takes
 * what can be taken of the bytes that come, step by step; the rest is kept, and while any is kept
 * nothing more is read, so it is never many more bytes than one read brings. Only on its loop.
 */
public abstract class Http1Connection extends ChannelInboundHandlerAdapter {
  private final SendQueue sends;
  private final HeadParser parser;
  private final BodyReader body;
  private @Nullable ChannelHandlerContext context;
  private @Nullable MessageWriter writer;
  private @Nullable ByteBuf kept;
  private boolean autoRead = true;
  private boolean working;
  private boolean inputEnded;

  /**
   * @param kind of the heads that come
   * @param sends where what was flushed waits for the end of the loop's turn
   */
  protected Http1Connection(HeadParser.Kind kind, HeadLimits limits, SendQueue sends) {
    this.sends = sends;
    this.parser = new HeadParser(kind, limits);
    this.body = new BodyReader(limits);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    this.context = context;
    writer = new MessageWriter(context, sends, this::onSent);
  }

  // ---- what comes ----

  @Override
  public final void channelRead(ChannelHandlerContext context, Object message) {
    work(behindKept((ByteBuf) message));
  }

  private ByteBuf behindKept(ByteBuf in) {
    ByteBuf first = kept;
    if (first == null) {
      return in;
    }
    kept = null;
    ByteBuf joined = channel().alloc().directBuffer(first.readableBytes() + in.readableBytes());
    joined.writeBytes(first).writeBytes(in);
    first.release();
    in.release();
    return joined;
  }

  private void work(ByteBuf in) {
    working = true;
    try {
      while (step(in)) {}
    } catch (RuntimeException | Error e) {
      in.release();
      throw e;
    } finally {
      working = false;
    }
    if (in.isReadable() && keeps()) {
      kept = in;
    } else {
      leftOver(in);
    }
    updateAutoRead();
    if (inputEnded && kept == null) {
      onInputEnd();
    }
  }

  /** Takes something of what came; false when nothing more can be taken now. */
  protected abstract boolean step(ByteBuf in);

  /** Whether bytes that could not be taken will be wanted later. */
  protected abstract boolean keeps();

  /** Disposes of a buffer that is not kept, with or without bytes in it. */
  protected abstract void leftOver(ByteBuf in);

  /** Nothing more comes, and nothing is kept. May be called more than once. */
  protected abstract void onInputEnd();

  /** Tells {@link #autoRead} what is wanted now. */
  protected abstract void updateAutoRead();

  /** The socket has been given what it takes. */
  protected void onSent() {}

  /** To be called when the peer has closed its side. */
  protected final void inputEnds() {
    inputEnded = true;
    if (kept == null) {
      onInputEnd();
    }
  }

  /** Whether the peer has closed its side. */
  protected final boolean inputEnded() {
    return inputEnded;
  }

  /** Whether bytes are being taken further up the stack, so that whoever could go on need not. */
  protected final boolean working() {
    return working;
  }

  /** Whether bytes have come that could not be taken yet. */
  protected final boolean keepsBytes() {
    return kept != null;
  }

  /** Takes what is kept as far as it can be taken now; false when nothing is kept. */
  protected final boolean takeKept() {
    ByteBuf in = kept;
    if (in == null) {
      return false;
    }
    kept = null;
    work(in);
    return true;
  }

  protected final void dropKept() {
    if (kept != null) {
      kept.release();
      kept = null;
    }
  }

  /** Reads on, or stops; what the kernel holds then holds up the peer. */
  protected final void autoRead(boolean wanted) {
    if (wanted != autoRead) {
      autoRead = wanted;
      channel().config().setAutoRead(wanted);
    }
  }

  protected final HeadParser parser() {
    return parser;
  }

  protected final BodyReader body() {
    return body;
  }

  // ---- what goes ----

  protected final MessageWriter writer() {
    return Objects.requireNonNull(writer);
  }

  /** Whether nothing is sent and nothing taken any more. */
  protected abstract boolean closed();

  /** Sends body bytes of the message at hand and takes ownership of them. */
  public final void sendBody(ByteBuf data) {
    if (closed()) {
      data.release();
    } else {
      writer().body(data);
    }
  }

  /** Hands everything sent so far to the socket. */
  public final void flush() {
    if (!closed()) {
      writer().flush();
    }
  }

  /** Whether the socket takes more. */
  public final boolean writable() {
    return channel().isWritable();
  }

  /** Bytes handed to the channel that the socket has not taken yet. */
  public final long unsent() {
    ChannelOutboundBuffer waiting = channel().unsafe().outboundBuffer();
    return waiting == null ? 0 : waiting.totalPendingWriteBytes();
  }

  /** Closes behind everything that was flushed. */
  protected final void closeBehindSent() {
    context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /** Closes so that half a message does not look whole to a peer that knows no length. */
  protected final void reset() {
    channel().config().setOption(ChannelOption.SO_LINGER, 0);
    OutputEnd.cut(channel());
  }

  protected final ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  protected final Channel channel() {
    return context().channel();
  }
}
