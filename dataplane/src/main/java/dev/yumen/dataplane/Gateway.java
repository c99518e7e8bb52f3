package dev.yumen.dataplane;

import dev.yumen.api.InvalidValue;
import dev.yumen.config.AdminConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.SourceConfig;
import dev.yumen.dataplane.admin.AdminHandler;
import dev.yumen.dataplane.audit.AuditLog;
import dev.yumen.dataplane.audit.AuditTrail;
import dev.yumen.dataplane.audit.CertificateChanges;
import dev.yumen.dataplane.canary.CanaryTraffic;
import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.exchange.BuiltInEndpoints;
import dev.yumen.dataplane.exchange.ExchangeAcceptor;
import dev.yumen.dataplane.exchange.Explainer;
import dev.yumen.dataplane.exchange.FailureLog;
import dev.yumen.dataplane.exchange.FailureResponses;
import dev.yumen.dataplane.exchange.UpstreamsPage;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.listener.Port;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.CertificateExpiry;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.overload.Overload;
import dev.yumen.dataplane.recording.Recording;
import dev.yumen.dataplane.snapshot.FilterSurroundings;
import dev.yumen.dataplane.snapshot.Snapshot;
import dev.yumen.dataplane.snapshot.SnapshotBuilder;
import dev.yumen.dataplane.snapshot.SnapshotHolder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data plane's one door: starts with a configuration, takes others while it runs, and stops
 * without losing a request. Its methods may block and are called from any thread but an event loop.
 */
public final class Gateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final Duration FIRST_LOOK_UP = Duration.ofSeconds(2);
  private static final Duration LAST_RELEASE = Duration.ofSeconds(3);

  private final Engine engine;
  private final FilterSurroundings filters;
  private final SnapshotHolder snapshots;
  private final OwnStatus status;
  private final Overload overload;
  private final AuditLog audit;
  private final Recording recording;
  private final ExchangeAcceptor.Surroundings exchanges;
  private final Ports ports;
  private final Explainer explainer;
  private @Nullable LoadedConfig live;
  private volatile StartSettings started;
  private boolean closed;
  private long number = 1;

  private Gateway(
      Engine engine,
      Snapshot first,
      FilterSurroundings filters,
      Supplier<? extends DoubleSupplier> cpu) {
    this.engine = engine;
    this.filters = filters;
    this.snapshots = new SnapshotHolder(first);
    this.started = StartSettings.of(first.config());
    this.overload =
        new Overload(engine.loops(), engine.metrics().overload(), cpu, System::nanoTime);
    this.audit = new AuditLog(engine.metrics().audit(), filters.clock(), System::nanoTime);
    this.recording = new Recording(engine.loops().size());
    this.status = new OwnStatus(() -> snapshots.current().upstreams());
    BuiltInEndpoints builtIn = new BuiltInEndpoints(status, engine.metrics());
    this.explainer = new Explainer(builtIn, engine.challenges(), filters.clock());
    this.exchanges =
        new ExchangeAcceptor.Surroundings(
            snapshots,
            builtIn,
            overload,
            new FailureResponses(),
            new FailureLog(System::nanoTime),
            audit,
            engine.challenges(),
            recording,
            engine.metrics(),
            filters.clock());
    RejectionReasons.register(engine.metrics());
    this.ports = new Ports(engine, snapshots, exchanges);
  }

  /**
   * Starts with a configuration. Ports are opened only after it was compiled and names were looked
   * up once.
   *
   * @param loaded without errors
   * @throws StartFailure if it can not be compiled or a port can not be had; nothing is left open
   */
  public static Gateway start(LoadedConfig loaded, GatewaySurroundings around) throws StartFailure {
    List<Problem> unwritable = AuditLog.problems(loaded);
    if (!unwritable.isEmpty()) {
      throw new StartFailure(unwritable);
    }
    GatewayConfig config = Objects.requireNonNull(loaded.config(), "a configuration with errors");
    Engine engine = Engine.start(config, System::nanoTime);
    FilterSurroundings filters =
        engine.filterSurroundings(
            around.clock(), around.nanoClock(), around.redis(), around.canaries());
    SnapshotBuilder.Built built =
        new SnapshotBuilder(
                loaded, config, filters, engine.upstreamSurroundings(config, around.clock()))
            .build(1, null);
    Snapshot first = built.snapshot();
    if (first == null) {
      engine.stop();
      throw new StartFailure(built.problems());
    }
    built.problems().forEach(problem -> LOG.warn("{}", problem));
    engine.awaitNames(FIRST_LOOK_UP);
    first.awaitRedis(FIRST_LOOK_UP);
    engine.metrics().certificates(first.expiries());
    Gateway gateway = new Gateway(engine, first, filters, around.cpu());
    gateway.overload.configure(config.overload());
    gateway.recording.configure(config.recording());
    try {
      gateway.ports.openManagement(config);
      gateway.ports.open(config).keep();
    } catch (IOException e) {
      gateway.close();
      throw new StartFailure(String.valueOf(e.getMessage()));
    }
    gateway.audit.configure(config.audit(), loaded.folder());
    gateway.audit.record(
        "start", Map.of("version", ProgramVersion.text(), "config", loaded.hash()));
    gateway.live = loaded.withoutWritten();
    gateway.status.ready(true);
    return gateway;
  }

  /**
   * Says which number the configuration that it was started with has in the history. Those that
   * follow are numbered from there; {@code X-Config-Version} and the access log tell it.
   */
  public synchronized void numbered(long first) {
    number = first;
    snapshots.current().numbered(first);
  }

  /** Says which source is followed, as it need not be that of what was started with. */
  public void following(@Nullable SourceConfig source) {
    started = started.following(source);
  }

  /** What was read at start and stays as it is. */
  public StartSettings startSettings() {
    return started;
  }

  /**
   * Says what would become of a request now, without sending or counting it. Takes time that grows
   * with the number of routes.
   *
   * @throws InvalidValue when it names a listener that there is not
   */
  public Explanation explain(ExplainRequest request) {
    return explain(request, Explainer.MOST_CANDIDATES);
  }

  /**
   * The same with fewer candidates.
   *
   * @param most candidates that are told of; 0 is faster by far where there are many routes, and
   *     then it is not told where settings stand
   */
  public Explanation explain(ExplainRequest request, int most) {
    Loop loop = engine.loops().getFirst();
    CompletableFuture<Snapshot> pinned = new CompletableFuture<>();
    loop.eventLoop()
        .execute(
            () -> {
              Snapshot current = snapshots.current();
              current.enter(loop);
              pinned.complete(current);
            });
    Snapshot snapshot = pinned.join();
    try {
      return explainer.explain(snapshot, request, most);
    } finally {
      loop.eventLoop().execute(() -> snapshot.leave(loop));
    }
  }

  /**
   * Makes another configuration live: all of it, or nothing.
   *
   * @return everything that was found; with an ERROR among it, the old configuration goes on
   * @throws IllegalStateException when the gateway is closed
   */
  public List<Problem> apply(LoadedConfig loaded) {
    try (PreparedConfig prepared = prepare(loaded)) {
      return prepared.publish();
    }
  }

  /**
   * Compiles another configuration and takes what it needs, without making it live. Traffic does
   * not notice.
   *
   * @throws IllegalStateException when the gateway is closed
   */
  public synchronized PreparedConfig prepare(LoadedConfig loaded) {
    if (closed) {
      throw new IllegalStateException("the gateway is closed");
    }
    GatewayConfig config = loaded.config();
    if (config == null) {
      return PreparedConfig.refused(loaded.problems());
    }
    Snapshot old = snapshots.current();
    List<Problem> unwritable = AuditLog.problems(loaded);
    if (!unwritable.isEmpty() && !Objects.equals(old.config().audit(), config.audit())) {
      return PreparedConfig.refused(unwritable);
    }
    SnapshotBuilder.Built built =
        new SnapshotBuilder(
                loaded, config, filters, engine.upstreamSurroundings(config, exchanges.clock()))
            .build(number + 1, old);
    Snapshot next = built.snapshot();
    return next == null
        ? PreparedConfig.refused(built.problems())
        : new Compiled(loaded, config, old, next, built.problems());
  }

  /** Compiled, and what it needs is held for it. */
  private final class Compiled implements PreparedConfig {
    private final LoadedConfig loaded;
    private final GatewayConfig config;
    private final Snapshot old;
    private final List<Problem> problems;

    /** Null when somebody else holds it: it is live, or was let go of. */
    private @Nullable Snapshot next;

    Compiled(
        LoadedConfig loaded,
        GatewayConfig config,
        Snapshot old,
        Snapshot next,
        List<Problem> problems) {
      this.loaded = loaded;
      this.config = config;
      this.old = old;
      this.next = next;
      this.problems = List.copyOf(problems);
    }

    @Override
    public List<Problem> problems() {
      return problems;
    }

    @Override
    public List<Problem> publish() {
      synchronized (Gateway.this) {
        Snapshot snapshot = next;
        if (closed || snapshot == null || snapshots.current() != old) {
          throw new IllegalStateException(closed ? "the gateway is closed" : "it is too late");
        }
        snapshot.awaitRedis(FIRST_LOOK_UP);
        Ports.Opened opened;
        try {
          opened = ports.open(config);
        } catch (IOException e) {
          String why = String.valueOf(e.getMessage());
          return with(List.of(new Problem(Problem.Severity.ERROR, null, "listeners", why)));
        }
        next = null;
        replace(snapshot, opened);
        return with(started.warnings(loaded));
      }
    }

    private void replace(Snapshot snapshot, Ports.Opened opened) {
      number++;
      engine.metrics().configure(config.metrics());
      overload.configure(config.overload());
      recording.configure(config.recording());
      audit.configure(config.audit(), loaded.folder());
      snapshots.replace(snapshot, engine.loops());
      engine.metrics().certificates(snapshot.expiries());
      ports.retireAllBut(config);
      opened.keep();
      CertificateChanges.tell(live, loaded, audit);
      live = loaded.withoutWritten();
    }

    private List<Problem> with(List<Problem> more) {
      List<Problem> all = new ArrayList<>(problems);
      all.addAll(more);
      return all;
    }

    @Override
    public void close() {
      synchronized (Gateway.this) {
        if (next != null) {
          next.releaseUnused();
          next = null;
        }
      }
    }
  }

  /** Where listeners are bound, by name, {@code management} among them. */
  public synchronized Map<String, InetSocketAddress> addresses() {
    return ports.addresses();
  }

  /**
   * Opens the port for administration, where there is to be one. One that nobody asked for by name
   * may be missing, as another gateway of this machine may have it.
   *
   * @param handler answers what comes there
   * @throws StartFailure if a port that was asked for can not be had
   */
  public synchronized void openAdmin(AdminHandler handler) throws StartFailure {
    AdminConfig settings = config().admin();
    if (!settings.enabled() || closed) {
      return;
    }
    try {
      ports.openAdmin(settings.address(), handler, audit);
    } catch (IOException e) {
      if (Objects.requireNonNull(live).positions().get("admin.address") != null) {
        throw new StartFailure(String.valueOf(e.getMessage()));
      }
      LOG.warn("there is no admin API: {}; admin.address names another port", e.getMessage());
    }
  }

  /** What takes note of acts of administration. */
  public AuditTrail audit() {
    return audit;
  }

  /** The newest requests, where they are kept. */
  public Recording recording() {
    return recording;
  }

  public Metrics metrics() {
    return engine.metrics();
  }

  /** What listeners answer to authorities that make sure that a domain leads here. */
  public PendingChallenges challenges() {
    return engine.challenges();
  }

  /** The configuration that is live. */
  public GatewayConfig config() {
    return snapshots.current().config();
  }

  /** The same, with where each setting stands. */
  public synchronized LoadedConfig live() {
    return Objects.requireNonNull(live);
  }

  /** How the services of the live configuration and their endpoints fare: a JSON object by name. */
  public String upstreamsJson() {
    return UpstreamsPage.of(snapshots.current().upstreams());
  }

  /**
   * Whether the event loops come to what they are asked.
   *
   * @param most how long they are waited for
   */
  public List<LoopAnswer> askLoops(Duration most) throws InterruptedException {
    return LoopAnswer.of(engine.loops(), most);
  }

  /** The canaries of the live configuration by their routes. */
  public Map<String, CanaryTraffic> canaries() {
    return snapshots.current().canaries();
  }

  /** When the certificates expire that are in use. */
  public List<CertificateExpiry> certificates() {
    return snapshots.current().expiries();
  }

  /** Pieces of state held by live configurations, for leak checks. */
  public int heldStates() {
    return engine.heldStates();
  }

  /** What {@code /ready} says about the last reload: a JSON object. */
  public void describeReloads(Supplier<String> json) {
    status.reloads(json);
  }

  /**
   * Stops without losing a request: {@code /ready} says 503 for {@code shutdown.notice}, then no
   * more connections are taken, and what is in flight has {@code shutdown.drain} to end. The
   * gateway is closed when this completes.
   *
   * @return whether everything ended in time
   */
  public CompletableFuture<Boolean> drain() {
    status.ready(false);
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("drain")
        .start(
            () -> {
              try {
                done.complete(drainNow());
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            });
    return done;
  }

  private boolean drainNow() {
    var settings = config().shutdown();
    LockSupport.parkNanos(settings.notice().toNanos());
    List<Port> all;
    synchronized (this) {
      all = ports.ofListeners();
    }
    all.forEach(Port::stopAccepting);
    all.forEach(Port::drain);
    long until = System.nanoTime() + settings.drain().toNanos();
    while (connections(all) > 0 && System.nanoTime() < until) {
      LockSupport.parkNanos(10_000_000);
    }
    int left = connections(all);
    if (left > 0) {
      LOG.warn("connections cut at the end of shutdown.drain: {}", left);
    }
    close();
    return left == 0;
  }

  private static int connections(List<Port> all) {
    return all.stream().mapToInt(Port::connections).sum();
  }

  /** Stops at once; what is in flight is cut. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    status.ready(false);
    ports.close();
    overload.close();
    snapshots.retireCurrent(engine.loops(), LAST_RELEASE);
    audit.record("stop", Map.of("version", ProgramVersion.text()));
    audit.close();
    engine.stop();
  }
}
