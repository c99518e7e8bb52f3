package dev.yumen.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits for something to become true; the only way tests wait. */
public final class Eventually {
  private static final long STEP_NANOS = 2_000_000;

  /** A machine that is busy takes longer; a test that passes does not wait for it. */
  private static final int PATIENCE = 4;

  private Eventually() {}

  /**
   * Returns as soon as the condition holds; fails when it does not.
   *
   * @param time that it takes at most on a machine that has nothing else to do
   */
  public static void within(Duration time, String what, BooleanSupplier condition) {
    if (!holdsWithin(time.multipliedBy(PATIENCE), condition)) {
      throw new AssertionError("not within " + time + ": " + what);
    }
  }

  /** The same. */
  public static void within(Duration time, BooleanSupplier condition) {
    within(time, "the awaited condition", condition);
  }

  /** The first value that is not null, with the same patience. */
  public static <T> T valueWithin(Duration time, String what, Supplier<@Nullable T> source) {
    long end = System.nanoTime() + time.multipliedBy(PATIENCE).toNanos();
    while (true) {
      T value = source.get();
      if (value != null) {
        return value;
      }
      if (System.nanoTime() - end >= 0) {
        throw new AssertionError("not within " + time + ": " + what);
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  /** Whether the condition becomes true within this time. */
  public static boolean holdsWithin(Duration time, BooleanSupplier condition) {
    long end = System.nanoTime() + time.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end >= 0) {
        return false;
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
    return true;
  }
}
