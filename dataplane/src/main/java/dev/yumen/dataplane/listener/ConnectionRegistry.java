package dev.yumen.dataplane.listener;

import dev.yumen.dataplane.observe.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open connections of one listener: who may come in, who is there, and when all have to go. */
final class ConnectionRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionRegistry.class);

  private final Metrics metrics;
  private final int metric;
  private final Set<ServerConnection> open = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<InetAddress, Integer> byClient = new ConcurrentHashMap<>();
  private final AtomicInteger total;
  private volatile boolean draining;

  /**
   * @param total connections of all listeners together
   */
  ConnectionRegistry(Metrics metrics, String listener, AtomicInteger total) {
    this.metrics = metrics;
    this.metric = metrics.listenerSlot(listener);
    this.total = total;
  }

  /**
   * Counts a new connection in.
   *
   * @return why it is refused, a metric reason, or null when it may stay
   */
  @Nullable String admit(InetAddress client, int most, int mostOfClient) {
    if (total.incrementAndGet() > most) {
      total.decrementAndGet();
      return "too_many_connections";
    }
    if (mostOfClient > 0) {
      if (byClient.merge(client, 1, Integer::sum) > mostOfClient) {
        total.decrementAndGet();
        countOut(client);
        return "too_many_connections_of_client";
      }
    }
    return null;
  }

  private void countOut(InetAddress client) {
    byClient.computeIfPresent(client, (_, count) -> count <= 1 ? null : count - 1);
  }

  void opened(ServerConnection connection) {
    open.add(connection);
    connection.loop().metrics().connectionOpened(metric);
    if (draining) {
      connection.closeSoon();
    }
  }

  void closed(ServerConnection connection) {
    if (!open.remove(connection)) {
      return;
    }
    total.decrementAndGet();
    countOut(connection.peer().getAddress());
    connection.loop().metrics().connectionClosed(metric);
  }

  void rejected(ServerConnection connection, String reason) {
    connection.loop().metrics().rejected(metrics.rejectionSlot(reason));
  }

  void failed(ServerConnection connection, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("connection of {}: {}", connection.peerText(), cause.getMessage());
    } else {
      LOG.error("connection of {} ended by a bug", connection.peerText(), cause);
    }
  }

  boolean draining() {
    return draining;
  }

  /** Closes idle connections now and the others after their answer. */
  void drain() {
    draining = true;
    for (ServerConnection connection : open) {
      connection.loop().eventLoop().execute(connection::closeSoon);
    }
  }

  void closeAll() {
    for (ServerConnection connection : open) {
      connection.loop().eventLoop().execute(connection::close);
    }
  }

  int size() {
    return open.size();
  }
}
