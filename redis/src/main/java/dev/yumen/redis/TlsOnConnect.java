package dev.yumen.redis;

import dev.yumen.dataplane.tls.UpstreamTls;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/**
 * Puts our own TLS under every connection that the library makes, so that files, names and
 * certificates are checked as they are towards upstreams.
 */
record TlsOnConnect(UpstreamTls tls) implements NettyCustomizer {
  @Override
  public void afterChannelInitialized(Channel channel) {
    channel.pipeline().addFirst(new Waiting(tls));
  }

  /** Only with the address it is known which name the certificate must have. */
  private static final class Waiting extends ChannelOutboundHandlerAdapter {
    private final UpstreamTls tls;

    Waiting(UpstreamTls tls) {
      this.tls = tls;
    }

    @Override
    public void connect(
        ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise done) {
      InetSocketAddress to = (InetSocketAddress) remote;
      ctx.pipeline()
          .addFirst(tls.handler(ctx.alloc(), to.getHostString(), to.getPort(), List.of()));
      ctx.connect(remote, local, done);
      ctx.pipeline().remove(this);
    }
  }
}
