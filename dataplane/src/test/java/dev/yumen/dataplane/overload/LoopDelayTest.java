package dev.yumen.dataplane.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.config.MetricsConfig;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.testkit.ManualClock;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.DefaultEventLoop;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loop's thread stands still; ticks are made here. */
class LoopDelayTest {
  private final ManualClock clock = new ManualClock();
  private final CountDownLatch over = new CountDownLatch(1);
  private final DefaultEventLoop thread = new DefaultEventLoop();
  private final Metrics metrics =
      new Metrics(new MetricsConfig(true, 100, false), PooledByteBufAllocator.DEFAULT);
  private final LoopDelay delay =
      new LoopDelay(new Loop(0, thread, metrics.forLoop(0), clock::nanoTime));

  @BeforeEach
  void holdTheThread() {
    thread.execute(
        () -> {
          try {
            over.await();
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
    delay.start();
  }

  @AfterEach
  void letItGo() {
    delay.stop();
    over.countDown();
    thread.shutdownGracefully(0, 0, TimeUnit.SECONDS);
  }

  private void tickAfter(long millis) {
    clock.advance(Duration.ofMillis(millis));
    delay.run();
  }

  private Load taken() {
    return delay.take(clock.nanoTime());
  }

  private static Load millis(double mean, long longest) {
    return new Load(0, mean * 1e6, longest * 1_000_000);
  }

  @Test
  void ticksInTimeAreNoDelay() {
    tickAfter(50);
    tickAfter(50);
    assertEquals(millis(0, 0), taken());
  }

  @Test
  void theMeanAndTheLongestAreTold() {
    tickAfter(50);
    tickAfter(80);
    tickAfter(110);
    assertEquals(millis(30, 60), taken());
    assertEquals(millis(0, 0), taken());
  }

  @Test
  void aLoopThatStandsStillIsAsLateAsItIs() {
    clock.advance(Duration.ofMillis(1_050));
    assertEquals(millis(1_000, 1_000), taken());
    clock.advance(Duration.ofMillis(250));
    assertEquals(millis(1_250, 1_250), taken());
  }

  @Test
  void aClockThatGoesBackIsNoDelay() {
    tickAfter(-500);
    assertEquals(millis(0, 0), taken());
  }
}
