package dev.yumen.dataplane.snapshot;

import dev.yumen.dataplane.canary.CanaryTraffic;
import dev.yumen.dataplane.chain.FilterChain;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The filters of one place with all that they hold. Snapshots share them where the place is as it
 * was: each holds them once, and with the last one they are closed. Any thread.
 */
final class MadeFilters {
  private static final Logger LOG = LoggerFactory.getLogger(MadeFilters.class);

  private final List<FilterChain.Named> filters;
  private final @Nullable CanaryTraffic canary;
  private final boolean lasting;
  private final List<Runnable> giveBack;
  private final AtomicInteger holders = new AtomicInteger(1);

  /**
   * Held by who makes it.
   *
   * @param lasting whether they serve as well as what would be made anew of the same settings
   */
  MadeFilters(List<FilterChain.Named> filters, Taken taken, boolean lasting) {
    this.filters = List.copyOf(filters);
    this.canary = taken.canary();
    this.lasting = lasting;
    this.giveBack = taken.giveBack();
  }

  List<FilterChain.Named> filters() {
    return filters;
  }

  /** The canary among them, or null. */
  @Nullable CanaryTraffic canary() {
    return canary;
  }

  boolean lasting() {
    return lasting;
  }

  /** Holds them once more; only for who knows that somebody else does until this returns. */
  MadeFilters hold() {
    if (holders.getAndIncrement() == 0) {
      throw new IllegalStateException("held after the last one gave it back");
    }
    return this;
  }

  /** Ends what {@link #hold} began; the last one gives everything back. */
  void release() {
    if (holders.decrementAndGet() == 0) {
      giveBackAll(giveBack);
    }
  }

  /** One that fails does not keep the others from being given back. */
  static void giveBackAll(List<Runnable> held) {
    for (Runnable each : held) {
      try {
        each.run();
      } catch (RuntimeException e) {
        LOG.warn("giving back a part of a configuration failed", e);
      }
    }
  }
}
