package dev.yumen.dataplane.observe;

import dev.yumen.api.RedisFailure.Reason;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** How calls to Redis go. Written by whoever makes them, on any thread. */
public final class RedisMetrics {

  /** One Redis by its name; it stays when the configuration drops it. */
  public static final class Of {
    private final Map<Reason, LongAdder> failed = new EnumMap<>(Reason.class);
    private final LongAdder answered = new LongAdder();
    private final AtomicLongArray durations = new AtomicLongArray(Durations.bounds().length);
    private final LongAdder nanos = new LongAdder();
    private volatile boolean up;

    private Of() {
      for (Reason reason : Reason.values()) {
        failed.put(reason, new LongAdder());
      }
    }

    /** A call ended without an answer of use. */
    public void failed(Reason reason) {
      LongAdder count = failed.get(reason);
      if (count != null) {
        count.increment();
      }
    }

    /**
     * A call was answered.
     *
     * @param took from the call to the answer, in nanoseconds
     */
    public void answered(long took) {
      answered.increment();
      durations.incrementAndGet(Durations.bucket(took));
      nanos.add(took);
    }

    /** Whether there is a connection. */
    public void up(boolean now) {
      up = now;
    }
  }

  private final Map<String, Of> byName = new ConcurrentHashMap<>();

  /** The counts of the Redis of this name. */
  public Of of(String name) {
    return byName.computeIfAbsent(name, _ -> new Of());
  }

  void collect(Collected to) {
    byName.forEach(
        (name, of) -> {
          to.gauge(Family.REDIS_UP, of.up ? 1 : 0, name);
          to.counter(Family.REDIS_CALLS, of.answered.sum(), name, "ok");
          of.failed.forEach(
              (reason, count) ->
                  to.counter(
                      Family.REDIS_CALLS,
                      count.sum(),
                      name,
                      reason.name().toLowerCase(Locale.ROOT)));
          long[] counts = new long[of.durations.length()];
          for (int i = 0; i < counts.length; i++) {
            counts[i] = of.durations.get(i);
          }
          to.histogram(Family.REDIS_DURATION, counts, of.nanos.sum() / 1e9, name);
        });
  }
}
