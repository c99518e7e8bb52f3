package dev.yumen.control.canary;

import dev.yumen.api.Canary.Stage;
import dev.yumen.control.canary.Decision.Kind;
import dev.yumen.dataplane.audit.AuditTrail;
import dev.yumen.dataplane.canary.CanaryDesk;
import dev.yumen.dataplane.canary.CanaryTraffic;
import dev.yumen.dataplane.observe.CanaryMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The canaries of a gateway: looks at those that are live once a second, on a virtual thread, and
 * keeps on disk how far they have come. Thread-safe.
 */
public final class Rollouts implements CanaryDesk, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rollouts.class);
  private static final Duration BETWEEN_FILES = Duration.ofSeconds(10);
  private static final Duration LAST_LOOK = Duration.ofSeconds(5);

  private final RolloutFiles files;
  private final InstantSource clock;
  private final Map<CanaryTraffic, Rollout> open = new ConcurrentHashMap<>();
  private final Semaphore wake = new Semaphore(0);
  private volatile @Nullable Surroundings around;
  private volatile @Nullable Thread thread;
  private volatile boolean closed;
  private Instant written = Instant.EPOCH;

  /**
   * What there is once the gateway runs.
   *
   * @param live the canaries of the live configuration, by their routes
   */
  public record Surroundings(
      Supplier<Map<String, CanaryTraffic>> live, AuditTrail audit, CanaryMetrics metrics) {}

  /**
   * @param folder where is kept how far they have come
   */
  public Rollouts(Path folder, InstantSource clock) {
    this.files = new RolloutFiles(folder);
    this.clock = clock;
  }

  @Override
  public Runnable opened(CanaryTraffic traffic) {
    open.put(traffic, rollout(traffic));
    return () -> open.remove(traffic);
  }

  private Rollout rollout(CanaryTraffic traffic) {
    Progress known = files.read(traffic.route(), traffic.rules());
    try {
      return new Rollout(traffic, clock.instant(), known);
    } catch (RuntimeException e) {
      LOG.error("the canary of {} begins anew: {}", traffic.route(), e.toString());
      return new Rollout(traffic, clock.instant(), null);
    }
  }

  /** Begins to look at them by itself. */
  public void start(Surroundings surroundings) {
    attach(surroundings);
    thread = Thread.ofVirtual().name("canaries").start(this::run);
  }

  /** The same without looking: somebody else calls {@link #look}. */
  void attach(Surroundings surroundings) {
    around = surroundings;
  }

  private void run() {
    try {
      while (!closed) {
        if (!wake.tryAcquire(1, TimeUnit.SECONDS)) {
          look();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks at every live canary once. */
  void look() {
    Instant now = clock.instant();
    boolean time = Duration.between(written, now).abs().compareTo(BETWEEN_FILES) >= 0;
    Map<String, Double> weights = new LinkedHashMap<>();
    for (Rollout each : live()) {
      String route = each.traffic().route();
      try {
        Decision decision = each.look(now);
        if (decision != null) {
          tell(route, decision, "");
        }
        if (decision != null || time) {
          keep(each);
        }
      } catch (RuntimeException e) {
        LOG.error("the canary of {} could not be looked at", route, e); // a bug; go on
      }
      weights.put(route, each.traffic().weight());
    }
    written = time ? now : written;
    Surroundings known = around;
    if (known != null) {
      known.metrics().weights(weights);
    }
  }

  private void keep(Rollout rollout) {
    synchronized (rollout) {
      Progress progress = rollout.changedProgress();
      if (progress != null) {
        files.write(rollout.traffic().route(), progress);
      }
    }
  }

  private List<Rollout> live() {
    Surroundings known = around;
    if (known == null) {
      return List.of();
    }
    List<Rollout> live = new ArrayList<>();
    new TreeMap<>(known.live().get())
        .forEach(
            (_, traffic) -> {
              Rollout rollout = open.get(traffic);
              if (rollout != null) {
                live.add(rollout);
              }
            });
    return live;
  }

  private @Nullable Rollout of(String route) {
    return live().stream()
        .filter(each -> each.traffic().route().equals(route))
        .findFirst()
        .orElse(null);
  }

  /** The live ones, by their routes. */
  public List<Standing> standings() {
    return live().stream().map(Rollout::standing).toList();
  }

  /** The canary of a route; null when it has none. */
  public @Nullable Standing standing(String route) {
    Rollout rollout = of(route);
    return rollout == null ? null : rollout.standing();
  }

  /** What came of a command. */
  public sealed interface Outcome {
    /** It was done, and is on the disk unless the log says otherwise. */
    record Done(Standing now) implements Outcome {}

    /** It does not fit the stage. */
    record Unfit(Stage stage) implements Outcome {}

    /** The route has no canary. */
    record Missing() implements Outcome {}
  }

  /**
   * Does what somebody says.
   *
   * @param kind pause, resume, promote, rollback or restart
   * @param by who says so
   */
  public Outcome command(String route, Kind kind, String by) {
    Rollout rollout = of(route);
    if (rollout == null) {
      return new Outcome.Missing();
    }
    Decision decision = rollout.command(clock.instant(), kind, by);
    if (decision == null) {
      return new Outcome.Unfit(rollout.standing().stage());
    }
    keep(rollout);
    tell(route, decision, by);
    return new Outcome.Done(rollout.standing());
  }

  private void tell(String route, Decision decision, String by) {
    String why = Texts.in("en").of(decision.reason());
    LOG.info(
        "canary of {}: {}, {} % to the candidate: {}",
        route, decision.kind().text(), Texts.number(decision.weight()), why);
    Surroundings known = around;
    if (known == null) {
      return;
    }
    known.metrics().decided(route, decision.kind().text());
    Map<String, Object> what = new LinkedHashMap<>();
    what.put("route", route);
    what.put("decision", decision.kind().text());
    what.put("by", by.isEmpty() ? "canary" : by);
    what.put("weight", Texts.number(decision.weight()));
    what.put("why", why);
    known.audit().record("canary", what);
  }

  /**
   * Stops looking, and keeps how far the live ones have come. To be called before the gateway's.
   */
  @Override
  public void close() {
    closed = true;
    wake.release();
    Thread running = thread;
    try {
      if (running != null && !running.join(LAST_LOOK)) {
        LOG.warn("a canary is still being looked at");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    live().forEach(this::keep);
  }
}
