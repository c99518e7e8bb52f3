package dev.yumen.dataplane.listener;

import dev.yumen.config.Http2Limits;
import dev.yumen.dataplane.http2.Http2ServerConnection;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.server.Http1ServerConnection;
import dev.yumen.dataplane.server.Serving;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.jspecify.annotations.Nullable;

/**
 * Tells HTTP/1.1 and HTTP/2 apart by the first bytes of a connection without TLS: HTTP/2 begins
 * with {@code PRI} (RFC 9113 §3.4), which is a method of nothing else. Puts the handler of the
 * protocol in its own place, with what was read so far.
 */
final class ProtocolChooser extends ChannelInboundHandlerAdapter {
  private static final byte[] PREFACE = {'P', 'R', 'I', ' '};

  private final Serving serving;
  private final Http2Limits limits;
  private final FirstBytes deadline = new FirstBytes();
  private ByteBuf first = Unpooled.EMPTY_BUFFER;

  ProtocolChooser(Serving serving, Http2Limits limits) {
    this.serving = serving;
    this.limits = limits;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    deadline.start(context);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    if (context.channel().isActive()) {
      deadline.start(context);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    serving.loop().deadlines().cancel(deadline);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    serving.loop().deadlines().cancel(deadline);
    first.release();
    first = Unpooled.EMPTY_BUFFER;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (first.isReadable()) {
      in = Unpooled.wrappedBuffer(first, in);
    }
    first = Unpooled.EMPTY_BUFFER;
    int same = 0;
    int known = Math.min(PREFACE.length, in.readableBytes());
    while (same < known && in.getByte(in.readerIndex() + same) == PREFACE[same]) {
      same++;
    }
    if (same < known) {
      become(context, new Http1ServerConnection(serving), in);
    } else if (same == PREFACE.length) {
      become(context, Http2ServerConnection.of(serving, limits), in);
    } else {
      first = in;
    }
  }

  private static void become(ChannelHandlerContext context, ChannelHandler handler, ByteBuf in) {
    context.pipeline().replace(context.handler(), null, handler);
    context.pipeline().fireChannelRead(in);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ConnectionRegistry.Order || event instanceof ChannelInputShutdownEvent) {
      context.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    serving.registry().failed(String.valueOf(context.channel().remoteAddress()), cause);
    context.close();
  }

  /** A client that connects and says nothing, or too little, is closed. */
  private final class FirstBytes extends Deadline {
    private @Nullable ChannelHandlerContext context;

    void start(ChannelHandlerContext started) {
      context = started;
      serving
          .loop()
          .deadlines()
          .set(this, serving.loop().nanoTime() + serving.limits().headerNanos());
      if (serving.registry().draining()) {
        started.close();
      }
    }

    @Override
    protected void onDeadline(long now) {
      if (first.isReadable()) {
        serving.registry().rejected(serving.loop(), "header_timeout");
      }
      if (context != null) {
        context.close();
      }
    }
  }
}
