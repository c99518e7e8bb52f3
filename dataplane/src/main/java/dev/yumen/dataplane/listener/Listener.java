package dev.yumen.dataplane.listener;

import dev.yumen.config.Address;
import dev.yumen.config.LimitsConfig;
import dev.yumen.config.ListenerConfig;
import dev.yumen.config.ProxyProtocolConfig;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.proxyprotocol.HeaderHandler;
import dev.yumen.dataplane.proxyprotocol.HeaderRefusal;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.server.RequestAcceptor;
import dev.yumen.dataplane.tcp.TcpConnections;
import dev.yumen.dataplane.tcp.TcpPlan;
import dev.yumen.dataplane.tls.ServerTls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
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
public final class Listener implements Port {

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
   * @param proxies who announces clients; null for nobody
   * @param tcp null for a listener that speaks HTTP
   */
  public record Rules(
      LimitsConfig limits,
      List<ListenerConfig.Protocol> protocols,
      @Nullable ServerTls tls,
      @Nullable ProxyProtocolConfig proxies,
      @Nullable Tcp tcp) {

    /**
     * How connections are served whose bytes go on as they come.
     *
     * @param pin keeps the plan alive; called on the connection's loop in the turn in which the
     *     rules were asked for
     */
    public record Tcp(TcpPlan plan, Function<Loop, TcpConnections.Pin> pin) {}

    /** Whether nothing else is spoken over TCP. */
    boolean only(ListenerConfig.Protocol protocol) {
      return protocols.stream()
          .filter(other -> other != ListenerConfig.Protocol.HTTP3)
          .allMatch(other -> other == protocol);
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
    HttpConnections http = new HttpConnections(acceptor);
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
                    accept(accepted, http, rules, around, registry);
                  }
                })
            .bind(new InetSocketAddress(address.host(), address.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new BindFailure(name, address, bound.cause());
    }
    return new Listener(name, address, bound.channel(), registry);
  }

  private static void accept(
      Channel accepted,
      HttpConnections http,
      Supplier<Rules> live,
      Surroundings around,
      ConnectionRegistry registry) {
    Loop loop = around.loopOf().apply(accepted.eventLoop());
    Rules rules = live.get();
    ProxyProtocolConfig proxies = rules.proxies();
    boolean announced =
        proxies != null
            && proxies.trusts(((InetSocketAddress) accepted.remoteAddress()).getAddress());
    LimitsConfig limits = rules.limits();
    String refused =
        announced
            ? registry.admitUnknown(accepted, loop, limits.connections())
            : registry.admit(accepted, loop, limits.connections(), limits.connectionsPerClient());
    if (refused != null) {
      registry.refused(loop, accepted, refused, "");
      accepted.close();
      return;
    }
    int buffer = limits.buffer().toInt();
    accepted
        .config()
        .setOption(
            ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(buffer / 2, buffer));
    if (proxies == null) {
      begin(accepted, loop, http, rules, registry);
    } else if (announced) {
      Announced begin = new Announced(loop, http, live, registry);
      accepted.pipeline().addLast(new HeaderHandler(proxies, loop, begin));
    } else if (proxies.others() == ProxyProtocolConfig.Others.SERVE) {
      begin(accepted, loop, http, rules, registry);
    } else {
      registry.warned(
          loop, accepted, HeaderRefusal.PROXY_PEER_REFUSED.label(), "not in proxy-protocol.from");
      accepted.close();
    }
  }

  private static void begin(
      Channel accepted, Loop loop, HttpConnections http, Rules rules, ConnectionRegistry registry) {
    Rules.Tcp tcp = rules.tcp();
    if (tcp == null) {
      http.begin(accepted, loop, rules, registry);
    } else {
      TcpConnections.begin(
          accepted, loop, registry, tcp.plan(), rules.tls(), tcp.pin().apply(loop));
    }
  }

  /** What becomes of a connection whose client is announced by the peer. */
  private record Announced(
      Loop loop, HttpConnections http, Supplier<Rules> live, ConnectionRegistry registry)
      implements HeaderHandler.Outcome {

    @Override
    public void onHeader(Channel channel) {
      // What was live when the connection came may have been given back since.
      Rules rules = live.get();
      String refused = registry.admitClient(channel, rules.limits().connectionsPerClient());
      if (refused == null) {
        begin(channel, loop, http, rules, registry);
      } else {
        registry.refused(loop, channel, refused, "");
        channel.close();
      }
    }

    @Override
    public void onRefused(Channel channel, HeaderRefusal reason, String detail) {
      registry.warned(loop, channel, reason.label(), detail);
    }

    @Override
    public void onFailed(Channel channel, Throwable cause) {
      registry.failed(String.valueOf(channel.remoteAddress()), cause);
    }
  }

  /** For connections to the UDP port beside this one. */
  public ConnectionRegistry registryBeside() {
    return registry.beside();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public InetSocketAddress bound() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public boolean is(String otherName, @Nullable ListenerConfig settings) {
    return name.equals(otherName)
        && settings != null
        && settings.udp() == null
        && address.equals(settings.address());
  }

  /** The port is free when this returns. */
  @Override
  public void stopAccepting() {
    channel.close().awaitUninterruptibly();
  }

  @Override
  public void drain() {
    registry.drain();
  }

  @Override
  public void closeAll() {
    registry.closeAll();
  }

  @Override
  public void retire() {
    stopAccepting();
    drain();
  }

  @Override
  public int connections() {
    return registry.size();
  }
}
