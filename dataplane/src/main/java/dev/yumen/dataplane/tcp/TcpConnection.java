package dev.yumen.dataplane.tcp;

import dev.yumen.config.ProxyProtocolConfig;
import dev.yumen.config.TcpConfig;
import dev.yumen.dataplane.balance.KeyHash;
import dev.yumen.dataplane.loop.ClientAddress;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.proxyprotocol.HeaderWriter;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.tls.TlsSessions;
import dev.yumen.dataplane.upstream.BareDial;
import dev.yumen.dataplane.upstream.ConnectionPool;
import dev.yumen.dataplane.upstream.Endpoint;
import dev.yumen.dataplane.upstream.Upstream;
import dev.yumen.dataplane.upstream.WeightedUpstreams;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection and the one to a service behind it: WAITING until the way is known, then
 * CONNECTING, OPEN while bytes move, and OVER. What a client sends before the service can be
 * written to is held; it is not read from meanwhile, so that is what one reading brings.
 */
final class TcpConnection implements BareDial.Outcome {
  private enum Phase {
    WAITING,
    CONNECTING,
    OPEN,
    OVER
  }

  private static final Logger LOG = LoggerFactory.getLogger(TcpConnection.class);

  private final TcpServing serving;
  private final Loop loop;
  private final ConnectionRegistry registry;
  private final Channel client;
  private final Side clientSide = new Side(this, "client");
  private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
  private final List<Endpoint> tried = new ArrayList<>();
  private final Limits limits;
  private final long bornAt;

  private Phase phase = Phase.WAITING;
  private Side serviceSide = new Side(this, "service");
  private boolean pinned = true;
  private @Nullable String serverName;
  private @Nullable Upstream upstream;
  private @Nullable BareDial dial;
  private @Nullable Throwable lastFailure;

  TcpConnection(TcpServing serving, Channel client) {
    this.serving = serving;
    this.loop = serving.loop();
    this.registry = serving.registry();
    this.client = client;
    this.bornAt = loop.nanoTime();
    this.limits = new Limits(serving.plan().settings());
  }

  /** The handler for the end of the client's pipeline. */
  Side clientSide() {
    return clientSide;
  }

  // ---- connecting ----

  /**
   * The way can be chosen now. The client's handler is in its pipeline.
   *
   * @param name that the client asked for by TLS; null for none
   */
  void proceed(@Nullable String name) {
    serverName = name;
    WeightedUpstreams way = serving.plan().way(name);
    if (way == null) {
      throw new IllegalStateException("no way for " + name);
    }
    phase = Phase.CONNECTING;
    clientSide.read(false);
    upstream = way.choose();
    moved();
    tryNext(upstream);
  }

  private void tryNext(Upstream from) {
    Endpoint endpoint =
        tried.size() < serving.plan().settings().attempts()
            ? from.choose(loop, tried, addressHash())
            : null;
    if (endpoint == null) {
      noEndpoint(from);
      return;
    }
    tried.add(endpoint);
    endpoint.count(loop, 1);
    dial = BareDial.begin(endpoint, loop, header(), serviceSide, this);
  }

  /** Only the address of a client is known: whatever the key, connections of one stay together. */
  private long addressHash() {
    return KeyHash.of(ClientAddress.of(client).client().getAddress().getAddress());
  }

  private @Nullable ByteBuf header() {
    ProxyProtocolConfig.Version version = serving.plan().settings().sendProxyProtocol();
    return version == null
        ? null
        : HeaderWriter.write(version, ClientAddress.of(client), serverName, client.alloc());
  }

  private void noEndpoint(Upstream from) {
    Throwable failure = lastFailure;
    TcpRefusal reason =
        failure == null ? TcpRefusal.TCP_NO_ENDPOINT : TcpRefusal.of(ConnectionPool.code(failure));
    String last = tried.isEmpty() ? "" : " " + tried.getLast().text() + ": " + failure;
    registry.warned(loop, client, reason.label(), "upstream " + from.name() + last);
    tried.clear();
    end(reason.label());
    clientSide.close();
  }

  @Override
  public void onConnected(Channel channel) {
    dial = null;
    unpin();
    phase = Phase.OPEN;
    int metric = upstream().metric();
    loop.metrics().upstreamConnected(metric);
    loop.metrics().upstreamActive(metric, 1);
    channel.closeFuture().addListener(_ -> loop.metrics().upstreamActive(metric, -1));
    moved();
    for (ByteBuf bytes = held.poll(); bytes != null; bytes = held.poll()) {
      serviceSide.write(bytes);
    }
    serviceSide.flush();
    if (clientSide.inputEnded()) {
      serviceSide.endOutput();
    }
    clientSide.read(serviceSide.isWritable());
  }

  @Override
  public void onFailed(Throwable cause) {
    dial = null;
    lastFailure = cause;
    serviceSide = new Side(this, "service");
    Upstream from = upstream();
    tried.getLast().count(loop, -1);
    loop.metrics().upstreamConnectFailed(from.metric());
    loop.metrics().upstreamFailed(from.metric(), ConnectionPool.code(cause));
    LOG.debug("upstream {} {}: {}", from.name(), tried.getLast().text(), cause.toString());
    tryNext(from);
  }

  private Upstream upstream() {
    if (upstream == null) {
      throw new IllegalStateException("nothing was chosen");
    }
    return upstream;
  }

  private void unpin() {
    if (pinned) {
      pinned = false;
      serving.pin().release();
    }
  }

  // ---- bytes ----

  private Side other(Side side) {
    return side == clientSide ? serviceSide : clientSide;
  }

  /** Of an attempt that was given up, which may still have something to say. */
  private boolean isFormer(Side side) {
    return side != clientSide && side != serviceSide;
  }

  void onBytes(Side from, ByteBuf bytes) {
    if (phase == Phase.OVER || isFormer(from)) {
      bytes.release();
      return;
    }
    moved();
    if (from == clientSide) {
      loop.metrics().bytesReceived(registry.metric(), bytes.readableBytes());
      if (phase != Phase.OPEN) {
        held.add(bytes);
        return;
      }
    } else {
      loop.metrics().bytesSent(registry.metric(), bytes.readableBytes());
    }
    Side to = other(from);
    to.write(bytes);
    if (!to.isWritable()) {
      from.read(false);
    }
  }

  void onReadComplete(Side from) {
    if (phase == Phase.OPEN && !isFormer(from)) {
      other(from).flush();
    }
  }

  /** Pauses or resumes the reading of the side whose bytes go here. */
  void onWritable(Side to) {
    if (phase == Phase.OPEN && !isFormer(to) && to.isWritable()) {
      other(to).read(true);
    }
  }

  /** The peer of one side has ended what it sends; the other way goes on. */
  void onInputEnded(Side from) {
    if (from != clientSide && (phase != Phase.OPEN || isFormer(from))) {
      from.close();
    } else if (phase == Phase.OPEN) {
      moved();
      other(from).endOutput();
    } else if (phase == Phase.WAITING) {
      from.close();
    }
  }

  void onOutputEnded() {
    if (clientSide.outputEnded() && serviceSide.outputEnded()) {
      end("both sides ended");
      clientSide.close();
      serviceSide.close();
    }
  }

  // ---- the end ----

  void onHandshake(Side side, boolean succeeded) {
    if (side == clientSide && phase == Phase.WAITING) {
      SslHandler tls = client.pipeline().get(SslHandler.class);
      if (succeeded && tls != null) {
        proceed(TlsSessions.of(tls).serverName());
      } else {
        client.close();
      }
    }
  }

  /** DRAIN leaves connections as they are: their bytes have no end that could be waited for. */
  void onOrder(Object event) {
    if (event == ConnectionRegistry.Order.CLOSE) {
      cut("closed by the gateway's end");
    }
  }

  /** Whether what ends this side ends the connection; of an attempt, its dial tells. */
  private boolean counts(Side side) {
    return side == clientSide || (phase == Phase.OPEN && !isFormer(side));
  }

  void onClosed(Side side) {
    if (counts(side)) {
      cut(side.name() + " closed");
    }
  }

  void onException(Side side, Throwable thrown) {
    Throwable within = thrown instanceof DecoderException ? thrown.getCause() : null;
    Throwable cause = within == null ? thrown : within;
    if (counts(side)) {
      registry.failed(String.valueOf(ClientAddress.of(client).client()), cause);
      cut(side.name() + ": " + cause.getMessage());
    } else {
      side.close();
    }
  }

  /** Ends both sides so that neither takes what it got for all there was. */
  private void cut(String why) {
    if (phase != Phase.OVER) {
      end(why);
      clientSide.reset();
      serviceSide.reset();
    }
  }

  private void end(String why) {
    boolean wasOpen = phase == Phase.OPEN;
    phase = Phase.OVER;
    loop.deadlines().cancel(limits);
    for (ByteBuf bytes = held.poll(); bytes != null; bytes = held.poll()) {
      bytes.release();
    }
    if (dial != null) {
      dial.cancel();
      dial = null;
      tried.getLast().count(loop, -1);
    } else if (wasOpen) {
      tried.getLast().count(loop, -1);
    }
    unpin();
    if (LOG.isDebugEnabled()) {
      log(why);
    }
  }

  private void log(String why) {
    LOG.debug(
        "listener {} client {} name {} upstream {} endpoint {}: {} bytes received, {} sent in {}"
            + " ms, {}",
        registry.listener(),
        ClientAddress.of(client).client(),
        serverName,
        upstream == null ? null : upstream.name(),
        tried.isEmpty() ? null : tried.getLast().text(),
        clientSide.received(),
        serviceSide.received(),
        (loop.nanoTime() - bornAt) / 1_000_000,
        why);
  }

  // ---- time ----

  private void moved() {
    limits.movedAt = loop.nanoTime();
    loop.deadlines().set(limits, limits.next());
  }

  /** The longest pause, and the longest life. */
  private final class Limits extends Deadline {
    private final long idleNanos;
    private final long lifeNanos;
    private long movedAt;

    Limits(TcpConfig settings) {
      idleNanos = settings.idleTimeout().toNanos();
      lifeNanos = settings.lifetime().toNanos();
    }

    long next() {
      long idle = movedAt + idleNanos;
      return lifeNanos == 0 ? idle : Math.min(idle, bornAt + lifeNanos);
    }

    @Override
    protected void onDeadline(long now) {
      boolean old = lifeNanos > 0 && now - bornAt >= lifeNanos;
      String reason = (old ? TcpRefusal.TCP_LIFETIME : TcpRefusal.TCP_IDLE).label();
      registry.rejected(loop, reason);
      cut(reason);
    }
  }
}
