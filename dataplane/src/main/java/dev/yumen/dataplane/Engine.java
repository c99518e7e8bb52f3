package dev.yumen.dataplane;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LimitsConfig;
import dev.yumen.config.RuntimeConfig;
import dev.yumen.dataplane.canary.CanaryDesk;
import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.redis.RedisOpener;
import dev.yumen.dataplane.snapshot.FilterSurroundings;
import dev.yumen.dataplane.state.StateRegistry;
import dev.yumen.dataplane.tls.TlsSurroundings;
import dev.yumen.dataplane.upstream.DnsNames;
import dev.yumen.dataplane.upstream.NameService;
import dev.yumen.dataplane.upstream.Upstream;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Threads, sockets and what else lives as long as the process. */
final class Engine {
  private static final int LARGEST_DATAGRAM = 65_535;

  private final Transport transport;
  private final MultiThreadIoEventLoopGroup group;
  private final List<Loop> loops = new ArrayList<>();
  private final IdentityHashMap<EventExecutor, Loop> byEventLoop = new IdentityHashMap<>();
  private final Metrics metrics;
  private final ByteBufAllocator allocator;
  private final StateRegistry states = new StateRegistry();
  private final PendingChallenges challenges = new PendingChallenges();
  private final NameService names;
  private final boolean live;
  private final @Nullable String zone;

  private Engine(
      GatewayConfig config, Transport transport, int count, LongSupplier nanoClock, boolean live) {
    this.transport = transport;
    this.live = live;
    this.zone = config.runtime().zone();
    this.allocator = allocator(config.runtime().allocator());
    this.metrics = new Metrics(config.metrics(), allocator);
    this.group = transport.group(count);
    int index = 0;
    for (EventExecutor executor : group) {
      Loop loop = new Loop(index, (EventLoop) executor, metrics.forLoop(index), nanoClock);
      loops.add(loop);
      byEventLoop.put(executor, loop);
      if (live) {
        loop.start();
      }
      index++;
    }
    this.names =
        live
            ? new DnsNames(loops.getFirst().eventLoop(), transport.datagramChannel())
            : new NoNames();
  }

  static Engine start(GatewayConfig config, LongSupplier nanoClock) {
    RuntimeConfig runtime = config.runtime();
    int count = runtime.loops() == 0 ? Runtime.getRuntime().availableProcessors() : runtime.loops();
    return new Engine(config, Transport.of(runtime.transport()), count, nanoClock, true);
  }

  /** An engine that opens nothing and looks nothing up. */
  static Engine forCheck(GatewayConfig config) {
    return new Engine(
        config, Transport.of(RuntimeConfig.Transport.NIO), 1, System::nanoTime, false);
  }

  List<Loop> loops() {
    return loops;
  }

  Loop loopOf(EventLoop eventLoop) {
    return Objects.requireNonNull(byEventLoop.get(eventLoop));
  }

  Metrics metrics() {
    return metrics;
  }

  PendingChallenges challenges() {
    return challenges;
  }

  int heldStates() {
    return states.size();
  }

  FilterSurroundings filterSurroundings(
      InstantSource clock, LongSupplier nanoClock, RedisOpener redis, CanaryDesk canaries) {
    return new FilterSurroundings(
        clock, nanoClock, loops.size(), states, metrics, redis, canaries, live);
  }

  /** For upstreams of this configuration, whose limits hold for their new connections. */
  Upstream.Surroundings upstreamSurroundings(GatewayConfig config, InstantSource clock) {
    LimitsConfig limits = config.limits();
    return new Upstream.Surroundings(
        loops,
        clientBootstrap(limits),
        HeadLimits.of(limits),
        metrics,
        states,
        new TlsSurroundings(states, clock, System::nanoTime, challenges),
        names,
        zone);
  }

  private Bootstrap clientBootstrap(LimitsConfig limits) {
    int buffer = limits.buffer().toInt();
    return new Bootstrap()
        .group(group)
        .channel(transport.socketChannel())
        .option(ChannelOption.ALLOCATOR, allocator)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .option(ChannelOption.AUTO_CLOSE, false)
        .option(
            ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(buffer / 2, buffer));
  }

  ServerBootstrap serverBootstrap() {
    return new ServerBootstrap()
        .group(group)
        .channel(transport.serverChannel())
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.ALLOCATOR, allocator)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
  }

  /** For ports of UDP and for the sockets of their sessions. */
  Bootstrap datagramBootstrap() {
    return new Bootstrap()
        .group(group)
        .channel(transport.datagramChannel())
        .option(ChannelOption.ALLOCATOR, allocator)
        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LARGEST_DATAGRAM));
  }

  private static ByteBufAllocator allocator(RuntimeConfig.Allocator wanted) {
    return switch (wanted) {
      case POOLED -> PooledByteBufAllocator.DEFAULT;
      case ADAPTIVE -> new AdaptiveByteBufAllocator(true);
    };
  }

  /** Gives the first look-ups of names a moment, so that start and readiness mean something. */
  void awaitNames(Duration most) {
    names.awaitFirst(most);
  }

  void stop() {
    names.close();
    // Without any quiet period a loop that is at work may end before it has closed its channels.
    group
        .shutdownGracefully(1, TimeUnit.SECONDS.toNanos(2), TimeUnit.NANOSECONDS)
        .awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
