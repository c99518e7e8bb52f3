package dev.yumen.dataplane.udp;

import dev.yumen.api.FailureCode;
import dev.yumen.config.UdpConfig;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.upstream.Endpoint;
import dev.yumen.dataplane.upstream.Upstream;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client address and the endpoint that it talks to, for as long as something moves. Only on its
 * listener's loop.
 */
final class UdpSession {
  private static final Logger LOG = LoggerFactory.getLogger(UdpSession.class);

  /** Datagrams that may come while the socket is connected, which needs no network. */
  private static final int MOST_HELD = 16;

  private final UdpListener listener;
  private final InetSocketAddress client;
  private final Upstream upstream;
  private final Endpoint endpoint;
  private final long idleNanos;
  private final Loop loop;
  private final Idle idle = new Idle();
  private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
  private @Nullable Channel socket;
  private boolean connected;
  private boolean unflushed;
  private boolean over;
  private long received;
  private long sent;

  UdpSession(
      UdpListener listener,
      InetSocketAddress client,
      Upstream upstream,
      Endpoint endpoint,
      UdpConfig settings) {
    this.listener = listener;
    this.client = client;
    this.upstream = upstream;
    this.endpoint = endpoint;
    this.idleNanos = settings.sessionTimeout().toNanos();
    this.loop = listener.loop();
  }

  InetSocketAddress client() {
    return client;
  }

  /** Opens the session's socket. */
  void start(Bootstrap bootstrap) {
    endpoint.count(loop, 1);
    loop.metrics().upstreamActive(upstream.metric(), 1);
    moved();
    var connecting =
        bootstrap.clone(loop.eventLoop()).handler(new Answers()).connect(endpoint.socketAddress());
    socket = connecting.channel();
    connecting.addListener(
        done -> {
          if (done.isSuccess()) {
            onConnected();
          } else {
            unreachable(done.cause());
          }
        });
  }

  private void onConnected() {
    if (over) {
      return;
    }
    connected = true;
    loop.metrics().upstreamConnected(upstream.metric());
    for (ByteBuf bytes = held.poll(); bytes != null; bytes = held.poll()) {
      send(bytes);
    }
    flush();
  }

  /** A datagram of the client's; its bytes are copied. */
  void toService(ByteBuf bytes) {
    Channel to = socket;
    if (over || to == null) {
      return;
    }
    moved();
    received += bytes.readableBytes();
    if (connected && to.isWritable()) {
      send(UdpListener.exact(to, bytes));
    } else if (!connected && held.size() < MOST_HELD) {
      held.add(UdpListener.exact(to, bytes));
    } else {
      listener.refused(client, UdpRefusal.UDP_OVERFLOW, "towards " + endpoint.text());
    }
  }

  private void send(ByteBuf bytes) {
    if (socket == null) {
      bytes.release();
    } else {
      socket.write(bytes, socket.voidPromise());
      unflushed = true;
    }
  }

  /** Sends what {@link #toService} took. */
  void flush() {
    if (unflushed && socket != null) {
      unflushed = false;
      socket.flush();
    }
  }

  private void moved() {
    loop.deadlines().set(idle, loop.nanoTime() + idleNanos);
  }

  /** What comes from the endpoint; from nobody else, as the socket is connected. */
  private final class Answers extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      try {
        if (!over) {
          moved();
          sent += packet.content().readableBytes();
          listener.toClient(client, packet.content());
        }
      } finally {
        packet.release();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      listener.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      end("the socket was closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (cause instanceof PortUnreachableException
          || String.valueOf(cause.getMessage()).contains("Connection refused")) {
        unreachable(cause);
      } else {
        listener.failed("session of " + client, cause);
      }
    }
  }

  private void unreachable(Throwable cause) {
    if (!over) {
      loop.metrics().upstreamConnectFailed(upstream.metric());
      loop.metrics().upstreamFailed(upstream.metric(), FailureCode.UPSTREAM_CONNECT_REFUSED);
      String detail = "upstream " + upstream.name() + " " + endpoint.text() + ": ";
      listener.refused(client, UdpRefusal.UDP_UNREACHABLE, detail + cause.getMessage());
      end("unreachable");
    }
  }

  void end(String why) {
    if (over) {
      return;
    }
    over = true;
    loop.deadlines().cancel(idle);
    held.forEach(ByteBuf::release);
    held.clear();
    endpoint.count(loop, -1);
    loop.metrics().upstreamActive(upstream.metric(), -1);
    listener.ended(this);
    if (socket != null) {
      socket.close();
    }
    LOG.debug(
        "listener {} client {} upstream {} endpoint {}: {} bytes received, {} sent, {}",
        listener.name(),
        client,
        upstream.name(),
        endpoint.text(),
        received,
        sent,
        why);
  }

  private final class Idle extends Deadline {
    @Override
    protected void onDeadline(long now) {
      end("session-timeout");
    }
  }
}
