package dev.yumen.dataplane.upstream;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.MetricsConfig;
import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.Metrics;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.DefaultEventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EndpointTest {

  /** A stop lets loops end while the last configuration is still given back. */
  @Test
  void anEndpointIsRetiredEvenWhenItsLoopHasEnded() {
    DefaultEventLoop thread = new DefaultEventLoop();
    Metrics metrics =
        new Metrics(new MetricsConfig(true, 100, false), PooledByteBufAllocator.DEFAULT);
    Loop loop = new Loop(0, thread, metrics.forLoop(0), System::nanoTime);
    PoolSettings settings =
        new PoolSettings(
            new UpstreamConfig.Pool(1, Duration.ofSeconds(30), Duration.ofHours(1), 0),
            Duration.ofSeconds(1),
            new HeadLimits(8192, 16384, 32768, 100, 256),
            new Bootstrap(),
            UpstreamConfig.Protocol.HTTP1,
            null,
            metrics.upstreamSlot("users"));
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
    Endpoint endpoint = new Endpoint(address, "127.0.0.1", "127.0.0.1:9", List.of(loop), settings);
    thread.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    assertTrue(thread.terminationFuture().awaitUninterruptibly(10, TimeUnit.SECONDS));
    assertDoesNotThrow(endpoint::retire);
  }
}
