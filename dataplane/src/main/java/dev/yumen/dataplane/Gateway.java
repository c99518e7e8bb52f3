package dev.yumen.dataplane;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LimitsConfig;
import dev.yumen.config.ListenerConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.audit.AuditLog;
import dev.yumen.dataplane.audit.AuditTrail;
import dev.yumen.dataplane.audit.CertificateChanges;
import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.exchange.BuiltInEndpoints;
import dev.yumen.dataplane.exchange.ExchangeAcceptor;
import dev.yumen.dataplane.exchange.FailureLog;
import dev.yumen.dataplane.exchange.FailureResponses;
import dev.yumen.dataplane.exchange.ManagementAcceptor;
import dev.yumen.dataplane.http1.WireError;
import dev.yumen.dataplane.http3.Http3Port;
import dev.yumen.dataplane.listener.Listener;
import dev.yumen.dataplane.listener.Port;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.overload.CpuShare;
import dev.yumen.dataplane.overload.Overload;
import dev.yumen.dataplane.proxyprotocol.HeaderRefusal;
import dev.yumen.dataplane.redis.RedisOpener;
import dev.yumen.dataplane.routing.TargetError;
import dev.yumen.dataplane.server.RequestAcceptor;
import dev.yumen.dataplane.snapshot.FilterSurroundings;
import dev.yumen.dataplane.snapshot.Snapshot;
import dev.yumen.dataplane.snapshot.SnapshotBuilder;
import dev.yumen.dataplane.snapshot.SnapshotHolder;
import dev.yumen.dataplane.tcp.TcpPlan;
import dev.yumen.dataplane.tcp.TcpRefusal;
import dev.yumen.dataplane.tls.TlsRefusal;
import dev.yumen.dataplane.udp.UdpListener;
import dev.yumen.dataplane.udp.UdpRefusal;
import dev.yumen.dataplane.upstream.Upstream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
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
  private static final String MANAGEMENT = "management";
  private static final List<ListenerConfig.Protocol> ONLY_HTTP1 =
      List.of(ListenerConfig.Protocol.HTTP1);
  private static final Duration FIRST_LOOK_UP = Duration.ofSeconds(2);
  private static final Duration LAST_RELEASE = Duration.ofSeconds(3);

  private static final List<String> OTHER_REASONS =
      List.of(
          "ambiguous_path",
          "body_timeout",
          "body_too_large",
          "body_too_slow",
          "header_timeout",
          "http2_flood",
          "http2_malformed",
          "http2_ping_timeout",
          "http2_protocol_error",
          "http2_too_many_streams",
          "http3_flood",
          "http3_malformed",
          "http3_protocol_error",
          "http3_too_many_streams",
          "slow_reader",
          "too_many_connections",
          "too_many_connections_of_client",
          "truncated_head",
          "tunnel_idle",
          "tunnel_lifetime");

  private final Engine engine;
  private final FilterSurroundings filters;
  private final SnapshotHolder snapshots;
  private final FailureResponses failures = new FailureResponses();
  private final BuiltInEndpoints builtIn;
  private final Overload overload;
  private final AuditLog audit;
  private final ExchangeAcceptor.Surroundings exchanges;
  private final Listener.Surroundings listening;
  private final UdpListener.Surroundings datagrams;
  private final Map<String, Port> listeners = new LinkedHashMap<>();

  /** By the name of their listener; those that were taken away too, until they are replaced. */
  private final Map<String, Http3Port> http3 = new LinkedHashMap<>();

  private @Nullable Listener management;
  private @Nullable LoadedConfig live;
  private volatile Supplier<String> reloads = () -> "{}";
  private volatile boolean ready;
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
    this.builtIn = new BuiltInEndpoints(new OwnStatus(), engine.metrics());
    this.overload =
        new Overload(engine.loops(), engine.metrics().overload(), cpu, System::nanoTime);
    this.audit = new AuditLog(engine.metrics().audit(), filters.clock(), System::nanoTime);
    this.exchanges =
        new ExchangeAcceptor.Surroundings(
            snapshots,
            builtIn,
            overload,
            failures,
            new FailureLog(System::nanoTime),
            audit,
            engine.challenges(),
            engine.metrics(),
            filters.clock());
    registerReasons(engine.metrics());
    this.listening =
        new Listener.Surroundings(
            engine.serverBootstrap(), engine::loopOf, engine.metrics(), new AtomicInteger());
    this.datagrams =
        new UdpListener.Surroundings(engine.datagramBootstrap(), engine::loopOf, engine.metrics());
  }

  /** A counter that is there from the start, at 0, can be alerted on. */
  private static void registerReasons(Metrics metrics) {
    for (WireError error : WireError.values()) {
      metrics.rejectionSlot(error.label());
    }
    for (TargetError error : TargetError.values()) {
      metrics.rejectionSlot(error.name().toLowerCase(Locale.ROOT));
    }
    for (TlsRefusal refusal : TlsRefusal.values()) {
      metrics.rejectionSlot(refusal.label());
    }
    for (HeaderRefusal refusal : HeaderRefusal.values()) {
      metrics.rejectionSlot(refusal.label());
    }
    for (TcpRefusal refusal : TcpRefusal.values()) {
      metrics.rejectionSlot(refusal.label());
    }
    for (UdpRefusal refusal : UdpRefusal.values()) {
      metrics.rejectionSlot(refusal.label());
    }
    OTHER_REASONS.forEach(metrics::rejectionSlot);
  }

  /**
   * Starts with a configuration. Ports are opened only after it was compiled and names were looked
   * up once.
   *
   * @param loaded without errors
   * @throws StartFailure if it can not be compiled or a port can not be had; nothing is left open
   */
  public static Gateway start(LoadedConfig loaded) throws StartFailure {
    return start(loaded, RedisOpener.NONE);
  }

  /**
   * The same, with what opens connections to Redis; without, no Redis is ever available.
   *
   * @throws StartFailure if it can not be compiled or a port can not be had; nothing is left open
   */
  public static Gateway start(LoadedConfig loaded, RedisOpener redis) throws StartFailure {
    return start(loaded, redis, () -> CpuShare.ofProcess(System::nanoTime));
  }

  /**
   * The same with another measure of the share of the processors, for tests.
   *
   * @param cpu gives it, each time that measuring begins
   * @throws StartFailure if it can not be compiled or a port can not be had; nothing is left open
   */
  public static Gateway start(
      LoadedConfig loaded, RedisOpener redis, Supplier<? extends DoubleSupplier> cpu)
      throws StartFailure {
    return start(loaded, InstantSource.system(), System::nanoTime, redis, cpu);
  }

  /**
   * The same with another clock for filters and for conditions on the time; the filters' monotonic
   * time follows it too. For tests. Time-outs of connections stay with the process's own clock.
   */
  public static Gateway start(LoadedConfig loaded, InstantSource clock) throws StartFailure {
    return start(loaded, clock, RedisOpener.NONE);
  }

  /**
   * The same, with what opens connections to Redis.
   *
   * @throws StartFailure if it can not be compiled or a port can not be had; nothing is left open
   */
  public static Gateway start(LoadedConfig loaded, InstantSource clock, RedisOpener redis)
      throws StartFailure {
    Instant origin = clock.instant();
    return start(
        loaded,
        clock,
        () -> Duration.between(origin, clock.instant()).toNanos(),
        redis,
        () -> CpuShare.ofProcess(System::nanoTime));
  }

  private static Gateway start(
      LoadedConfig loaded,
      InstantSource clock,
      LongSupplier nanoClock,
      RedisOpener redis,
      Supplier<? extends DoubleSupplier> cpu)
      throws StartFailure {
    List<Problem> unwritable = AuditLog.problems(loaded);
    if (!unwritable.isEmpty()) {
      throw new StartFailure(unwritable);
    }
    GatewayConfig config = Objects.requireNonNull(loaded.config(), "a configuration with errors");
    Engine engine = Engine.start(config, System::nanoTime);
    FilterSurroundings filters = engine.filterSurroundings(clock, nanoClock, redis);
    SnapshotBuilder.Built built =
        new SnapshotBuilder(loaded, config, filters, engine.upstreamSurroundings(config, clock))
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
    Gateway gateway = new Gateway(engine, first, filters, cpu);
    gateway.overload.configure(config.overload());
    try {
      gateway.openAll(config);
    } catch (IOException e) {
      gateway.close();
      throw new StartFailure(String.valueOf(e.getMessage()));
    }
    gateway.audit.configure(config.audit(), loaded.folder());
    gateway.audit.record(
        "start", Map.of("version", ProgramVersion.text(), "config", loaded.hash()));
    gateway.live = loaded;
    gateway.ready = true;
    return gateway;
  }

  /**
   * Problems that only compiling finds: filters, expressions, conflicts of routes. Opens nothing.
   */
  public static List<Problem> check(LoadedConfig loaded) {
    GatewayConfig config = loaded.config();
    if (config == null) {
      return loaded.problems();
    }
    Engine engine = Engine.forCheck(config);
    try {
      SnapshotBuilder.Built built =
          new SnapshotBuilder(
                  loaded,
                  config,
                  engine.filterSurroundings(
                      InstantSource.system(), System::nanoTime, RedisOpener.NONE),
                  engine.upstreamSurroundings(config, InstantSource.system()))
              .build(0, null);
      if (built.snapshot() != null) {
        built.snapshot().releaseUnused();
      }
      List<Problem> problems = new ArrayList<>(built.problems());
      problems.addAll(AuditLog.problems(loaded));
      return problems;
    } finally {
      engine.stop();
    }
  }

  private void openAll(GatewayConfig config) throws IOException {
    if (config.management().enabled()) {
      management =
          Listener.open(
              MANAGEMENT,
              new ListenerConfig(config.management().address(), 128, List.of(), ONLY_HTTP1),
              () -> new Listener.Rules(limits(), ONLY_HTTP1, null, null, null),
              new ManagementAcceptor(builtIn, failures),
              listening.apart());
    }
    openNew(config, listeners, http3);
  }

  private Port open(String name, ListenerConfig settings) throws IOException {
    if (settings.udp() != null) {
      return UdpListener.open(
          name, settings.address(), () -> snapshots.current().udp(name), datagrams);
    }
    RequestAcceptor acceptor = new ExchangeAcceptor(name, exchanges, engine.loops());
    return Listener.open(name, settings, () -> rules(name, settings), acceptor, listening);
  }

  /** What is live now; a listener that is about to be closed keeps what it had. */
  private Listener.Rules rules(String name, ListenerConfig opened) {
    Snapshot live = snapshots.current();
    ListenerConfig settings = live.config().listeners().getOrDefault(name, opened);
    TcpPlan plan = live.tcp(name);
    return new Listener.Rules(
        live.config().limits(),
        settings.protocols(),
        live.tls(name),
        settings.proxyProtocol(),
        plan == null ? null : new Listener.Rules.Tcp(plan, live::pin));
  }

  private LimitsConfig limits() {
    return snapshots.current().config().limits();
  }

  /**
   * Makes another configuration live: all of it, or nothing.
   *
   * @return everything that was found; with an ERROR among it, the old configuration goes on
   */
  public synchronized List<Problem> apply(LoadedConfig loaded) {
    GatewayConfig config = loaded.config();
    if (config == null) {
      return loaded.problems();
    }
    Snapshot old = snapshots.current();
    List<Problem> unwritable = AuditLog.problems(loaded);
    if (!unwritable.isEmpty() && !Objects.equals(old.config().audit(), config.audit())) {
      return unwritable;
    }
    SnapshotBuilder.Built built =
        new SnapshotBuilder(
                loaded, config, filters, engine.upstreamSurroundings(config, exchanges.clock()))
            .build(number + 1, old);
    Snapshot next = built.snapshot();
    if (next == null) {
      return built.problems();
    }
    next.awaitRedis(FIRST_LOOK_UP);
    Map<String, Port> opened = new LinkedHashMap<>();
    Map<String, Http3Port> openedHttp3 = new LinkedHashMap<>();
    try {
      openNew(config, opened, openedHttp3);
    } catch (IOException e) {
      opened.values().forEach(Port::retire);
      openedHttp3.values().forEach(Port::retire);
      next.releaseUnused();
      List<Problem> problems = new ArrayList<>(built.problems());
      problems.add(
          new Problem(Problem.Severity.ERROR, null, "listeners", String.valueOf(e.getMessage())));
      return problems;
    }
    List<Problem> problems = new ArrayList<>(built.problems());
    problems.addAll(onlyAtStart(old.config(), config));
    number++;
    engine.metrics().configure(config.metrics());
    overload.configure(config.overload());
    audit.configure(config.audit(), loaded.folder());
    snapshots.replace(next, engine.loops());
    engine.metrics().certificates(next.expiries());
    closeRemoved(config);
    listeners.putAll(opened);
    http3.putAll(openedHttp3);
    CertificateChanges.tell(live, loaded, audit);
    live = loaded;
    return problems;
  }

  /** Settings that changed but take effect with the next start only. */
  private static List<Problem> onlyAtStart(GatewayConfig old, GatewayConfig config) {
    List<Problem> problems = new ArrayList<>();
    if (!old.management().equals(config.management())) {
      problems.add(nextStart("management"));
    }
    if (!old.runtime().equals(config.runtime())) {
      problems.add(nextStart("runtime"));
    }
    return problems;
  }

  private static Problem nextStart(String section) {
    return new Problem(Problem.Severity.WARNING, null, section, "takes effect with the next start");
  }

  private void openNew(
      GatewayConfig config, Map<String, Port> opened, Map<String, Http3Port> openedHttp3)
      throws IOException {
    for (Map.Entry<String, ListenerConfig> entry : config.listeners().entrySet()) {
      String name = entry.getKey();
      ListenerConfig settings = entry.getValue();
      Port port = listeners.get(name);
      if (port == null || !port.is(name, settings)) {
        port = open(name, settings);
        opened.put(name, port);
      }
      if (settings.speaks(ListenerConfig.Protocol.HTTP3) && port instanceof Listener listener) {
        openHttp3(name, settings, listener, openedHttp3);
      }
    }
  }

  private void openHttp3(
      String name, ListenerConfig settings, Listener listener, Map<String, Http3Port> opened)
      throws IOException {
    Http3Port old = http3.get(name);
    if (old != null && old.is(name, settings)) {
      return;
    }
    if (old != null && old.bound().equals(listener.bound())) {
      old.closeAll(); // it was taken away a moment ago, and its last connections are still there
    }
    opened.put(
        name,
        Http3Port.open(
            new Http3Port.Owner(
                name,
                settings.address(),
                () -> rules(name, settings),
                new ExchangeAcceptor(name, exchanges, engine.loops()),
                listener.registryBeside()),
            listener.bound(),
            datagrams));
  }

  private void closeRemoved(GatewayConfig config) {
    listeners
        .values()
        .removeIf(
            listener -> {
              if (listener.is(listener.name(), config.listeners().get(listener.name()))) {
                return false;
              }
              listener.retire();
              return true;
            });
    for (Http3Port port : http3.values()) {
      if (!port.is(port.name(), config.listeners().get(port.name()))) {
        port.retire();
      }
    }
  }

  /** Where listeners are bound, by name, {@code management} among them. */
  public synchronized Map<String, InetSocketAddress> addresses() {
    Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
    listeners.forEach((name, listener) -> addresses.put(name, listener.bound()));
    if (management != null) {
      addresses.put(MANAGEMENT, management.bound());
    }
    return addresses;
  }

  /** What takes note of acts of administration. */
  public AuditTrail audit() {
    return audit;
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

  /** Pieces of state held by live configurations, for leak checks. */
  public int heldStates() {
    return engine.heldStates();
  }

  /** What {@code /ready} says about the last reload: a JSON object. */
  public void describeReloads(Supplier<String> json) {
    reloads = json;
  }

  /**
   * Stops without losing a request: {@code /ready} says 503 for {@code shutdown.notice}, then no
   * more connections are taken, and what is in flight has {@code shutdown.drain} to end. The
   * gateway is closed when this completes.
   *
   * @return whether everything ended in time
   */
  public CompletableFuture<Boolean> drain() {
    ready = false;
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
      all = ports();
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

  private List<Port> ports() {
    List<Port> all = new ArrayList<>(listeners.values());
    all.addAll(http3.values());
    return all;
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
    ready = false;
    for (Port listener : ports()) {
      listener.stopAccepting();
      listener.closeAll();
    }
    if (management != null) {
      management.stopAccepting();
      management.closeAll();
    }
    overload.close();
    snapshots.retireCurrent(engine.loops(), LAST_RELEASE);
    audit.record("stop", Map.of("version", ProgramVersion.text()));
    audit.close();
    engine.stop();
  }

  /** What {@code /ready} and {@code /version} say. */
  private final class OwnStatus implements BuiltInEndpoints.Status {
    @Override
    public boolean ready() {
      return ready;
    }

    @Override
    public Map<String, Upstream> upstreams() {
      return snapshots.current().upstreams();
    }

    @Override
    public String readyBody() {
      return "{\"status\":\""
          + (ready ? "ready" : "draining")
          + "\",\"config\":"
          + reloads.get()
          + "}\n";
    }

    @Override
    public String versionBody() {
      return "{\"name\":\"yumen\",\"version\":\"" + ProgramVersion.text() + "\"}\n";
    }
  }
}
