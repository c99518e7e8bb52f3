package dev.yumen.testkit;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Finds buffers that nobody released. Works when the tests run with {@code
 * -Dio.netty.leakDetection.level=paranoid} and {@link #install} is called before the first buffer
 * is made: a static initialiser of a test class is the place.
 */
public final class Leaks {
  private static final List<String> REPORTS = new CopyOnWriteArrayList<>();

  static {
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new RecordingFactory());
  }

  private Leaks() {}

  /** Makes sure that leak reports are collected. */
  public static void install() {
    // the static initialiser does it, once
  }

  /** Every leak reported so far. Leaks show only after a garbage collection. */
  public static List<String> reports() {
    return List.copyOf(REPORTS);
  }

  /** Collects garbage, then fails when a buffer was lost since the process began. */
  public static void assertNone() {
    for (int round = 0; round < 3; round++) {
      System.gc();
      // a new buffer makes the detector look through its queue
      ByteBufAllocator.DEFAULT.buffer(16).release();
      PooledByteBufAllocator.DEFAULT.buffer(16).release();
      if (Eventually.holdsWithin(Duration.ofMillis(20), () -> !REPORTS.isEmpty())) {
        throw new AssertionError(REPORTS.size() + " leaked, the first: " + REPORTS.getFirst());
      }
    }
  }

  /** Buffers that a pooled allocator has handed out and not got back. */
  public static long active(PooledByteBufAllocator allocator) {
    long active = 0;
    for (PoolArenaMetric arena : allocator.metric().directArenas()) {
      active += arena.numActiveAllocations();
    }
    for (PoolArenaMetric arena : allocator.metric().heapArenas()) {
      active += arena.numActiveAllocations();
    }
    return active;
  }

  private static final class RecordingFactory extends ResourceLeakDetectorFactory {
    @SuppressWarnings("deprecation") // abstract all the same
    @Override
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval, long maxActive) {
      return newResourceLeakDetector(resource, samplingInterval);
    }

    @Override
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval) {
      return new RecordingDetector<>(resource, samplingInterval);
    }
  }

  private static final class RecordingDetector<T> extends ResourceLeakDetector<T> {
    RecordingDetector(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      REPORTS.add(resourceType + " " + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      REPORTS.add(resourceType);
    }
  }
}
