package dev.yumen.dataplane.observe;

import dev.yumen.api.FilterContext;
import dev.yumen.config.MetricsConfig;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Everything one process counts. Made once; configurations come and go, the counts stay.
 *
 * <p>Slots are asked for while a snapshot is built; requests then count by slot through {@link
 * LoopMetrics}. Thread-safe, unlike those.
 */
public final class Metrics {
  /** Slot of "there is none": no route matched, or no upstream was used. */
  public static final int NONE = Slots.NONE;

  /** Most names of listeners, and of upstreams, and of reasons; more are counted as "other". */
  private static final int NAME_LIMIT = 10_000;

  final Slots paths = new Slots();
  final Slots routes = new Slots();
  final Slots upstreams = new Slots();
  final Slots listeners = new Slots();
  final Slots reasons = new Slots();
  final Slots refusals = new Slots();
  final List<LoopMetrics> loops = new CopyOnWriteArrayList<>();
  final Map<Integer, Endpoints> endpoints = new ConcurrentHashMap<>();
  final Map<Rare, LongAdder> rare = new ConcurrentHashMap<>();
  final AcmeMetrics acme = new AcmeMetrics();
  final RedisMetrics redis = new RedisMetrics();
  final OverloadMetrics overload = new OverloadMetrics();
  final CanaryMetrics canary = new CanaryMetrics();
  final AuditMetrics audit = new AuditMetrics();
  final AdminMetrics admin = new AdminMetrics();
  final FilterCounters filterCounters = new FilterCounters();
  final LongAdder reloadsApplied = new LongAdder();
  final LongAdder reloadsRejected = new LongAdder();
  private final Set<Long> series = ConcurrentHashMap.newKeySet();
  private final Exposition exposition;
  private final ByteBufAllocator buffers;

  private volatile MetricsConfig config;
  private volatile List<CertificateExpiry> certificates = List.of();
  private volatile AppliedConfig applied = new AppliedConfig(0, Instant.EPOCH);

  /** Which configuration is live, and since when; number 0 before the first. */
  record AppliedConfig(long number, Instant at) {}

  private volatile @Nullable ConfigSource source;

  /** Where more of the configuration is kept than in files, and whether it can be had. */
  record ConfigSource(String name, boolean up) {}

  /** What happens to an upstream too seldom for a cell in each loop. */
  record Rare(Family family, int upstream, String label) {}

  /** Endpoints of an upstream, as its owner counted them. */
  record Endpoints(Object owner, int count) {}

  /**
   * @param buffers whose memory is told
   */
  public Metrics(MetricsConfig config, ByteBufAllocator buffers) {
    this.config = config;
    this.buffers = buffers;
    this.exposition = new Exposition(this, buffers);
  }

  /** Takes over the settings of a new configuration. */
  public void configure(MetricsConfig changed) {
    config = changed;
  }

  /** What the event loop of this index counts; always the same object for the same index. */
  public synchronized LoopMetrics forLoop(int index) {
    while (loops.size() <= index) {
      loops.add(new LoopMetrics(this));
    }
    return loops.get(index);
  }

  /** The slot of a route's path as configured. */
  public int pathSlot(String routePattern) {
    return paths.slot(routePattern, config.maxSeries());
  }

  /** The slot of a route's name; beyond so many, those that are new share one. */
  public int routeSlot(String route) {
    return routes.slot(route, config.maxSeries());
  }

  public int upstreamSlot(String upstream) {
    return upstreams.slot(upstream, NAME_LIMIT);
  }

  public int listenerSlot(String listener) {
    return listeners.slot(listener, NAME_LIMIT);
  }

  /** The slot of a reason for refusing; ask at start, so that it shows with a count of 0. */
  public int rejectionSlot(String reason) {
    return reasons.slot(reason, NAME_LIMIT);
  }

  /** The slot of a reason for refusing a connection, or a client of UDP, at a listener. */
  public int refusalSlot(String listener, String reason) {
    return refusals.slot(listener + " " + reason, NAME_LIMIT);
  }

  /**
   * How many endpoints of the upstream may be chosen now.
   *
   * @param owner who says so; after a reload another owner may have taken over the same upstream
   */
  public void endpoints(int upstream, Object owner, int count) {
    endpoints.put(upstream, new Endpoints(owner, count));
  }

  /** The owner no longer serves the upstream. */
  @SuppressWarnings("ReferenceEquality") // owners of equal settings are still two
  public void endpointsGone(int upstream, Object owner) {
    endpoints.computeIfPresent(
        upstream, (slot, endpoints) -> endpoints.owner() == owner ? null : endpoints);
  }

  /** An endpoint was taken out of use for a while. */
  public void ejected(int upstream, String reason) {
    rare(Family.UPSTREAM_EJECTIONS, upstream, reason);
  }

  /** A health check has ended. */
  public void healthChecked(int upstream, boolean good) {
    rare(Family.UPSTREAM_HEALTH_CHECKS, upstream, good ? "healthy" : "unhealthy");
  }

  /** A request was not tried again, as too many were. */
  public void retryRefused(int upstream) {
    rare(Family.UPSTREAM_RETRIES_REFUSED, upstream, "budget");
  }

  private void rare(Family family, int upstream, String label) {
    rare.computeIfAbsent(new Rare(family, upstream, label), _ -> new LongAdder()).increment();
  }

  /** The certificates that the live configuration uses, in place of those before. */
  public void certificates(List<CertificateExpiry> live) {
    certificates = List.copyOf(live);
  }

  /** How orders of certificates go. */
  public AcmeMetrics acme() {
    return acme;
  }

  /** How calls to Redis go. */
  public RedisMetrics redis() {
    return redis;
  }

  /** What is turned away because there is too much to do. */
  public OverloadMetrics overload() {
    return overload;
  }

  /** How canaries go on. */
  public CanaryMetrics canary() {
    return canary;
  }

  /** How the audit log fares. */
  public AuditMetrics audit() {
    return audit;
  }

  /** What the admin port turns away. */
  public AdminMetrics admin() {
    return admin;
  }

  public void configApplied(long number, Instant at) {
    applied = new AppliedConfig(number, at);
    reloadsApplied.increment();
  }

  /** Whether the source that the configuration is kept in beside its files can be had. */
  public void configSource(String name, boolean up) {
    source = new ConfigSource(name, up);
  }

  public void configRejected() {
    reloadsRejected.increment();
  }

  /**
   * A counter of a filter; the same name and labels give the same counter.
   *
   * @param name without {@code _total}
   * @param labels name, value, name, value …
   * @throws IllegalArgumentException when a name is not one that Prometheus takes
   */
  public FilterContext.Counter counter(String name, String help, List<String> labels) {
    return filterCounters.counter(name, help, labels, config.maxSeries());
  }

  /**
   * Everything counted, as a scraper asked for it. Takes milliseconds with thousands of routes, so
   * not on an event loop.
   *
   * @param accept the request's Accept header
   * @param acceptEncoding the request's Accept-Encoding header
   */
  public Scrape scrape(@Nullable String accept, @Nullable String acceptEncoding) {
    return exposition.scrape(accept, acceptEncoding);
  }

  /** Bytes that are set aside for buffers outside the heap; -1 when it is not known. */
  public long bufferMemory() {
    return buffers instanceof ByteBufAllocatorMetricProvider provider
        ? provider.metric().usedDirectMemory()
        : -1;
  }

  /** Whether a request series may be counted under its own path. */
  boolean admit(long key) {
    if (RequestKey.path(key) == Slots.OTHER || series.contains(key)) {
      return true;
    }
    if (series.size() >= config.maxSeries()) {
      return false;
    }
    return series.add(key) || series.contains(key);
  }

  boolean enabled() {
    return config.enabled();
  }

  boolean longNames() {
    return config.longNames();
  }

  List<CertificateExpiry> certificates() {
    return certificates;
  }

  @Nullable ConfigSource source() {
    return source;
  }

  AppliedConfig applied() {
    return applied;
  }
}
