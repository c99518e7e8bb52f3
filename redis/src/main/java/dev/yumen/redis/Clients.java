package dev.yumen.redis;

import dev.yumen.config.Address;
import dev.yumen.config.RedisConfig;
import dev.yumen.dataplane.tls.UpstreamTls;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Our settings in the library's words. */
final class Clients {
  private static final String CLIENT_NAME = "yumen";
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final long PAUSE_BASE_MILLIS = 100;
  private static final Duration UNACKNOWLEDGED = Duration.ofSeconds(5);
  private static final Duration LOOK_AT_CLUSTER = Duration.ofSeconds(10);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /** The library takes no fewer. */
  private static final int THREADS = 2;

  private Clients() {}

  /** Pause before each try to connect. */
  static Delay pauses() {
    return Delay.fullJitter(
        SHORTEST_PAUSE, LONGEST_PAUSE, PAUSE_BASE_MILLIS, TimeUnit.MILLISECONDS);
  }

  static ClientResources resources(@Nullable UpstreamTls tls) {
    DefaultClientResources.Builder builder =
        DefaultClientResources.builder()
            .ioThreadPoolSize(THREADS)
            .computationThreadPoolSize(THREADS)
            .reconnectDelay(pauses())
            .commandLatencyRecorder(CommandLatencyRecorder.disabled());
    if (tls != null) {
      builder.nettyCustomizer(new TlsOnConnect(tls));
    }
    return builder.build();
  }

  /** With no reconnection of the library's own, which would send calls a second time. */
  static ClientOptions options(RedisConfig settings) {
    return common(ClientOptions.builder(), settings).autoReconnect(false).build();
  }

  /**
   * The library reconnects to nodes; what had no answer is not sent again. It looks at the cluster
   * from time to time, and by itself when nodes move or are lost.
   */
  static ClusterClientOptions clusterOptions(RedisConfig settings) {
    ClusterTopologyRefreshOptions looks =
        ClusterTopologyRefreshOptions.builder()
            .enablePeriodicRefresh(LOOK_AT_CLUSTER)
            .adaptiveRefreshTriggersTimeout(LOOK_AGAIN)
            .build();
    ClusterClientOptions.Builder builder =
        ClusterClientOptions.builder().topologyRefreshOptions(looks);
    common(builder, settings).replayFilter(command -> true);
    return builder.build();
  }

  private static ClientOptions.Builder common(ClientOptions.Builder builder, RedisConfig settings) {
    return builder
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        // Calls that timed out stay in the library's queue until their connection is dropped.
        .requestQueueSize(2 * settings.maxPending())
        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(settings.connectTimeout())
                .keepAlive(true)
                .tcpUserTimeout(
                    SocketOptions.TcpUserTimeoutOptions.builder()
                        .enable(true)
                        .tcpUserTimeout(UNACKNOWLEDGED)
                        .build())
                .build());
  }

  /** Where to connect: one server, or the sentinels that know it. */
  static RedisURI address(RedisConfig settings) {
    RedisURI.Builder builder = RedisURI.builder();
    if (settings.kind() == RedisConfig.Kind.SENTINEL) {
      builder.withSentinelMasterId(String.valueOf(settings.master()));
      settings.nodes().forEach(node -> sentinel(builder, node, settings.sentinelPassword()));
    } else {
      Address node = settings.nodes().getFirst();
      builder.withHost(node.host()).withPort(node.port());
    }
    return builder(builder, settings).withDatabase(settings.database()).build();
  }

  /** Nodes of a cluster that know the others. */
  static List<RedisURI> addresses(RedisConfig settings) {
    return settings.nodes().stream()
        .map(node -> builder(RedisURI.Builder.redis(node.host(), node.port()), settings).build())
        .toList();
  }

  private static void sentinel(RedisURI.Builder builder, Address node, @Nullable String password) {
    if (password == null) {
      builder.withSentinel(node.host(), node.port());
    } else {
      builder.withSentinel(node.host(), node.port(), password);
    }
  }

  private static RedisURI.Builder builder(RedisURI.Builder builder, RedisConfig settings) {
    builder.withClientName(CLIENT_NAME).withTimeout(settings.connectTimeout());
    String password = settings.password();
    if (password == null) {
      return builder;
    }
    return settings.user() == null
        ? builder.withPassword(password.toCharArray())
        : builder.withAuthentication(settings.user(), password.toCharArray());
  }
}
