package dev.yumen.dataplane.overload;

import dev.yumen.dataplane.loop.Loop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * How late one event loop comes to a task that is due every 50 ms: as late as to everything else
 * that waits for it. The mean counts, so that one long turn among short ones does not (WeChat's
 * DAGOR looks at the mean time in a queue; Zhou et al., SoCC 2018).
 */
final class LoopDelay implements Runnable {
  static final long TICK = 50_000_000;

  private final Loop loop;
  private final LongAdder ticks = new LongAdder();
  private final LongAdder late = new LongAdder();
  private final LongAccumulator longest = new LongAccumulator(Math::max, 0);
  private volatile long due;
  private volatile boolean stopped;

  LoopDelay(Loop loop) {
    this.loop = loop;
  }

  void start() {
    due = loop.nanoTime() + TICK;
    var _ = loop.eventLoop().schedule(this, TICK, TimeUnit.NANOSECONDS);
  }

  /** No tick follows the one that is due. */
  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    if (!stopped) {
      count(loop.nanoTime() - due);
      start();
    }
  }

  private void count(long lateness) {
    ticks.increment();
    late.add(Math.max(0, lateness));
    longest.accumulate(lateness);
  }

  /**
   * What was measured since the last call, with 0 as share of the processors. A loop that stands
   * still has no ticks: then the one that is overdue counts as far as it is.
   */
  Load take(long now) {
    long overdue = now - due;
    if (overdue > TICK) {
      count(overdue);
    }
    long count = ticks.sumThenReset();
    long sum = late.sumThenReset();
    return new Load(0, count == 0 ? 0 : (double) sum / count, longest.getThenReset());
  }
}
