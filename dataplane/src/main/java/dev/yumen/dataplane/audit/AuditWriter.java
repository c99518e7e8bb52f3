package dev.yumen.dataplane.audit;

import dev.yumen.dataplane.observe.AuditMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what waits, with a thread of its own. What can not be written is counted, and told by a
 * record once the disk works again; it is tried once a second.
 */
final class AuditWriter implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditWriter.class);

  private static final int TURN = 1_000;
  private static final long SECOND = 1_000_000_000;
  private static final long NAP_NANOS = 100_000_000;
  private static final long CLOSE_MILLIS = 5_000;

  private final AuditFile file;
  private final Queue<AuditEvent> queue;
  private final AtomicLong overflow;
  private final AuditMetrics metrics;
  private final LongSupplier nanoClock;
  private final long syncNanos;
  private final Thread thread;
  private volatile boolean asleep;
  private volatile boolean closing;
  private volatile AuditEvent.@Nullable Act last;
  private @Nullable AuditWriter predecessor;

  // The thread's own.
  private final Denials denials = new Denials();
  private long lost;
  private long lostSinceComplaint;
  private String reason = "too many at once";
  private @Nullable Long failedAt;
  private @Nullable Long complainedAt;
  private boolean dirty;
  private long syncedAt;

  /**
   * @param overflow those that found no place in the queue
   * @param sync how often the disk is waited for
   */
  AuditWriter(
      AuditFile file,
      Queue<AuditEvent> queue,
      AtomicLong overflow,
      AuditMetrics metrics,
      LongSupplier nanoClock,
      Duration sync) {
    this.file = file;
    this.queue = queue;
    this.overflow = overflow;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.syncNanos = sync.toNanos();
    this.thread = Thread.ofPlatform().name("audit").daemon().unstarted(this);
  }

  /**
   * Begins once the one before it has ended, which may hang on its disk for longer than {@link
   * #close} waits.
   */
  AuditWriter start(@Nullable AuditWriter before) {
    predecessor = before;
    thread.start();
    return this;
  }

  /** There is something in the queue. Any thread; never waits. */
  void wake() {
    if (asleep) {
      asleep = false;
      LockSupport.unpark(thread);
    }
  }

  /** Writes what waits and this at the end, for at most five seconds. */
  void close(AuditEvent.@Nullable Act end) {
    last = end;
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    awaitPredecessor();
    while (!closing) {
      boolean more = turn();
      if (!more) {
        asleep = true;
        if (queue.isEmpty() && !closing) {
          LockSupport.parkNanos(this, NAP_NANOS);
        }
        asleep = false;
      }
    }
    end();
  }

  private void awaitPredecessor() {
    AuditWriter before = predecessor;
    predecessor = null;
    if (before != null) {
      try {
        before.thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether there may be more. */
  private boolean turn() {
    int taken = 0;
    for (AuditEvent next; taken < TURN && (next = queue.poll()) != null; taken++) {
      take(next);
    }
    long now = nanoClock.getAsLong();
    if (denials.due(now)) {
      denials.flush(this::write);
    }
    tellLost(now);
    if (dirty && now - syncedAt >= syncNanos) {
      sync(now);
    }
    return taken == TURN;
  }

  private void end() {
    while (turn()) {
      // until nothing waits
    }
    denials.flush(this::write);
    AuditEvent.Act end = last;
    if (end != null) {
      write(end.kind(), end.what());
    }
    sync(nanoClock.getAsLong());
    LOG.info("{} ends with record {}, hash {}", file, file.sequence(), file.hash());
    try {
      file.close();
    } catch (IOException e) {
      LOG.warn("{} could not be closed: {}", file, e.toString());
    }
  }

  private void take(AuditEvent event) {
    switch (event) {
      case AuditEvent.Act(String kind, Map<String, ?> what) -> {
        denials.flush(this::write); // they came before it
        write(kind, what);
      }
      case AuditEvent.Refused refusal -> denials.add(refusal, nanoClock.getAsLong());
    }
  }

  private void write(String kind, Map<String, ?> what) {
    long now = nanoClock.getAsLong();
    if (failedAt != null && now - failedAt < SECOND) {
      count(1);
      return;
    }
    if (!tryWrite(kind, what, now)) {
      count(1);
    }
  }

  private boolean tryWrite(String kind, Map<String, ?> what, long now) {
    try {
      file.write(kind, what);
      failedAt = null;
      dirty = true;
      metrics.written(file.sequence());
      return true;
    } catch (IOException | RuntimeException e) {
      failedAt = now;
      reason = e.toString();
      return false;
    }
  }

  private void count(long records) {
    lost += records;
    lostSinceComplaint += records;
    metrics.lost(records);
  }

  private void tellLost(long now) {
    long over = overflow.getAndSet(0);
    if (over > 0) {
      reason = "too many at once";
      count(over);
    }
    if (lostSinceComplaint > 0 && (complainedAt == null || now - complainedAt >= SECOND)) {
      LOG.error("{}: records lost: {}: {}", file, lostSinceComplaint, reason);
      lostSinceComplaint = 0;
      complainedAt = now;
    }
    boolean resting = failedAt != null && now - failedAt < SECOND;
    if (lost > 0 && !resting && tryWrite("lost", Map.of("count", lost), now)) {
      lost = 0;
    }
  }

  private void sync(long now) {
    try {
      file.sync();
      dirty = false;
    } catch (IOException e) {
      LOG.error("{} could not be forced to the disk: {}", file, e.toString());
    }
    syncedAt = now;
  }
}
