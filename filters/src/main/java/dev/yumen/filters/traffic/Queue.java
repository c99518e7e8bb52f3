package dev.yumen.filters.traffic;

import dev.yumen.api.FilterContext;
import dev.yumen.api.InvalidValue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one filter that wait for their turn. Who is next is not decided here: each has a
 * time of its own, which its bucket gave it when it came. Any thread.
 */
final class Queue {
  private static final Duration MAX_WAIT = Duration.ofSeconds(1);
  private static final int MAX_SIZE = 100;

  private final long maxWaitNanos;
  private final int maxSize;
  private final FilterContext.Counter waited;
  private final AtomicInteger size = new AtomicInteger();

  private Queue(long maxWaitNanos, int maxSize, FilterContext.Counter waited) {
    this.maxWaitNanos = maxWaitNanos;
    this.maxSize = maxSize;
    this.waited = waited;
  }

  /** As configured; refuses to let requests wait for longer than a filter may take. */
  static Queue of(
      @Nullable Duration maxWait, @Nullable Integer maxSize, String route, FilterContext context) {
    Duration longest = maxWait == null ? MAX_WAIT : maxWait;
    if (longest.compareTo(context.filterTimeout()) >= 0) {
      String found = longest.toMillis() + "ms";
      throw InvalidValue.found("max-wait", found, "less than limits.filter-timeout");
    }
    return new Queue(
        longest.toNanos(),
        maxSize == null ? MAX_SIZE : maxSize,
        context.counter(
            "gateway_rate_limit_queued",
            "Requests that waited for their turn.",
            List.of("route", route)));
  }

  /** The longest that a request waits. */
  long maxWaitNanos() {
    return maxWaitNanos;
  }

  /** Takes a place, if there is one. */
  boolean enter() {
    if (size.incrementAndGet() <= maxSize) {
      return true;
    }
    leave();
    return false;
  }

  /** Counts one that has to wait. */
  void count() {
    waited.add(1);
  }

  void leave() {
    size.decrementAndGet();
  }
}
