package dev.yumen.control.traffic;

import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.observe.TrafficTable;
import dev.yumen.dataplane.observe.TrafficTotals;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the counts of a gateway once a second: at the totals always, and keeps those of some
 * minutes; at each route and upstream only while somebody wants to know. One for all who ask, on a
 * virtual thread of its own. Any thread may ask.
 */
public final class TrafficSampler implements AutoCloseable {
  /** Seconds that are kept. */
  public static final int KEPT = 300;

  private static final Logger LOG = LoggerFactory.getLogger(TrafficSampler.class);

  /** How long routes are looked at after somebody asked. */
  private static final long INTEREST = Duration.ofSeconds(10).toNanos();

  private final Metrics metrics;
  private final InstantSource clock;
  private final long period;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<TrafficSecond> kept = new ArrayDeque<>();
  private boolean closed;
  private @Nullable TrafficLook last;
  private long wantedUntil = System.nanoTime();

  // of the sampling thread alone
  private long number;
  private long lookedAt = System.nanoTime();
  private TrafficTotals before;
  private @Nullable Tables tables;

  /** What is looked at only while somebody wants to know. */
  private record Tables(TrafficTable routes, TrafficTable upstreams) {

    static Tables of(Metrics metrics) {
      return new Tables(TrafficTable.routes(metrics), TrafficTable.upstreams(metrics));
    }

    TrafficLook since(Tables earlier, TrafficSecond second) {
      return new TrafficLook(second, routes, earlier.routes, upstreams, earlier.upstreams);
    }
  }

  private TrafficSampler(Metrics metrics, InstantSource clock, Duration period) {
    this.metrics = metrics;
    this.clock = clock;
    this.period = period.toNanos();
    this.before = TrafficTotals.of(metrics);
  }

  /** Begins to look, once a second. */
  public static TrafficSampler start(Metrics metrics) {
    return start(metrics, InstantSource.system(), Duration.ofSeconds(1));
  }

  static TrafficSampler start(Metrics metrics, InstantSource clock, Duration period) {
    TrafficSampler sampler = new TrafficSampler(metrics, clock, period);
    Thread.ofVirtual().name("traffic").start(sampler::run);
    return sampler;
  }

  /** The seconds that are kept, the oldest first. */
  public List<TrafficSecond> history() {
    lock.lock();
    try {
      return List.copyOf(kept);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The first look that has a higher number, waiting until there is one: two seconds at most when
   * nobody asked for a while.
   *
   * @param number 0 for any look of these seconds
   * @return null when there is none in time, or no more
   */
  public @Nullable TrafficLook after(long number, Duration most) throws InterruptedException {
    long left = most.toNanos();
    lock.lock();
    try {
      while (!closed) {
        wantedUntil = System.nanoTime() + INTEREST;
        TrafficLook look = last;
        if (look != null && look.second().number() > number) {
          return look;
        }
        if (left <= 0) {
          return null;
        }
        left = changed.awaitNanos(left);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Whether there are more looks to come. */
  public boolean isOpen() {
    lock.lock();
    try {
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Looks no more; who waits for a look gets none. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // ---- the sampling thread ----

  private void run() {
    long next = lookedAt + period;
    try {
      while (waitedUntil(next)) {
        look();
        next = Math.max(next + period, System.nanoTime()); // no looks in a row after a long pause
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("live figures of traffic have ended", e);
      close();
    }
  }

  /** False when there is no more to look at. */
  private boolean waitedUntil(long time) throws InterruptedException {
    lock.lock();
    try {
      long left = time - System.nanoTime();
      while (!closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    TrafficTotals now = TrafficTotals.of(metrics);
    Tables earlier = tables;
    tables = wanted() ? Tables.of(metrics) : null;
    long at = System.nanoTime();
    double seconds = Math.max(1, at - lookedAt) / 1e9;
    TrafficSecond second = new TrafficSecond(++number, clock.instant(), seconds, now.since(before));
    before = now;
    lookedAt = at;
    tell(second, tables == null || earlier == null ? null : tables.since(earlier, second));
  }

  private boolean wanted() {
    lock.lock();
    try {
      return wantedUntil - System.nanoTime() > 0;
    } finally {
      lock.unlock();
    }
  }

  private void tell(TrafficSecond second, @Nullable TrafficLook look) {
    lock.lock();
    try {
      kept.addLast(second);
      if (kept.size() > KEPT) {
        kept.removeFirst();
      }
      last = look;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
