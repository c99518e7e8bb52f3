package dev.yumen.dataplane.overload;

import dev.yumen.api.Consumer;
import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Priority;
import dev.yumen.config.OverloadConfig;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.OverloadMetrics;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns requests away while the gateway has more to do than it bears: those of low priority over
 * the first third of the pressure, normal ones over the second, high ones over the last, critical
 * ones never.
 */
public final class Overload implements AutoCloseable {
  private static final int LONGEST_RETRY_AFTER = 10;

  private final List<Loop> loops;
  private final OverloadMetrics metrics;
  private final Supplier<? extends DoubleSupplier> cpu;
  private final LongSupplier nanoClock;
  private final ShedLog log;
  private final Places places;
  private volatile double pressure;
  private @Nullable OverloadConfig settings; // guarded by this
  private @Nullable Watch watch; // guarded by this

  /**
   * @param cpu gives what measures the share of the processors, from when on it is asked for
   */
  public Overload(
      List<Loop> loops,
      OverloadMetrics metrics,
      Supplier<? extends DoubleSupplier> cpu,
      LongSupplier nanoClock) {
    this.loops = loops;
    this.metrics = metrics;
    this.cpu = cpu;
    this.nanoClock = nanoClock;
    this.places = new Places(nanoClock, ThreadLocalRandom.current().nextLong());
    this.log = new ShedLog(metrics, nanoClock);
  }

  /**
   * Takes over the settings of a configuration that goes live. The pressure stays as it is, unless
   * there are none any more. Any thread but an event loop.
   */
  public synchronized void configure(@Nullable OverloadConfig wanted) {
    if (Objects.equals(wanted, settings)) {
      return;
    }
    stopWatching();
    settings = wanted;
    if (wanted == null) {
      pressure = 0;
      metrics.measured(null);
      log.pressure(0, "");
      return;
    }
    Watched watched = new Watched(wanted, pressure, metrics, log);
    DoubleSupplier share = wanted.cpu() == null ? () -> 0 : cpu.get();
    Watch started =
        new Watch(
            wanted,
            loops,
            share,
            nanoClock,
            (load, seconds) -> pressure = watched.take(load, seconds));
    started.start();
    watch = started;
  }

  private void stopWatching() {
    Watch old = watch;
    watch = null;
    if (old != null) {
      old.close();
    }
  }

  /** How hard the gateway is pressed, 0 to 1. */
  public double pressure() {
    return pressure;
  }

  /** Why a request that is about to be forwarded is turned away; null when it is not. */
  public @Nullable Failure refusal(Exchange exchange) {
    double now = pressure;
    if (now == 0) {
      return null;
    }
    Priority priority = exchange.priority();
    double share = Pressure.share(now, priority);
    if (share == 0 || places.of(client(exchange)) >= share) {
      return null;
    }
    metrics.shed(priority);
    String level = priority.name().toLowerCase(Locale.ROOT);
    return Failure.of(
            FailureCode.OVERLOADED,
            "load is shed (overload): priority %s, pressure %.2f".formatted(level, now))
        .header("Retry-After", Integer.toString(retryAfter(now)));
  }

  private static int client(Exchange exchange) {
    Consumer consumer = exchange.consumer();
    return consumer == null ? exchange.clientAddress().hashCode() : consumer.name().hashCode();
  }

  /** Seconds, drawn so that not all come back at once, and later ones the harder it is pressed. */
  private static int retryAfter(double pressure) {
    int longest = (int) Math.ceil(LONGEST_RETRY_AFTER * pressure);
    return 1 + ThreadLocalRandom.current().nextInt(Math.max(1, longest));
  }

  /** Stops measuring; nothing is turned away any more. */
  @Override
  public void close() {
    configure(null);
  }
}
