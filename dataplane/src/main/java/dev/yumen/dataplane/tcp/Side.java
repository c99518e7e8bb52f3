package dev.yumen.dataplane.tcp;

import dev.yumen.dataplane.loop.OutputEnd;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

/** One of the two sockets of a {@link TcpConnection}: the last handler in its pipeline. */
final class Side extends ChannelInboundHandlerAdapter {
  private final TcpConnection connection;
  private final String name;
  private @Nullable ChannelHandlerContext context;
  private boolean inputEnded;
  private boolean outputEnding;
  private boolean outputEnded;
  private long received;

  /**
   * @param name for the log
   */
  Side(TcpConnection connection, String name) {
    this.connection = connection;
    this.name = name;
  }

  // ---- what the connection asks for ----

  String name() {
    return name;
  }

  /** Bytes that came from this side. */
  long received() {
    return received;
  }

  boolean inputEnded() {
    return inputEnded;
  }

  /** Whether the end of what is sent here has left. */
  boolean outputEnded() {
    return outputEnded;
  }

  /** Takes over bytes to be sent; they leave with {@link #flush}. */
  void write(ByteBuf bytes) {
    ChannelHandlerContext to = context;
    if (to == null || outputEnding) {
      bytes.release();
    } else {
      to.write(bytes, to.voidPromise());
    }
  }

  void flush() {
    if (context != null) {
      context.flush();
    }
  }

  boolean isWritable() {
    return context != null && context.channel().isWritable();
  }

  void read(boolean wanted) {
    if (context != null && context.channel().config().isAutoRead() != wanted) {
      context.channel().config().setAutoRead(wanted);
    }
  }

  /** Ends what is sent here, behind everything that was written. */
  void endOutput() {
    if (context != null && !outputEnding) {
      outputEnding = true;
      OutputEnd.after(
          context,
          () -> {
            outputEnded = true;
            connection.onOutputEnded();
          });
    }
  }

  void close() {
    if (context != null) {
      context.channel().close();
    }
  }

  /** Ends the socket so that its peer sees a cut, whatever it knows of ends. */
  void reset() {
    if (context != null && context.channel().isOpen()) {
      context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
      OutputEnd.cut(context.channel());
    }
  }

  // ---- what the socket tells ----

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    this.context = context;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    received += bytes.readableBytes();
    connection.onBytes(this, bytes);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    connection.onReadComplete(this);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    connection.onWritable(this);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
      if (!inputEnded) {
        inputEnded = true;
        connection.onInputEnded(this);
      }
    } else if (event instanceof SslHandshakeCompletionEvent handshake) {
      connection.onHandshake(this, handshake.isSuccess());
    } else {
      connection.onOrder(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    connection.onClosed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    connection.onException(this, cause);
  }
}
