package dev.yumen.dataplane.tls;

import dev.yumen.api.TlsSession;
import dev.yumen.testkit.Eventually;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Sends back what it gets, through the TLS under test. */
final class TlsServer implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(10);

  final List<TlsRefusal> refusals = new CopyOnWriteArrayList<>();
  final List<TlsSession> sessions = new CopyOnWriteArrayList<>();
  final List<Throwable> failures = new CopyOnWriteArrayList<>();
  final List<Channel> channels = new CopyOnWriteArrayList<>();
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel listening;
  private volatile ServerTls tls;

  TlsServer(ServerTls first) {
    this.tls = first;
    listening =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channels.add(channel);
                    channel.pipeline().addLast(tls.handler(refusals::add), new Echo());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** New connections use this from now on; the old one is closed, as by a reload. */
  void replace(ServerTls next) {
    ServerTls old = tls;
    tls = next;
    old.close();
  }

  TlsRefusal awaitRefusal() {
    return Eventually.valueWithin(
        LIMIT, "a refusal", () -> refusals.isEmpty() ? null : refusals.getFirst());
  }

  TlsSession awaitSession(int count) {
    Eventually.within(LIMIT, count + " sessions", () -> sessions.size() >= count);
    return sessions.get(count - 1);
  }

  /** When every connection that was accepted is closed. */
  void awaitClosed() {
    Eventually.within(
        LIMIT,
        "closed connections",
        () -> !channels.isEmpty() && channels.stream().noneMatch(Channel::isOpen));
  }

  @Override
  public void close() {
    listening.close().syncUninterruptibly();
    TlsFixture.stop(group, channels);
    tls.close();
  }

  private final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
        sessions.add(TlsSessions.of(ctx.pipeline().get(SslHandler.class)));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failures.add(cause);
      ctx.close();
    }
  }
}
