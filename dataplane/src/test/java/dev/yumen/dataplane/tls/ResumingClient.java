package dev.yumen.dataplane.tls;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/** Takes up sessions again whatever name it asks for, which the JDK's client does not. */
final class ResumingClient implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<Channel> channels = new CopyOnWriteArrayList<>();
  private final SslContext context;
  private final int port;

  ResumingClient(int port, String version) throws SSLException {
    this.port = port;
    this.context =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.OPENSSL_REFCNT)
            .protocols(version)
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .endpointIdentificationAlgorithm(null)
            .build();
  }

  /** Whether a word that is sent to this name comes back. */
  boolean answers(String name) throws Exception {
    CompletableFuture<Boolean> answered = new CompletableFuture<>();
    Channel channel =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel made) {
                    channels.add(made);
                    SslHandler handler = context.newHandler(made.alloc(), "one.host", port);
                    SSLParameters parameters = handler.engine().getSSLParameters();
                    parameters.setServerNames(List.of(new SNIHostName(name)));
                    handler.engine().setSSLParameters(parameters);
                    made.pipeline().addLast(handler, new Reader(answered));
                  }
                })
            .connect("127.0.0.1", port)
            .sync()
            .channel();
    channel.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));
    boolean result = answered.get(10, TimeUnit.SECONDS);
    channel.close();
    return result;
  }

  @Override
  public void close() {
    TlsFixture.stop(group, channels);
    ReferenceCountUtil.release(context);
  }

  private static final class Reader extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<Boolean> answered;

    Reader(CompletableFuture<Boolean> answered) {
      this.answered = answered;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
      answered.complete(true);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      answered.complete(false);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      answered.complete(false);
    }
  }
}
