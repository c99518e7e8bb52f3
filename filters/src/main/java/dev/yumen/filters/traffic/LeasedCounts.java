package dev.yumen.filters.traffic;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Counts in a Redis of which this gateway takes shares: of a key's limit it leases some requests at
 * a time and lets them through without asking, and gets the next share before that one is used up.
 *
 * <p>What is leased is taken in Redis at once, and nobody holds more than one share of a key, so in
 * any span of time all gateways together let through at most what one would and a share each. A
 * share that is not used up in its time is lost.
 */
final class LeasedCounts implements Counts {
  private static final int MOST_KEYS = 100_000;
  private static final int MOST_TRIES = 3;

  private final SharedCounts shared;
  private final long batch;
  private final long leaseNanos;
  private final Map<Long, Lease> leases = new ConcurrentHashMap<>();

  /**
   * @param batch requests in a share
   * @param leaseNanos how long a share lasts
   */
  LeasedCounts(SharedCounts shared, long batch, long leaseNanos) {
    this.shared = shared;
    this.batch = batch;
    this.leaseNanos = leaseNanos;
  }

  /** What this gateway holds of one key. */
  private static final class Lease extends AtomicLong {
    private static final long serialVersionUID = 1L;

    /** The request for the next share, while it is under way. */
    private final transient AtomicReference<@Nullable CompletableFuture<Boolean>> next =
        new AtomicReference<>();

    /** All by the monotonic clock. */
    private volatile long until;

    private volatile long refusedUntil;
    private volatile long leftForAll;
    private volatile long resetIn;

    Lease(long now) {
      until = now;
      refusedUntil = now;
    }

    boolean spend(long cost, long now) {
      if (now - until >= 0) {
        return false;
      }
      while (true) {
        long left = get();
        if (left < cost) {
          return false;
        }
        if (compareAndSet(left, left - cost)) {
          return true;
        }
      }
    }

    boolean isOver(long now) {
      return now - until >= 0 && now - refusedUntil >= 0 && next.get() == null;
    }
  }

  @Override
  public SipHash hash() {
    return shared.hash();
  }

  @Override
  public Limiter limiter(Terms terms) {
    return shared.limiter(terms);
  }

  @Override
  public boolean immediate() {
    return false;
  }

  @Override
  public @Nullable CompletionStage<Demand> take(Demand demand) {
    if (demand.size() == 0) {
      return null;
    }
    Lease lease = lease(demand.key(0), demand.nanoTime());
    if (lease == null) {
      return shared.take(demand);
    }
    return decidedHere(lease, demand) ? null : waiting(lease, demand, MOST_TRIES);
  }

  /** Null when there are too many already. */
  private @Nullable Lease lease(long key, long now) {
    Lease known = leases.get(key);
    if (known != null) {
      return known;
    }
    if (leases.size() >= MOST_KEYS) {
      leases.values().removeIf(lease -> lease.isOver(now));
      if (leases.size() >= MOST_KEYS) {
        return null;
      }
    }
    return leases.computeIfAbsent(key, _ -> new Lease(now));
  }

  private boolean decidedHere(Lease lease, Demand demand) {
    long now = demand.nanoTime();
    if (lease.spend(demand.cost(0), now)) {
      long left = lease.get();
      demand.tell(0, lease.leftForAll + left, lease.resetIn);
      if (left < batch / 2) {
        more(lease, demand);
      }
      return true;
    }
    long wait = lease.refusedUntil - now;
    if (wait > 0) {
      demand.refuse(0, wait);
      demand.tell(0, 0, wait);
      return true;
    }
    return false;
  }

  private CompletionStage<Demand> waiting(Lease lease, Demand demand, int tries) {
    if (tries == 0) {
      return exactly(demand);
    }
    return more(lease, demand)
        .thenCompose(
            known -> {
              if (!known) {
                return CompletableFuture.completedStage(shared.gone(demand));
              }
              return decidedHere(lease, demand)
                  ? CompletableFuture.completedStage(demand)
                  : waiting(lease, demand, tries - 1);
            });
  }

  private CompletionStage<Demand> exactly(Demand demand) {
    CompletionStage<Demand> later = shared.take(demand);
    return later == null ? CompletableFuture.completedStage(demand) : later;
  }

  /** Gets the next share, unless somebody is about to; whether Redis has answered. */
  private CompletableFuture<Boolean> more(Lease lease, Demand demand) {
    CompletableFuture<Boolean> mine = new CompletableFuture<>();
    CompletableFuture<Boolean> running = lease.next.compareAndExchange(null, mine);
    if (running != null) {
      return running;
    }
    long now = demand.nanoTime();
    if (now - lease.until >= 0) {
      lease.set(0);
    }
    long wanted = Math.max(batch, demand.cost(0)) - lease.get();
    shared
        .lease(demand, Math.max(1, wanted))
        .whenComplete(
            (share, failure) -> {
              if (failure == null) {
                lease.leftForAll = share.left();
                lease.resetIn = share.resetNanos();
                if (share.granted() > 0) {
                  lease.addAndGet(share.granted());
                  lease.until = now + leaseNanos;
                } else if (lease.get() < demand.cost(0)) {
                  lease.refusedUntil = now + share.waitNanos();
                }
              }
              lease.next.set(null);
              mine.complete(failure == null);
            });
    return mine;
  }

  @Override
  public void charge(Demand demand, int index, long more) {
    shared.charge(demand, index, more);
  }

  /** Nobody waits for a turn here: settings with a queue are refused. */
  @Override
  public void giveUp(Demand demand) {}
}
