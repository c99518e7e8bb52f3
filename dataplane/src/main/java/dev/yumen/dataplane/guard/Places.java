package dev.yumen.dataplane.guard;

import dev.yumen.api.ConcurrencyLimit;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The places of one key, and the queue of those that wait for one. Any thread. */
final class Places {
  private final ConcurrencyLimit.Rules rules;
  private final LongSupplier clock;
  private final @Nullable Gradient gradient;
  private final AtomicInteger inUse = new AtomicInteger();
  private final AtomicInteger pending = new AtomicInteger();
  private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();

  Places(ConcurrencyLimit.Rules rules, LongSupplier clock) {
    this.rules = rules;
    this.clock = clock;
    this.gradient =
        rules.floor() == 0 ? null : new Gradient(rules.floor(), rules.max(), clock.getAsLong());
  }

  int limit() {
    return gradient == null ? rules.max() : gradient.limit();
  }

  int inUse() {
    return inUse.get();
  }

  int pending() {
    return pending.get();
  }

  /** A place at once, in the queue, or not at all. */
  ConcurrencyLimit.@Nullable Ticket ask(Executor executor, Runnable granted) {
    if (pending.get() == 0 && take()) {
      return new Granted();
    }
    if (pending.incrementAndGet() > rules.maxPending()) {
      pending.decrementAndGet();
      return null;
    }
    Waiting waiting = new Waiting(executor, granted);
    queue.add(waiting);
    serve(); // a place may have become free before it stood in the queue
    return waiting;
  }

  private boolean take() {
    int most = limit();
    for (int used = inUse.get(); used < most; used = inUse.get()) {
      if (inUse.compareAndSet(used, used + 1)) {
        return true;
      }
    }
    return false;
  }

  private void giveBack(long nanos) {
    int used = inUse.getAndDecrement();
    if (gradient != null && nanos >= 0) {
      gradient.ended(clock.getAsLong(), nanos, used);
    }
    serve();
  }

  /** Gives free places to those that wait, the first one first. */
  private void serve() {
    while (!queue.isEmpty() && take()) {
      Waiting first = queue.poll();
      if (first == null || !first.grant()) {
        inUse.decrementAndGet();
      }
    }
  }

  private final class Granted implements ConcurrencyLimit.Ticket {
    @Override
    public boolean granted() {
      return true;
    }

    @Override
    public void end(long nanos) {
      giveBack(nanos);
    }
  }

  private enum Turn {
    WAITS,
    GRANTED,
    ENDED
  }

  private final class Waiting implements ConcurrencyLimit.Ticket, Runnable {
    private final Executor executor;
    private final Runnable whenGranted;
    private Turn turn = Turn.WAITS; // guarded by this

    private Waiting(Executor executor, Runnable whenGranted) {
      this.executor = executor;
      this.whenGranted = whenGranted;
    }

    private boolean grant() {
      synchronized (this) {
        if (turn != Turn.WAITS) {
          return false;
        }
        turn = Turn.GRANTED;
      }
      pending.decrementAndGet();
      executor.execute(this);
      return true;
    }

    @Override
    public void run() {
      if (granted()) {
        whenGranted.run();
      }
    }

    @Override
    public synchronized boolean granted() {
      return turn == Turn.GRANTED;
    }

    @Override
    public void end(long nanos) {
      Turn before;
      synchronized (this) {
        before = turn;
        turn = Turn.ENDED;
      }
      switch (before) {
        case WAITS -> {
          pending.decrementAndGet();
          queue.remove(this);
        }
        case GRANTED -> giveBack(nanos);
        case ENDED -> {
          // once was enough
        }
      }
    }
  }
}
