package dev.yumen.dataplane.server;

import dev.yumen.dataplane.loop.ClientAddress;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.LineLimit;
import dev.yumen.dataplane.observe.Metrics;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections of one listener: who may come in, who is there, and when all have to go.
 * What it asks of a connection goes through its pipeline as an {@link Order}, since only the
 * handlers there know what the connection is doing. From any thread, unless said otherwise.
 */
public final class ConnectionRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionRegistry.class);

  /** A user event that every handler which ends a pipeline obeys. */
  public enum Order {
    /** Close when idle, or behind what is under way. */
    DRAIN,
    /** Close now; a peer that is in the middle of an answer must see that it was cut. */
    CLOSE
  }

  private final Metrics metrics;
  private final String listener;
  private final int metric;
  private final Set<Channel> open = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<InetAddress, Integer> byClient;
  private final AtomicInteger total;
  private final LineLimit limit = new LineLimit(LOG, System::nanoTime);
  private volatile boolean draining;

  /**
   * @param total connections of all listeners together
   */
  public ConnectionRegistry(Metrics metrics, String listener, AtomicInteger total) {
    this(metrics, listener, total, new ConcurrentHashMap<>());
  }

  private ConnectionRegistry(
      Metrics metrics,
      String listener,
      AtomicInteger total,
      ConcurrentHashMap<InetAddress, Integer> byClient) {
    this.metrics = metrics;
    this.listener = listener;
    this.metric = metrics.listenerSlot(listener);
    this.total = total;
    this.byClient = byClient;
  }

  /**
   * One for another port of the same listener: it drains and closes by itself, and a client may
   * have as many connections to both as to one.
   */
  public ConnectionRegistry beside() {
    return new ConnectionRegistry(metrics, listener, total, byClient);
  }

  /**
   * Counts a new connection in, until its channel is closed. On its loop.
   *
   * @return why it is refused, a metric reason, or null when it may stay
   */
  public @Nullable String admit(Channel channel, Loop loop, int most, int mostOfClient) {
    if (total.incrementAndGet() > most) {
      total.decrementAndGet();
      return "too_many_connections";
    }
    String refused = admitClient(channel, mostOfClient);
    if (refused != null) {
      total.decrementAndGet();
      return refused;
    }
    countIn(channel, loop);
    return null;
  }

  /** The same for a connection whose client has yet to be announced. */
  public @Nullable String admitUnknown(Channel channel, Loop loop, int most) {
    if (total.incrementAndGet() > most) {
      total.decrementAndGet();
      return "too_many_connections";
    }
    countIn(channel, loop);
    return null;
  }

  /** Counts the client in of a connection for which {@link #admitUnknown} was called. */
  public @Nullable String admitClient(Channel channel, int mostOfClient) {
    InetAddress client = ClientAddress.of(channel).client().getAddress();
    if (byClient.merge(client, 1, Integer::sum) > mostOfClient && mostOfClient > 0) {
      countOut(client);
      return "too_many_connections_of_client";
    }
    channel.closeFuture().addListener(_ -> countOut(client));
    return null;
  }

  private void countIn(Channel channel, Loop loop) {
    open.add(channel);
    loop.metrics().connectionOpened(metric);
    channel
        .closeFuture()
        .addListener(
            _ -> {
              open.remove(channel);
              total.decrementAndGet();
              loop.metrics().connectionClosed(metric);
            });
  }

  private void countOut(InetAddress client) {
    byClient.computeIfPresent(client, (_, count) -> count <= 1 ? null : count - 1);
  }

  /** Counts something that a client was refused. On the client's loop. */
  public void rejected(Loop loop, String reason) {
    loop.metrics().rejected(metrics.rejectionSlot(reason));
  }

  /** The same for a whole connection, which is also counted for its listener. */
  public void refused(Loop loop, Channel channel, String reason, String detail) {
    countRefused(loop, reason);
    LOG.debug("listener {} refuses {}: {} {}", listener, client(channel), reason, detail);
  }

  /** The same where an operator can do something about it. */
  public void warned(Loop loop, Channel channel, String reason, String detail) {
    countRefused(loop, reason);
    if (limit.admitted()) {
      LOG.warn("listener {} refuses {}: {} {}", listener, client(channel), reason, detail);
    }
  }

  /** The same for one that was logged already. */
  public void countRefused(Loop loop, String reason) {
    rejected(loop, reason);
    loop.metrics().connectionRefused(metrics.refusalSlot(listener, reason));
  }

  private static String client(Channel channel) {
    return String.valueOf(ClientAddress.of(channel).client());
  }

  /** Logs why a connection ended that did not end in order. */
  public void failed(String client, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("connection of {}: {}", client, cause.getMessage());
    } else {
      LOG.error("connection of {} ended by a bug", client, cause);
    }
  }

  /** The listener's name. */
  public String listener() {
    return listener;
  }

  /** Slot of the listener in the metrics. */
  public int metric() {
    return metric;
  }

  /** Whether connections are to end as soon as they can. */
  public boolean draining() {
    return draining;
  }

  /** Closes idle connections now and the others after their answer. */
  public void drain() {
    draining = true;
    order(Order.DRAIN);
  }

  /** Closes all connections, whatever they are doing. */
  public void closeAll() {
    order(Order.CLOSE);
  }

  private void order(Order order) {
    for (Channel channel : open) {
      channel.eventLoop().execute(() -> channel.pipeline().fireUserEventTriggered(order));
    }
  }

  /** Open connections. */
  public int size() {
    return open.size();
  }
}
