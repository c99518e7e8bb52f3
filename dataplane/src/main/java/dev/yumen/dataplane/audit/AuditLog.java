package dev.yumen.dataplane.audit;

import dev.yumen.api.Consumer;
import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.file.RotatingFile;
import dev.yumen.config.AuditConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.observe.AuditMetrics;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The audit log of a gateway, if its configuration wants one. Who has something to tell puts it
 * into a bounded queue and goes on; one thread writes ({@link AuditWriter}). The queue outlives
 * reloads, so nothing is lost between one writer and the next.
 */
public final class AuditLog implements AuditTrail, AutoCloseable {
  private static final int QUEUE_EVENTS = 1 << 14;

  private final AuditMetrics metrics;
  private final InstantSource clock;
  private final LongSupplier nanoClock;
  private final MpscAtomicArrayQueue<AuditEvent> queue = new MpscAtomicArrayQueue<>(QUEUE_EVENTS);
  private final AtomicLong overflow = new AtomicLong();

  private @Nullable Kept kept; // guarded by this
  private volatile @Nullable AuditWriter writer;
  private volatile Set<FailureCode> denied = Set.of();

  /** What a writer was made of. */
  private record Kept(AuditConfig settings, Path path) {}

  public AuditLog(AuditMetrics metrics, InstantSource clock, LongSupplier nanoClock) {
    this.metrics = metrics;
    this.clock = clock;
    this.nanoClock = nanoClock;
  }

  /** Why the log can not be written, as far as that shows without a try; empty when it can. */
  public static List<Problem> problems(LoadedConfig loaded) {
    GatewayConfig config = loaded.config();
    AuditConfig settings = config == null ? null : config.audit();
    String obstacle =
        settings == null ? null : RotatingFile.obstacle(loaded.folder().resolve(settings.path()));
    if (settings == null || obstacle == null) {
      return List.of();
    }
    String where = "audit.path";
    String message =
        "\"%s\" (expected: a file that can be written: %s)".formatted(settings.path(), obstacle);
    return List.of(
        new Problem(Problem.Severity.ERROR, loaded.positions().nearest(where), where, message));
  }

  /**
   * Begins, goes on elsewhere or otherwise, or ends.
   *
   * @param folder that the file's name counts from
   */
  public synchronized void configure(@Nullable AuditConfig settings, Path folder) {
    Kept wanted =
        settings == null
            ? null
            : new Kept(settings, folder.resolve(settings.path()).toAbsolutePath().normalize());
    Kept before = kept;
    if (wanted == null ? before == null : wanted.equals(before)) {
      return;
    }
    AuditWriter old = writer;
    if (old != null && before != null) {
      boolean moves = wanted == null || !wanted.path().equals(before.path());
      writer = wanted == null ? null : old;
      old.close(moves ? new AuditEvent.Act("ended", Map.of("why", "configuration")) : null);
    }
    kept = wanted;
    denied = wanted == null ? Set.of() : codes(wanted.settings());
    if (wanted != null) {
      writer = writer(wanted).start(old);
    }
  }

  @Override
  public void record(String kind, Map<String, ?> what) {
    offer(new AuditEvent.Act(kind, what));
  }

  /** A request was refused. Never waits. */
  public void denied(Exchange exchange, Failure why) {
    if (!denied.contains(why.code())) {
      return;
    }
    Consumer consumer = exchange.consumer();
    Denials.Denial denial =
        new Denials.Denial(
            why.code(),
            exchange.routeId(),
            exchange.clientAddress().getHostAddress(),
            consumer == null ? null : consumer.name(),
            exchange.request().method(),
            exchange.request().path());
    offer(new AuditEvent.Refused(denial, why.detail(), exchange.traceId(), clock.instant()));
  }

  /** Writes what waits. */
  @Override
  public synchronized void close() {
    AuditWriter open = writer;
    if (open != null) {
      open.close(null);
    }
    writer = null;
    kept = null;
    denied = Set.of();
  }

  private AuditWriter writer(Kept wanted) {
    AuditConfig settings = wanted.settings();
    AuditFile file =
        new AuditFile(
            wanted.path(),
            settings.maxSize().bytes(),
            settings.maxFiles(),
            Seal.of(settings.key()),
            clock,
            nanoClock);
    return new AuditWriter(file, queue, overflow, metrics, nanoClock, settings.sync());
  }

  private void offer(AuditEvent event) {
    AuditWriter open = writer;
    if (open == null) {
      return;
    }
    if (!queue.offer(event)) {
      overflow.incrementAndGet();
    }
    open.wake();
  }

  private static Set<FailureCode> codes(AuditConfig settings) {
    Set<FailureCode> codes = EnumSet.noneOf(FailureCode.class);
    codes.addAll(settings.denied());
    return codes;
  }
}
