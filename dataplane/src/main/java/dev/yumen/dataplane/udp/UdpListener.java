package dev.yumen.dataplane.udp;

import dev.yumen.config.Address;
import dev.yumen.config.ListenerConfig;
import dev.yumen.dataplane.balance.KeyHash;
import dev.yumen.dataplane.listener.BindFailure;
import dev.yumen.dataplane.listener.Port;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.LineLimit;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.upstream.Endpoint;
import dev.yumen.dataplane.upstream.Upstream;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A port to which datagrams come. What it counts as connections are its clients. */
public final class UdpListener implements Port {

  /**
   * What a listener needs of the process around it.
   *
   * @param bootstrap with group and channel type, for the port and for sessions; cloned
   * @param loopOf the loop of an event loop
   */
  public record Surroundings(
      Bootstrap bootstrap, Function<EventLoop, Loop> loopOf, Metrics metrics) {}

  private static final Logger LOG = LoggerFactory.getLogger(UdpListener.class);

  private final String name;
  private final Address address;
  private final Supplier<@Nullable UdpPlan> plan;
  private final Surroundings around;
  private final int metric;
  private final LineLimit limit = new LineLimit(LOG, System::nanoTime);
  private final Map<InetSocketAddress, UdpSession> sessions = new HashMap<>();
  private final Map<InetAddress, Integer> byClient = new HashMap<>();

  /** Sessions that have something to be sent to their services. */
  private final List<UdpSession> touched = new ArrayList<>();

  private volatile int count;
  private volatile boolean draining;
  private @Nullable Channel channel;
  private @Nullable Loop loop;

  private UdpListener(
      String name, Address address, Supplier<@Nullable UdpPlan> plan, Surroundings around) {
    this.name = name;
    this.address = address;
    this.plan = plan;
    this.around = around;
    this.metric = around.metrics().listenerSlot(name);
  }

  /**
   * Opens a port; datagrams are taken from now on.
   *
   * @param plan that is live, asked for each new client; null when the listener is being taken away
   * @throws IOException if the address can not be had, with one sentence that says why
   */
  public static UdpListener open(
      String name, Address address, Supplier<@Nullable UdpPlan> plan, Surroundings around)
      throws IOException {
    UdpListener listener = new UdpListener(name, address, plan, around);
    var bound =
        around
            .bootstrap()
            .clone()
            .handler(listener.new Datagrams())
            .bind(new InetSocketAddress(address.host(), address.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new BindFailure(name, address, bound.cause());
    }
    listener.channel = bound.channel();
    return listener;
  }

  /** What comes to the port. */
  private final class Datagrams extends ChannelInboundHandlerAdapter {
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      channel = context.channel();
      loop = around.loopOf().apply(context.channel().eventLoop());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      try {
        onDatagram(packet.sender(), packet.content());
      } finally {
        packet.release();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      touched.forEach(UdpSession::flush);
      touched.clear();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      List<UdpSession> all = new ArrayList<>(sessions.values());
      all.forEach(session -> session.end("the port was closed"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      failed("port", cause);
    }
  }

  private void onDatagram(InetSocketAddress client, ByteBuf bytes) {
    loop().metrics().bytesReceived(metric, bytes.readableBytes());
    UdpSession session = sessions.get(client);
    if (session == null) {
      session = begin(client);
    }
    if (session != null) {
      session.toService(bytes);
      touched.add(session);
    }
  }

  /** Null when the client is refused. */
  private @Nullable UdpSession begin(InetSocketAddress client) {
    UdpPlan live = plan.get();
    if (draining || live == null) {
      refused(client, UdpRefusal.UDP_DRAINING, "");
      return null;
    }
    if (sessions.size() >= live.settings().maxSessions()) {
      refused(client, UdpRefusal.UDP_TOO_MANY_SESSIONS, "");
      return null;
    }
    if (byClient.getOrDefault(client.getAddress(), 0) >= live.settings().maxSessionsPerClient()) {
      refused(client, UdpRefusal.UDP_TOO_MANY_SESSIONS_OF_CLIENT, "");
      return null;
    }
    Upstream upstream = live.to().choose();
    Endpoint endpoint =
        upstream.choose(loop(), List.of(), KeyHash.of(client.getAddress().getAddress()));
    if (endpoint == null) {
      refused(client, UdpRefusal.UDP_NO_ENDPOINT, "upstream " + upstream.name());
      return null;
    }
    UdpSession session = new UdpSession(this, client, upstream, endpoint, live.settings());
    sessions.put(client, session);
    byClient.merge(client.getAddress(), 1, Integer::sum);
    count = sessions.size();
    loop().metrics().connectionOpened(metric);
    session.start(around.bootstrap());
    return session;
  }

  // ---- for its sessions ----

  /** Forgets a session. */
  void ended(UdpSession session) {
    InetSocketAddress client = session.client();
    if (sessions.remove(client) != null) {
      byClient.computeIfPresent(client.getAddress(), (_, now) -> now <= 1 ? null : now - 1);
      count = sessions.size();
      loop().metrics().connectionClosed(metric);
    }
  }

  /** Sends an answer; it leaves with {@link #flush}. */
  void toClient(InetSocketAddress client, ByteBuf bytes) {
    if (port().isWritable()) {
      loop().metrics().bytesSent(metric, bytes.readableBytes());
      port().write(new DatagramPacket(exact(port(), bytes), client), port().voidPromise());
    } else {
      refused(client, UdpRefusal.UDP_OVERFLOW, "towards the client");
    }
  }

  void flush() {
    port().flush();
  }

  /**
   * The bytes in a buffer of their size: one that was read into has room for the largest datagram,
   * and may wait for long.
   */
  static ByteBuf exact(Channel channel, ByteBuf bytes) {
    return channel.alloc().directBuffer(Math.max(1, bytes.readableBytes())).writeBytes(bytes);
  }

  /** Counts a datagram that is dropped. All but what a client does to itself is worth a warning. */
  void refused(InetSocketAddress client, UdpRefusal reason, String detail) {
    loop().metrics().rejected(around.metrics().rejectionSlot(reason.label()));
    loop().metrics().connectionRefused(around.metrics().refusalSlot(name, reason.label()));
    if (limit.admitted()) {
      LOG.warn("listener {} drops a datagram of {}: {} {}", name, client, reason.label(), detail);
    }
  }

  /** What a socket reports beside datagrams. */
  void failed(String where, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("listener {} {}: {}", name, where, cause.getMessage());
    } else {
      LOG.error("listener {} {} met a bug", name, where, cause);
    }
  }

  Loop loop() {
    if (loop == null) {
      throw new IllegalStateException("not open");
    }
    return loop;
  }

  private Channel port() {
    if (channel == null) {
      throw new IllegalStateException("not open");
    }
    return channel;
  }

  // ---- as a port ----

  @Override
  public String name() {
    return name;
  }

  @Override
  public InetSocketAddress bound() {
    return (InetSocketAddress) port().localAddress();
  }

  @Override
  public boolean is(String otherName, @Nullable ListenerConfig settings) {
    return name.equals(otherName)
        && settings != null
        && settings.udp() != null
        && address.equals(settings.address());
  }

  /** The socket stays: sessions hear their clients through it. */
  @Override
  public void stopAccepting() {
    draining = true;
  }

  /** Sessions end by their time; a datagram says nothing of whether another one is to come. */
  @Override
  public void drain() {
    draining = true;
  }

  @Override
  public void closeAll() {
    port().close();
  }

  @Override
  public void retire() {
    port().close().awaitUninterruptibly();
  }

  @Override
  public int connections() {
    return count;
  }
}
