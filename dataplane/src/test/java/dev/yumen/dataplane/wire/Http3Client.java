package dev.yumen.dataplane.wire;

import dev.yumen.testkit.Eventually;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3GoAwayFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** A client's HTTP/3 connection on Netty's own codec. What goes out is written frame by frame. */
final class Http3Client implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(15);
  static final long STILL_OPEN = -1;
  private static final long LARGE = 64 << 20;

  private final MultiThreadIoEventLoopGroup group;
  private final List<Long> goAways = new CopyOnWriteArrayList<>();
  private volatile long closedWith = STILL_OPEN;
  private final QuicChannel channel;

  /**
   * How to connect.
   *
   * @param streamWindow bytes of an answer that may come unread
   */
  record Options(
      int port,
      String name,
      long streamWindow,
      @Nullable PrivateKey key,
      @Nullable X509Certificate certificate) {
    static Options of(int port) {
      return new Options(port, "localhost", LARGE, null, null);
    }

    Options name(String other) {
      return new Options(port, other, streamWindow, key, certificate);
    }

    Options shows(PrivateKey own, X509Certificate mine) {
      return new Options(port, name, streamWindow, own, mine);
    }

    Options window(long other) {
      return new Options(port, name, other, key, certificate);
    }
  }

  private Http3Client(Options options) throws Exception {
    group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      channel = dial(options);
    } catch (Exception e) {
      stop();
      throw e;
    }
  }

  static Http3Client connect(int port) {
    return connect(Options.of(port));
  }

  static Http3Client connect(Options options) {
    try {
      return new Http3Client(options);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Whether no connection can be had. */
  static boolean isRefused(Options options) {
    try {
      new Http3Client(options).close();
      return false;
    } catch (Exception _) {
      return true;
    }
  }

  /**
   * Waits until a connection is refused. In TLS 1.3 the client is through its handshake before its
   * certificate is looked at, so it may be there for a moment.
   */
  static void awaitRefusal(Options options) {
    Http3Client client;
    try {
      client = new Http3Client(options);
    } catch (Exception _) {
      return;
    }
    try (client) {
      client.awaitClosed();
    }
  }

  private QuicChannel dial(Options options) throws Exception {
    QuicSslContextBuilder tls =
        QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .applicationProtocols("h3");
    if (options.key() != null) {
      tls.keyManager(options.key(), null, options.certificate());
    }
    QuicSslContext context = tls.build();
    Channel socket =
        new Bootstrap()
            .group(group)
            .channel(NioDatagramChannel.class)
            .handler(
                Http3.newQuicClientCodecBuilder()
                    .sslEngineProvider(
                        quic -> context.newEngine(quic.alloc(), options.name(), options.port()))
                    .maxIdleTimeout(60, TimeUnit.SECONDS)
                    .initialMaxData(LARGE)
                    .initialMaxStreamDataBidirectionalLocal(options.streamWindow())
                    .build())
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    return QuicChannel.newBootstrap(socket)
        .handler(new Listening())
        .remoteAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port()))
        .connect()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Hears what concerns the connection as a whole. */
  private final class Listening extends ChannelInboundHandlerAdapter {
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      context
          .pipeline()
          .addLast(new Http3ClientConnectionHandler(new GoAways(), null, null, null, true));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
      if (event instanceof QuicConnectionCloseEvent close) {
        closedWith = close.error();
      }
      super.userEventTriggered(context, event);
    }
  }

  private final class GoAways extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof Http3GoAwayFrame goAway) {
        goAways.add(goAway.id());
      }
      ReferenceCountUtil.release(message);
    }
  }

  /** Opens a stream for a request. */
  Http3Call open() {
    Http3Call call = new Http3Call();
    try {
      Http3.newRequestStream(channel, call).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return call;
  }

  /** Opens a stream that only the client sends on. */
  QuicStreamChannel openUnidirectional() {
    try {
      return channel
          .createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter())
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  Http3Call request(String method, String path, String... fields) {
    return open().request(method, path, fields);
  }

  Http3Call get(String path, String... fields) {
    return request("GET", path, fields).end();
  }

  /** Whether the gateway lets no more streams be opened now. */
  boolean canNotOpen() {
    return channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) == 0;
  }

  /** The stream that the client's SETTINGS went on. */
  QuicStreamChannel controlStream() {
    return Objects.requireNonNull(Http3.getLocalControlStream(channel));
  }

  /** What TLS agreed on is asked of this. */
  QuicChannel channel() {
    return channel;
  }

  /** The certificate that the gateway showed. */
  Certificate certificate() {
    try {
      return Objects.requireNonNull(channel.sslEngine()).getSession().getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException e) {
      throw new AssertionError(e);
    }
  }

  List<Long> goAways() {
    return goAways;
  }

  void awaitGoAways(int count) {
    Eventually.within(PATIENCE, count + " GOAWAY", () -> goAways.size() >= count);
  }

  /** Waits for the gateway to close; gives the error code. */
  long awaitClosed() {
    Eventually.within(PATIENCE, "the end of the connection", () -> !channel.isOpen());
    return closedWith;
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  private void stop() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
    channel.parent().close().awaitUninterruptibly(5, TimeUnit.SECONDS);
    stop();
  }
}
