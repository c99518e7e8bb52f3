package dev.yumen.dataplane;

import dev.yumen.dataplane.loop.Loop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.netty.util.concurrent.ThreadProperties;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether an event loop comes to what it is asked, and when.
 *
 * @param thread its name
 * @param answered whether it did
 * @param after how long that took; without an answer, how long was waited
 * @param state of its thread as the JVM says it; empty when it answered
 * @param frame where its thread stands; empty when it answered, or when that is not known
 */
public record LoopAnswer(
    String thread, boolean answered, Duration after, String state, String frame) {

  /** Asks all of them at once and waits this long for all at most. */
  static List<LoopAnswer> of(List<Loop> loops, Duration most) throws InterruptedException {
    long begun = System.nanoTime();
    long until = begun + most.toNanos();
    List<Asked> all = loops.stream().map(loop -> Asked.now(loop, begun)).toList();
    for (Asked asked : all) {
      var _ = asked.done.await(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
    return all.stream().map(asked -> asked.answer(System.nanoTime() - begun)).toList();
  }

  private record Asked(Loop loop, CountDownLatch done, AtomicLong nanos) {

    static Asked now(Loop loop, long begun) {
      Asked asked = new Asked(loop, new CountDownLatch(1), new AtomicLong());
      loop.execute(
          () -> {
            asked.nanos.set(System.nanoTime() - begun);
            asked.done.countDown();
          });
      return asked;
    }

    LoopAnswer answer(long waited) {
      boolean answered = done.getCount() == 0;
      Duration after = Duration.ofNanos(answered ? nanos.get() : waited);
      if (!(loop.eventLoop() instanceof SingleThreadEventExecutor executor)) {
        return new LoopAnswer("loop-" + loop.index(), answered, after, "", "");
      }
      ThreadProperties thread = executor.threadProperties(); // it has started long ago
      if (answered) {
        return new LoopAnswer(thread.name(), true, after, "", "");
      }
      StackTraceElement[] stack = thread.stackTrace();
      String frame = stack.length == 0 ? "" : stack[0].toString();
      return new LoopAnswer(thread.name(), false, after, thread.state().name(), frame);
    }
  }
}
