package dev.yumen.dataplane.loop;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** The two ways to end what we send on a connection, over TLS and over the bare socket alike. */
public final class OutputEnd {
  private OutputEnd() {}

  /**
   * Ends our side in order, behind everything that was flushed: close_notify where there is TLS
   * (RFC 8446 §6.1), then the end of the stream. What the peer sends is still read.
   *
   * @param ended called when the socket has taken it all; not called when it could not: then the
   *     connection is closed
   */
  public static void after(ChannelHandlerContext context, Runnable ended) {
    Channel channel = context.channel();
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    // What was written must be encrypted before TLS is closed.
    context.flush();
    // An empty buffer leaves when everything before it has left.
    var sent = tls == null ? context.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
    sent.addListener(
        done -> {
          if (!done.isSuccess()) {
            // TLS may be unable to say its end, as after a close_notify of the peer's.
            cut(channel);
          } else if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
            ended.run();
          }
        });
  }

  /**
   * Closes without close_notify, so that a peer that knows TLS sees the cut: what it got so far
   * must not pass for a whole message.
   */
  public static void cut(Channel channel) {
    channel.unsafe().close(channel.unsafe().voidPromise());
  }
}
