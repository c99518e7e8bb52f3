package dev.yumen.dataplane.overload;

import dev.yumen.config.OverloadConfig;
import dev.yumen.dataplane.loop.Loop;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures four times a second, from its start until it is closed. On a thread of the platform: the
 * carriers of virtual threads may all be busy just when it matters.
 */
final class Watch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
  private static final long INTERVAL = 250_000_000;
  private static final double SECOND = 1e9;
  private static final long JOIN_MILLIS = 2_000;

  private final List<LoopDelay> loops;
  private final DoubleSupplier cpu;
  private final LongSupplier nanoClock;
  private final BiConsumer<Load, Double> heard;
  private final Thread thread = Thread.ofPlatform().name("overload").daemon().unstarted(this::run);
  private volatile boolean closed;

  /**
   * @param loops whose delay is measured when the settings say so
   * @param heard is told what was measured, and in how many seconds; on the watch's thread
   */
  Watch(
      OverloadConfig settings,
      List<Loop> loops,
      DoubleSupplier cpu,
      LongSupplier nanoClock,
      BiConsumer<Load, Double> heard) {
    this.loops =
        settings.loopDelay() == null ? List.of() : loops.stream().map(LoopDelay::new).toList();
    this.cpu = cpu;
    this.nanoClock = nanoClock;
    this.heard = heard;
  }

  void start() {
    loops.forEach(LoopDelay::start);
    thread.start();
  }

  private void run() {
    long last = nanoClock.getAsLong();
    while (!closed) {
      LockSupport.parkNanos(INTERVAL);
      long now = nanoClock.getAsLong();
      if (closed || now - last < INTERVAL) {
        continue;
      }
      try {
        look(now, (now - last) / SECOND);
      } catch (RuntimeException e) {
        LOG.error("measuring the load ended in a bug", e);
      }
      last = now;
    }
  }

  private void look(long now, double seconds) {
    double share = cpu.getAsDouble();
    double delay = 0;
    long longest = 0;
    for (LoopDelay loop : loops) {
      Load of = loop.take(now);
      delay = Math.max(delay, of.delay());
      longest = Math.max(longest, of.longest());
    }
    heard.accept(new Load(share, delay, longest), seconds);
  }

  /** Ends the thread and the ticks. Not to be called on the thread itself. */
  @Override
  public void close() {
    closed = true;
    loops.forEach(LoopDelay::stop);
    LockSupport.unpark(thread);
    try {
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
