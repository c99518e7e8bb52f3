package dev.yumen.redis;

import dev.yumen.api.RedisFailure.Reason;
import dev.yumen.config.RedisConfig;
import dev.yumen.dataplane.redis.RedisOpener;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one server, or to the master that sentinels name. When it is lost another one
 * is made, after a pause that grows while that fails; sentinels are asked again each time.
 */
final class OneServer implements Link {
  private static final long STEADY = Duration.ofSeconds(5).toNanos();

  private final RedisURI address;
  private final String text;
  private final LinkEvents events;
  private final LongSupplier nanoClock;
  private final ClientResources resources;
  private final RedisClient client;
  private final Delay pauses = Clients.pauses();
  private final CountDownLatch first = new CountDownLatch(1);
  private volatile @Nullable Connected current;
  private boolean closed;
  private long attempts;

  /** A connection that calls go over. */
  private record Connected(
      StatefulRedisConnection<String, String> connection, Server server, long since) {}

  OneServer(RedisConfig settings, RedisOpener.Surroundings around, LinkEvents events) {
    this.address = Clients.address(settings);
    this.text =
        settings.master() == null
            ? settings.nodes().getFirst().toString()
            : "the master of " + settings.master();
    this.events = events;
    this.nanoClock = around.nanoClock();
    this.resources = Clients.resources(around.tls());
    this.client = RedisClient.create(resources);
    client.setOptions(Clients.options(settings));
    client.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
            lost(connection);
          }
        });
    connect();
  }

  private void connect() {
    synchronized (this) {
      if (closed) {
        return;
      }
      attempts++;
    }
    client
        .connectAsync(StringCodec.UTF8, address)
        .whenComplete(
            (connection, failure) -> {
              if (failure == null) {
                connected(connection);
              } else {
                notConnected(failure);
              }
              first.countDown();
            });
  }

  private synchronized void connected(StatefulRedisConnection<String, String> connection) {
    if (closed) {
      connection.closeAsync();
      return;
    }
    current = new Connected(connection, new Server("", connection.async()), nanoClock.getAsLong());
    events.connected(text);
  }

  private synchronized void notConnected(Throwable failure) {
    if (!closed) {
      events.notConnected(failure);
      connectLater();
    }
  }

  /** Under the lock. */
  private void connectLater() {
    long pause = pauses.createDelay(attempts).toNanos();
    resources.eventExecutorGroup().schedule(this::connect, pause, TimeUnit.NANOSECONDS);
  }

  @SuppressWarnings("ReferenceEquality") // the very connection, not one like it
  private synchronized void lost(Object connection) {
    Connected was = current;
    if (was == null || was.connection() != connection) {
      return;
    }
    current = null;
    was.connection().closeAsync();
    if (closed) {
      return;
    }
    if (nanoClock.getAsLong() - was.since() > STEADY) {
      attempts = 0;
    }
    events.lost();
    connectLater();
  }

  @Override
  public @Nullable Server server(String key) {
    Connected now = current;
    return now == null ? null : now.server();
  }

  @Override
  public boolean connected() {
    return current != null;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the very connection, not one like it
  public void suspect(Server server, Reason reason) {
    Connected now = current;
    if (now != null && now.server() == server) {
      lost(now.connection());
    }
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
