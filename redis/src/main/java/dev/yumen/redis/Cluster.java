package dev.yumen.redis;

import dev.yumen.api.RedisFailure.Reason;
import dev.yumen.config.RedisConfig;
import dev.yumen.dataplane.redis.RedisOpener;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A cluster, in which the library finds the node of a key, follows moves and reconnects to nodes.
 * Only the first look at the cluster is ours to repeat.
 */
final class Cluster implements Link {
  private final LinkEvents events;
  private final ClientResources resources;
  private final RedisClusterClient client;
  private final Delay pauses = Clients.pauses();
  private final CountDownLatch first = new CountDownLatch(1);
  private final Set<Object> connectedNodes = ConcurrentHashMap.newKeySet();
  private volatile @Nullable StatefulRedisClusterConnection<String, String> current;
  private boolean closed;
  private long attempts;

  Cluster(RedisConfig settings, RedisOpener.Surroundings around, LinkEvents events) {
    this.events = events;
    this.resources = Clients.resources(around.tls());
    this.client = RedisClusterClient.create(resources, Clients.addresses(settings));
    client.setOptions(Clients.clusterOptions(settings));
    client.addListener(new Nodes());
    connect();
  }

  /** Counts connections to nodes; those of the library's looks at the cluster are among them. */
  private final class Nodes implements RedisConnectionStateListener {
    @Override
    public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
      connectedNodes.add(connection);
      events.metrics().up(current != null);
    }

    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
      connectedNodes.remove(connection);
      if (connectedNodes.isEmpty() && current != null) {
        events.lost();
      }
    }
  }

  private void connect() {
    synchronized (this) {
      if (closed) {
        return;
      }
      attempts++;
    }
    client
        .refreshPartitionsAsync()
        .thenCompose(_ -> client.connectAsync(StringCodec.UTF8))
        .whenComplete(
            (connection, failure) -> {
              if (failure == null) {
                connected(connection);
              } else {
                notConnected(failure);
                first.countDown();
              }
            });
  }

  private synchronized void connected(StatefulRedisClusterConnection<String, String> connection) {
    if (closed) {
      connection.closeAsync();
      return;
    }
    attempts = 0;
    current = connection;
    events.connected("a cluster of " + connection.getPartitions().size() + " nodes");
    warmUp(connection).whenComplete((done, failure) -> first.countDown());
  }

  /** A node is connected to with its first call, which fails; so that is none of a request. */
  private static CompletionStage<Void> warmUp(
      StatefulRedisClusterConnection<String, String> connection) {
    CompletionStage<Void> all = CompletableFuture.completedFuture(null);
    for (RedisClusterNode node : connection.getPartitions()) {
      if (!node.getSlots().isEmpty()) {
        String host = node.getUri().getHost();
        int port = node.getUri().getPort();
        all =
            all.thenCombine(
                connection.getConnectionAsync(host, port).handle((made, failure) -> null),
                (one, other) -> null);
      }
    }
    return all;
  }

  private synchronized void notConnected(Throwable failure) {
    if (closed) {
      return;
    }
    events.notConnected(failure);
    long pause = pauses.createDelay(attempts).toNanos();
    resources.eventExecutorGroup().schedule(this::connect, pause, TimeUnit.NANOSECONDS);
  }

  @Override
  public @Nullable Server server(String key) {
    StatefulRedisClusterConnection<String, String> now = current;
    if (now == null || connectedNodes.isEmpty()) {
      return null;
    }
    RedisClusterNode node = now.getPartitions().getMasterBySlot(SlotHash.getSlot(key));
    return node == null ? null : new Server(node.getNodeId(), now.async());
  }

  @Override
  public boolean connected() {
    return current != null && !connectedNodes.isEmpty();
  }

  @Override
  public void suspect(Server server, Reason reason) {
    StatefulRedisClusterConnection<String, String> now = current;
    switch (reason) {
      case GARBAGE -> renew(now);
      case TIMEOUT, GONE -> client.refreshPartitionsAsync();
      case BUSY, ERROR -> {}
    }
  }

  @SuppressWarnings("ReferenceEquality") // the very connection, not one like it
  private synchronized void renew(@Nullable StatefulRedisClusterConnection<String, String> broken) {
    if (broken == null || broken != current || closed) {
      return;
    }
    current = null;
    broken.closeAsync();
    events.lost();
    resources.eventExecutorGroup().submit(this::connect);
  }

  @Override
  public void awaitFirst(Duration most) {
    try {
      first.await(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      current = null;
    }
    events.closed();
    client.shutdownAsync().whenComplete((done, failure) -> resources.shutdown());
  }
}
