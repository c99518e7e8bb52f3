package dev.yumen.dataplane.http3;

import dev.yumen.config.Address;
import dev.yumen.config.Http2Limits;
import dev.yumen.config.Http3Limits;
import dev.yumen.config.LimitsConfig;
import dev.yumen.config.ListenerConfig;
import dev.yumen.dataplane.listener.BindFailure;
import dev.yumen.dataplane.listener.Listener;
import dev.yumen.dataplane.listener.Port;
import dev.yumen.dataplane.loop.ClientAddress;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.server.ListenerLimits;
import dev.yumen.dataplane.server.RequestAcceptor;
import dev.yumen.dataplane.server.Serving;
import dev.yumen.dataplane.tls.QuicTls;
import dev.yumen.dataplane.tls.ServerTls;
import dev.yumen.dataplane.udp.UdpListener;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslEngine;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The UDP port beside the TCP port of a listener: takes QUIC connections and counts them in. All of
 * them share the one socket, so the port stays open after it takes no more clients until the last
 * of them has gone, and they share one event loop (docs/adr/0019).
 */
public final class Http3Port implements Port {
  /** Refuses a connection before its handshake (RFC 9000 §20.1). */
  private static final int CONNECTION_REFUSED = 0x02;

  /** What the kernel is asked to hold; it gives no more than its own limit. */
  private static final int SOCKET_BYTES = 2 << 20;

  private static final int LARGEST_DATAGRAM = 2048;

  /** A client needs spare connection ids to change its path (RFC 9000 §9.5). */
  private static final int CONNECTION_IDS = 4;

  /**
   * What the port belongs to.
   *
   * @param address as it is written in the configuration
   * @param rules how new connections are served; asked for each, so that a reload shows at once
   * @param registry for the connections of this port
   */
  public record Owner(
      String listener,
      Address address,
      Supplier<Listener.Rules> rules,
      RequestAcceptor acceptor,
      ConnectionRegistry registry) {}

  private final Owner owner;
  private @Nullable Channel socket;
  private volatile boolean closing;
  private int handshakes;

  private Http3Port(Owner owner) {
    this.owner = owner;
  }

  /**
   * Opens the port; clients are taken from now on.
   *
   * @param address that the listener got for TCP
   * @throws BindFailure if it can not be had, with one sentence that says why
   */
  public static Http3Port open(
      Owner owner, InetSocketAddress address, UdpListener.Surroundings around) throws BindFailure {
    Http3Port port = new Http3Port(owner);
    ChannelFuture bound =
        around
            .bootstrap()
            .clone()
            .option(ChannelOption.SO_RCVBUF, SOCKET_BYTES)
            .option(ChannelOption.SO_SNDBUF, SOCKET_BYTES)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LARGEST_DATAGRAM))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    Loop loop = around.loopOf().apply(channel.eventLoop());
                    channel.pipeline().addLast(port.codec(loop));
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw BindFailure.ofHttp3(
          owner.listener(), owner.address(), address.getPort(), bound.cause());
    }
    port.socket = bound.channel();
    return port;
  }

  private ChannelHandler codec(Loop loop) {
    LimitsConfig limits = owner.rules().get().limits();
    Http2Limits windows = limits.http2();
    Http3Limits own = limits.http3();
    return Http3.newQuicServerCodecBuilder()
        .sslEngineProvider(this::engine)
        .tokenHandler(new RetryTokens(this::crowded, loop::nanoTime))
        .maxIdleTimeout(own.idle().toMillis(), TimeUnit.MILLISECONDS)
        .initialMaxData(windows.connectionWindow().bytes())
        .initialMaxStreamDataBidirectionalRemote(windows.streamWindow().bytes())
        .initialMaxStreamDataBidirectionalLocal(0)
        .initialMaxStreamsBidirectional(windows.streams())
        .activeMigration(true)
        .activeConnectionIdLimit(CONNECTION_IDS)
        .handler(
            new ChannelInitializer<QuicChannel>() {
              @Override
              protected void initChannel(QuicChannel channel) {
                accept(channel, loop);
              }
            })
        .build();
  }

  private QuicSslEngine engine(QuicChannel channel) {
    ServerTls tls = owner.rules().get().tls();
    QuicTls quic = tls == null ? null : tls.quic();
    return Objects.requireNonNull(quic, "no HTTP/3 any more").engine(channel.alloc());
  }

  /** Whether a client has to prove its address before it costs us anything. */
  private boolean crowded() {
    return handshakes >= owner.rules().get().limits().http3().handshakes();
  }

  private void accept(QuicChannel channel, Loop loop) {
    new ClientAddress(
            (InetSocketAddress) Objects.requireNonNull(channel.remoteSocketAddress()),
            (InetSocketAddress) Objects.requireNonNull(channel.localSocketAddress()))
        .announce(channel);
    Listener.Rules rules = owner.rules().get();
    ServerTls tls = rules.tls();
    LimitsConfig limits = rules.limits();
    ConnectionRegistry registry = owner.registry();
    if (closing || tls == null || tls.quic() == null) {
      refuse(channel);
      return;
    }
    String refused =
        registry.admit(channel, loop, limits.connections(), limits.connectionsPerClient());
    if (refused != null) {
      registry.refused(loop, channel, refused, "");
      refuse(channel);
      return;
    }
    handshakes++;
    channel.closeFuture().addListener(_ -> closeWhenEmpty());
    Serving serving =
        new Serving(loop, owner.acceptor(), ListenerLimits.of(limits), registry, null, null);
    Http3ServerConnection connection =
        new Http3ServerConnection(
            serving, limits.http2(), tls.handshakeTimeout().toNanos(), () -> handshakes--);
    channel.pipeline().addLast(connection).addLast(connection.protocol());
  }

  /** Before its first packet was read a client can be told nothing: it hears silence. */
  private static void refuse(QuicChannel channel) {
    channel.close(false, CONNECTION_REFUSED, Unpooled.EMPTY_BUFFER);
  }

  private Channel socket() {
    return Objects.requireNonNull(socket, "not open");
  }

  // ---- as a port ----

  @Override
  public String name() {
    return owner.listener();
  }

  @Override
  public InetSocketAddress bound() {
    return (InetSocketAddress) socket().localAddress();
  }

  /** One that takes no more clients is nobody's port any more. */
  @Override
  public boolean is(String otherName, @Nullable ListenerConfig settings) {
    return owner.listener().equals(otherName)
        && settings != null
        && settings.speaks(ListenerConfig.Protocol.HTTP3)
        && owner.address().equals(settings.address())
        && !closing;
  }

  /** The socket stays until the last connection has ended: all of them hear through it. */
  @Override
  public void stopAccepting() {
    closing = true;
    closeWhenEmpty();
  }

  private void closeWhenEmpty() {
    if (closing && owner.registry().size() == 0) {
      socket().close();
    }
  }

  @Override
  public void drain() {
    owner.registry().drain();
  }

  /** The port is free when this returns. */
  @Override
  public void closeAll() {
    closing = true;
    owner.registry().closeAll();
    socket().close().awaitUninterruptibly();
  }

  /** The port is free when the last connection has ended, unlike those of other listeners. */
  @Override
  public void retire() {
    stopAccepting();
    drain();
  }

  @Override
  public int connections() {
    return owner.registry().size();
  }
}
