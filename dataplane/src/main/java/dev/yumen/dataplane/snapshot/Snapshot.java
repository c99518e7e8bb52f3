package dev.yumen.dataplane.snapshot;

import dev.yumen.api.Cidr;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.Positions;
import dev.yumen.dataplane.canary.CanaryTraffic;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.CertificateExpiry;
import dev.yumen.dataplane.redis.OpenRedis;
import dev.yumen.dataplane.routing.RouteTable;
import dev.yumen.dataplane.server.ListenerLimits;
import dev.yumen.dataplane.tcp.TcpConnections;
import dev.yumen.dataplane.tcp.TcpPlan;
import dev.yumen.dataplane.tls.ServerTls;
import dev.yumen.dataplane.udp.UdpPlan;
import dev.yumen.dataplane.upstream.Upstream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One configuration, compiled and immutable. An exchange pins the snapshot it began with; when a
 * snapshot was replaced and its last exchange has ended, it gives its filters and upstreams back.
 */
public final class Snapshot {
  /** Uses of one loop: counted without atomics, on a cache line of its own. */
  private static final class Uses {
    private int count;
    private boolean retired;

    @SuppressWarnings("unused") // keeps neighbours off this cache line
    private long p1, p2, p3, p4, p5, p6, p7;
  }

  /**
   * What is made of listeners, certificates, upstreams and Redis, and where all is written.
   *
   * @param tls of listeners that have it, by name
   * @param adminTls of the admin API
   * @param tcp ways of listeners for TCP, by name
   * @param udp ways of listeners for UDP, by name
   * @param hash of the texts that it was read from
   */
  record Parts(
      Map<String, ServerTls> tls,
      @Nullable ServerTls adminTls,
      Map<String, TcpPlan> tcp,
      Map<String, UdpPlan> udp,
      List<CertificateExpiry> expiries,
      Map<String, Upstream> upstreams,
      Map<String, OpenRedis> redis,
      Positions positions,
      String hash) {
    Parts {
      tls = Map.copyOf(tls);
      tcp = Map.copyOf(tcp);
      udp = Map.copyOf(udp);
      expiries = List.copyOf(expiries);
      upstreams = Map.copyOf(upstreams);
      redis = Map.copyOf(redis);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(Snapshot.class);

  private static final int SHORT_HASH = 12;

  private final CountDownLatch released = new CountDownLatch(1);
  private final long number;
  private final GatewayConfig config;
  private final Parts parts;
  private final RouteTable<String> table;
  private final Routes routes;
  private final Map<String, CanaryTraffic> canaries;
  private final Route unmatched;
  private final ListenerLimits limits;
  private final Runnable release;
  private final Uses[] uses;
  private final AtomicInteger loopsInUse;
  private final List<Cidr> trustedProxies;
  private final long filterNanos;
  private final Set<String> hidden;
  private final AskedNames asked;
  private @Nullable Map<String, Integer> routeIndexes;

  /** Written once more than at first: by whoever starts the gateway, who knows the number. */
  private volatile String version;

  /**
   * @param number grows with every configuration that went live
   * @param table gives ids of {@code routes}
   * @param unmatched what happens to requests that no route takes
   * @param release gives everything back that this snapshot holds; called once, from any thread
   */
  Snapshot(
      long number,
      GatewayConfig config,
      Parts parts,
      RouteTable<String> table,
      Routes routes,
      Route unmatched,
      int loops,
      Runnable release) {
    this.number = number;
    this.config = config;
    this.parts = parts;
    this.version = version(number, parts.hash());
    this.table = table;
    this.routes = routes;
    this.canaries = canaries(routes);
    this.unmatched = unmatched;
    this.limits = ListenerLimits.of(config.limits());
    this.release = release;
    this.trustedProxies = config.trustedProxies();
    this.filterNanos = config.limits().filterTimeout().toNanos();
    this.asked = AskedNames.of(config.routes());
    this.hidden = hidden(config, routes, unmatched);
    this.loopsInUse = new AtomicInteger(loops);
    this.uses = new Uses[loops];
    for (int i = 0; i < loops; i++) {
      uses[i] = new Uses();
    }
  }

  private static Map<String, CanaryTraffic> canaries(Routes routes) {
    Map<String, CanaryTraffic> canaries = new HashMap<>();
    routes
        .byId()
        .forEach(
            (id, made) -> {
              if (made.own().canary() != null) {
                canaries.put(id, made.own().canary());
              }
            });
    return Map.copyOf(canaries);
  }

  private static Set<String> hidden(GatewayConfig config, Routes routes, Route unmatched) {
    Set<String> names = new HashSet<>();
    if (config.recording() != null) {
      config.recording().hide().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
    }
    routes.byId().values().forEach(made -> made.route().chain().addCredentialNames(names));
    unmatched.chain().addCredentialNames(names);
    return Set.copyOf(names);
  }

  /**
   * Names in lower case of header fields and query parameters whose values are not recorded: those
   * that filters take credentials from, and those that the configuration names.
   */
  public Set<String> hidden() {
    return hidden;
  }

  /** What routes ask of requests. */
  public AskedNames asked() {
    return asked;
  }

  /** TLS of a listener; null where there is none. */
  public @Nullable ServerTls tls(String listener) {
    return parts.tls().get(listener);
  }

  /** TLS of the admin API; null where it speaks plain HTTP. */
  public @Nullable ServerTls adminTls() {
    return parts.adminTls();
  }

  /** Where the connections of a listener for TCP go; null for other listeners. */
  public @Nullable TcpPlan tcp(String listener) {
    return parts.tcp().get(listener);
  }

  /** Where the datagrams of a listener for UDP go; null for other listeners. */
  public @Nullable UdpPlan udp(String listener) {
    return parts.udp().get(listener);
  }

  /**
   * Pins the snapshot until the connection is through that was accepted on this loop. To be called
   * in the turn in which the snapshot was live.
   */
  public TcpConnections.Pin pin(Loop loop) {
    enter(loop);
    return () -> leave(loop);
  }

  /** When the certificates expire that are in use. */
  public List<CertificateExpiry> expiries() {
    return parts.expiries();
  }

  /** The service of this name, or the one that stands for it. */
  public Upstream upstream(String name) {
    return Objects.requireNonNull(parts.upstreams().get(config.upstreamUsed(name)), name);
  }

  /** The services that requests go to, by name. */
  public Map<String, Upstream> upstreams() {
    return parts.upstreams();
  }

  /** The canaries by their routes. */
  public Map<String, CanaryTraffic> canaries() {
    return canaries;
  }

  /** Gives connections to Redis that are new a moment to be made; those that are there, none. */
  public void awaitRedis(Duration most) {
    long end = System.nanoTime() + most.toNanos();
    for (OpenRedis redis : parts.redis().values()) {
      redis.awaitFirst(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    }
  }

  /** Pins the snapshot for one exchange of this loop. */
  public void enter(Loop loop) {
    uses[loop.index()].count++;
  }

  /** Ends what {@link #enter} began, on the same loop. */
  public void leave(Loop loop) {
    Uses mine = uses[loop.index()];
    mine.count--;
    if (mine.count == 0 && mine.retired) {
      loopDone();
    }
  }

  /** Called once on each loop after the snapshot was replaced. */
  void retire(Loop loop) {
    Uses mine = uses[loop.index()];
    mine.retired = true;
    if (mine.count == 0) {
      loopDone();
    }
  }

  private void loopDone() {
    if (loopsInUse.decrementAndGet() == 0) {
      // Closing filters may touch files.
      Thread.ofVirtual().name("snapshot-release-" + number).start(this::releaseAll);
    }
  }

  private void releaseAll() {
    try {
      release.run();
    } finally {
      released.countDown();
    }
  }

  /** Waits until everything was given back, or for the longest time. */
  void awaitRelease(Duration most) {
    try {
      if (!released.await(most.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.warn("configuration {} is still in use at the end", number);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Gives everything back of a snapshot that never went live. */
  public void releaseUnused() {
    release.run();
  }

  public long number() {
    return number;
  }

  private static String version(long number, String hash) {
    return number + "-" + hash.substring(0, Math.min(SHORT_HASH, hash.length()));
  }

  /** Says which number this one has in the history; each that follows it has one more. */
  public void numbered(long inHistory) {
    version = version(inHistory, parts.hash());
  }

  /** Its number in the history and the beginning of its hash, as {@code 7-5f2c01d6a7b9}. */
  public String version() {
    return version;
  }

  public GatewayConfig config() {
    return config;
  }

  /** Finds the id of the route for a request; unchanged rules are the same objects as before. */
  public RouteTable<String> table() {
    return table;
  }

  /** The route of an id that {@link #table} gave. */
  public Route route(String id) {
    return Objects.requireNonNull(routes.byId().get(id)).route();
  }

  /** The routes with what they were made of, for the configuration that follows. */
  Routes routes() {
    return routes;
  }

  public Route unmatched() {
    return unmatched;
  }

  /** Where settings are written. */
  public Positions positions() {
    return parts.positions();
  }

  /** Where the route of this id stands among those of {@link #config}. */
  public synchronized int routeIndex(String id) {
    if (routeIndexes == null) {
      routeIndexes = new HashMap<>();
      for (int i = 0; i < config.routes().size(); i++) {
        routeIndexes.put(config.routes().get(i).id(), i);
      }
    }
    return Objects.requireNonNull(routeIndexes.get(id), id);
  }

  public ListenerLimits limits() {
    return limits;
  }

  /** Longest time for one step of a filter, in nanoseconds. */
  public long filterNanos() {
    return filterNanos;
  }

  /** Whether this peer's word about the client is taken. */
  public boolean trusts(InetAddress peer) {
    for (Cidr range : trustedProxies) {
      if (range.contains(peer)) {
        return true;
      }
    }
    return false;
  }

  /** Whether any peer's word is taken at all. */
  public boolean trustsAnybody() {
    return !trustedProxies.isEmpty();
  }
}
