package dev.yumen.dataplane.upstream;

import dev.yumen.api.FailureCode;
import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.stream.ResponseEvents;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Connections from one loop to one endpoint. The one used last is used first, so that the rest grow
 * old and are closed. Only on its loop.
 */
public final class ConnectionPool {

  /** Hears how a connection attempt went. */
  public interface Connecting {
    void onConnected(UpstreamConnection connection);

    void onConnectFailed(Throwable cause);
  }

  private final Loop loop;
  private final Endpoint endpoint;
  private final UpstreamConfig.Pool settings;
  private final Bootstrap bootstrap;
  private final HeadLimits headLimits;
  private final int metric;
  private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
  private boolean retired;

  ConnectionPool(Loop loop, Endpoint endpoint, PoolSettings settings) {
    this.loop = loop;
    this.endpoint = endpoint;
    this.settings = settings.pool();
    this.headLimits = settings.headLimits();
    this.metric = settings.metric();
    this.bootstrap =
        settings
            .bootstrap()
            .clone(loop.eventLoop())
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.clamp(settings.connectTimeout().toMillis(), 1, Integer.MAX_VALUE));
  }

  /** An idle connection taken into use, or null when there is none. */
  public @Nullable UpstreamConnection acquire(ResponseEvents attempt) {
    for (UpstreamConnection connection = idle.pollLast();
        connection != null;
        connection = idle.pollLast()) {
      loop.metrics().upstreamIdle(metric, -1);
      if (connection.open()) {
        loop.metrics().upstreamActive(metric, 1);
        connection.begin(attempt);
        return connection;
      }
    }
    return null;
  }

  /**
   * Makes a new connection; {@code connecting} is called later on this loop, never from inside.
   *
   * @return cancels the attempt when it is cancelled
   */
  public ChannelFuture connect(ResponseEvents attempt, Connecting connecting) {
    ChannelFuture future =
        bootstrap
            .clone()
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(new UpstreamConnection(ConnectionPool.this, loop.nanoTime()));
                  }
                })
            .connect(endpoint.socketAddress());
    future.addListener(
        done -> {
          if (done.isSuccess()) {
            loop.metrics().upstreamConnected(metric);
            loop.metrics().upstreamActive(metric, 1);
            UpstreamConnection connection =
                future.channel().pipeline().get(UpstreamConnection.class);
            connection.begin(attempt);
            connecting.onConnected(connection);
          } else {
            loop.metrics().upstreamConnectFailed(metric);
            connecting.onConnectFailed(done.cause());
          }
        });
    return future;
  }

  void release(UpstreamConnection connection) {
    loop.metrics().upstreamActive(metric, -1);
    loop.metrics().upstreamIdle(metric, 1);
    idle.addLast(connection);
    long now = loop.deadlines().coarseNow();
    if (retired || idle.size() > settings.maxIdle() || connection.worn(now)) {
      connection.close();
      return;
    }
    connection.rest(now + settings.idle().toNanos());
  }

  void closed(UpstreamConnection connection, boolean wasIdle) {
    if (wasIdle) {
      if (idle.remove(connection)) {
        loop.metrics().upstreamIdle(metric, -1);
      }
    } else {
      loop.metrics().upstreamActive(metric, -1);
    }
  }

  /** Closes what is idle now and later what comes back. */
  void retire() {
    retired = true;
    for (UpstreamConnection connection : idle.toArray(UpstreamConnection[]::new)) {
      connection.close();
    }
  }

  void unsolicited() {
    loop.metrics().upstreamFailed(metric, FailureCode.UPSTREAM_PROTOCOL);
  }

  Loop loop() {
    return loop;
  }

  UpstreamConfig.Pool settings() {
    return settings;
  }

  HeadLimits headLimits() {
    return headLimits;
  }

  String endpointText() {
    return endpoint.text();
  }
}
