package dev.yumen.dataplane.listener;

import dev.yumen.config.Address;
import dev.yumen.config.LimitsConfig;
import dev.yumen.config.ListenerConfig;
import dev.yumen.dataplane.http2.Http2ServerConnection;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.server.Http1ServerConnection;
import dev.yumen.dataplane.server.Http2Upgrade;
import dev.yumen.dataplane.server.ListenerLimits;
import dev.yumen.dataplane.server.RequestAcceptor;
import dev.yumen.dataplane.server.Serving;
import dev.yumen.dataplane.tls.ServerTls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A port that is listened on. Accepted connections are spread over the loops. */
public final class Listener {

  /**
   * What a listener needs of the process around it.
   *
   * @param bootstrap with groups and channel types; cloned
   * @param loopOf the loop of an event loop
   * @param connections open connections of all listeners
   */
  public record Surroundings(
      ServerBootstrap bootstrap,
      Function<EventLoop, Loop> loopOf,
      Metrics metrics,
      AtomicInteger connections) {

    /** The same for a listener whose connections are counted apart. */
    public Surroundings apart() {
      return new Surroundings(bootstrap, loopOf, metrics, new AtomicInteger());
    }
  }

  /**
   * How new connections are served. Asked for each of them, so that a reload shows at once.
   *
   * @param protocols what may be spoken, at least one
   * @param tls null for a listener without TLS
   */
  public record Rules(
      LimitsConfig limits, List<ListenerConfig.Protocol> protocols, @Nullable ServerTls tls) {
    boolean only(ListenerConfig.Protocol protocol) {
      return protocols.size() == 1 && protocols.contains(protocol);
    }
  }

  private final String name;
  private final Address address;
  private final Channel channel;
  private final ConnectionRegistry registry;

  private Listener(String name, Address address, Channel channel, ConnectionRegistry registry) {
    this.name = name;
    this.address = address;
    this.channel = channel;
    this.registry = registry;
  }

  /**
   * Opens a port; clients are taken from now on.
   *
   * @throws IOException if the address can not be had, with one sentence that says why
   */
  public static Listener open(
      String name,
      ListenerConfig settings,
      Supplier<Rules> rules,
      RequestAcceptor acceptor,
      Surroundings around)
      throws IOException {
    Address address = settings.address();
    ConnectionRegistry registry =
        new ConnectionRegistry(around.metrics(), name, around.connections());
    var bound =
        around
            .bootstrap()
            .clone()
            .option(ChannelOption.SO_BACKLOG, settings.backlog())
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel accepted) {
                    accept(accepted, acceptor, rules.get(), around, registry);
                  }
                })
            .bind(new InetSocketAddress(address.host(), address.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "listener " + name + " can not listen on " + address + ": " + reason(bound.cause()),
          bound.cause());
    }
    return new Listener(name, address, bound.channel(), registry);
  }

  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message != null && message.contains("Address already in use")
        ? "the port is in use"
        : String.valueOf(message);
  }

  private static void accept(
      Channel accepted,
      RequestAcceptor acceptor,
      Rules rules,
      Surroundings around,
      ConnectionRegistry registry) {
    Loop loop = around.loopOf().apply(accepted.eventLoop());
    LimitsConfig limits = rules.limits();
    String refused =
        registry.admit(accepted, loop, limits.connections(), limits.connectionsPerClient());
    if (refused != null) {
      registry.rejected(loop, refused);
      accepted.close();
      return;
    }
    int buffer = limits.buffer().toInt();
    accepted
        .config()
        .setOption(
            ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(buffer / 2, buffer));
    Http2Upgrade upgrade =
        rules.tls() == null && rules.protocols().contains(ListenerConfig.Protocol.HTTP2)
            ? upgrade(loop, acceptor, rules, registry)
            : null;
    Serving serving =
        new Serving(loop, acceptor, ListenerLimits.of(limits), registry, upgrade, null);
    ServerTls tls = rules.tls();
    if (tls == null) {
      accepted.pipeline().addLast(first(rules, serving));
    } else {
      boolean onlyHttp2 = rules.only(ListenerConfig.Protocol.HTTP2);
      accepted
          .pipeline()
          .addLast(tls.handler(refusal -> registry.rejected(loop, refusal.label())))
          .addLast(new AfterHandshake(serving, onlyHttp2, limits.http2()));
    }
  }

  private static Http2Upgrade upgrade(
      Loop loop, RequestAcceptor acceptor, Rules rules, ConnectionRegistry registry) {
    return (context, head, settings) -> {
      Serving serving =
          new Serving(loop, acceptor, ListenerLimits.of(rules.limits()), registry, null, null);
      Http2ServerConnection http2 = Http2ServerConnection.of(serving, rules.limits().http2());
      context.pipeline().replace(context.handler(), null, http2);
      http2.upgraded(head, settings);
    };
  }

  private static ChannelHandler first(Rules rules, Serving serving) {
    if (rules.only(ListenerConfig.Protocol.HTTP1)) {
      return new Http1ServerConnection(serving);
    }
    if (rules.only(ListenerConfig.Protocol.HTTP2)) {
      return Http2ServerConnection.of(serving, rules.limits().http2());
    }
    return new ProtocolChooser(serving, rules.limits().http2());
  }

  public String name() {
    return name;
  }

  /** The address as configured. */
  public Address address() {
    return address;
  }

  /** The address that is listened on. */
  public InetSocketAddress bound() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** Takes no more clients; the port is free when this returns. Not to be called from a loop. */
  public void stopAccepting() {
    channel.close().awaitUninterruptibly();
  }

  /** Ends connections when they have nothing more to do. */
  public void drain() {
    registry.drain();
  }

  /** Ends connections at once. */
  public void closeAll() {
    registry.closeAll();
  }

  /** Open connections. */
  public int connections() {
    return registry.size();
  }

  /** Whether this is the listener of that name and address. */
  public boolean is(String otherName, @Nullable Address otherAddress) {
    return name.equals(otherName) && address.equals(otherAddress);
  }
}
