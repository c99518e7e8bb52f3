package dev.yumen.dataplane.upstream;

import dev.yumen.api.CircuitBreaker;
import dev.yumen.api.ConcurrencyLimit;
import dev.yumen.api.FilterContext;
import dev.yumen.api.UpstreamRef;
import dev.yumen.config.Address;
import dev.yumen.config.BalanceConfig;
import dev.yumen.config.CircuitBreakerConfig;
import dev.yumen.config.ConcurrencyConfig;
import dev.yumen.config.HedgeConfig;
import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.balance.SlowStart;
import dev.yumen.dataplane.guard.BreakerEvents;
import dev.yumen.dataplane.guard.FairLimit;
import dev.yumen.dataplane.guard.WindowBreaker;
import dev.yumen.dataplane.health.Health;
import dev.yumen.dataplane.health.Outliers;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.state.StateRegistry;
import dev.yumen.dataplane.tls.TlsSurroundings;
import dev.yumen.dataplane.tls.UpstreamTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service by name: its settings and the endpoints that it has right now. The one reference that
 * changes is {@link #endpoints}, an immutable set that is replaced when names resolve anew.
 */
public final class Upstream implements UpstreamRef {
  private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

  /** Leave for an attempt that no circuit breaker watches. */
  public static final CircuitBreaker.Permit UNGUARDED =
      new CircuitBreaker.Permit() {
        @Override
        public void succeeded(long nanos) {}

        @Override
        public void failed() {}

        @Override
        public void cancelled() {}
      };

  /** What an upstream needs of the process around it. */
  public record Surroundings(
      List<Loop> loops,
      Bootstrap bootstrap,
      HeadLimits headLimits,
      Metrics metrics,
      StateRegistry states,
      TlsSurroundings tls,
      NameService names,
      @Nullable String zone) {}

  private final String name;
  private final UpstreamConfig config;
  private final Surroundings surroundings;
  private final int metric;
  private final RetryPolicy retries;
  private final @Nullable StickyCookies cookies;
  private final SlowStart slowStart;
  private final Outliers outliers;
  private final StateRegistry.@Nullable Handle<WindowBreaker> breaker;
  private final @Nullable Fallback fallback;
  private final StateRegistry.@Nullable Handle<FairLimit> concurrency;
  private final FilterContext.Counter overloaded;
  private final FilterContext.Counter hedged;
  private final FilterContext.Counter hedgesWon;
  private final @Nullable HealthChecks checks;
  private final Loop home;
  private final Watch watch = new Watch();
  private final Health.Listener refresh = this::refresh;
  private final List<NameService.Subscription> subscriptions = new ArrayList<>();
  private final Map<UpstreamConfig.Endpoint, List<InetAddress>> resolved = new LinkedHashMap<>();
  private volatile EndpointSet endpoints = EndpointSet.EMPTY;
  private volatile boolean closed;

  public Upstream(String name, UpstreamConfig config, Surroundings surroundings) {
    this.name = name;
    this.config = config;
    this.surroundings = surroundings;
    this.metric = surroundings.metrics().upstreamSlot(name);
    List<Loop> loops = surroundings.loops();
    this.home = loops.get(Math.floorMod(name.hashCode(), loops.size()));
    BalanceConfig.StickyCookie sticky = config.balance().stickyCookie();
    this.cookies = sticky == null ? null : new StickyCookies(sticky, name);
    this.retries = new RetryPolicy(config.retry().rules(), loops.size(), home.nanoTime());
    this.slowStart = new SlowStart(config.slowStart().toNanos());
    this.outliers = new Outliers(config.outlierEjection(), new Ejections());
    CircuitBreakerConfig breaking = config.circuitBreaker();
    this.breaker = breaking == null ? null : breaker(breaking.rules());
    this.fallback =
        breaking == null || breaking.fallback() == null
            ? null
            : Fallback.of(name, breaking.fallback(), surroundings.metrics());
    ConcurrencyConfig limit = config.concurrency();
    this.concurrency = limit == null ? null : concurrency(limit.rules());
    this.overloaded =
        limit == null
            ? _ -> {}
            : surroundings
                .metrics()
                .counter(
                    "gateway_concurrency_refused",
                    "Requests that were refused as too many were under way.",
                    List.of("kind", "upstream", "name", name));
    this.hedged =
        hedges("gateway_upstream_hedges", "Attempts that were begun beside one without an answer.");
    this.hedgesWon =
        hedges("gateway_upstream_hedges_won", "Of these the ones that were answered first.");
    this.checks =
        config.healthCheck() == null ? null : new HealthChecks(this, config.healthCheck(), home);
    start();
  }

  private FilterContext.Counter hedges(String family, String help) {
    return config.hedge() == null
        ? _ -> {}
        : surroundings.metrics().counter(family, help, List.of("upstream", name));
  }

  private StateRegistry.Handle<WindowBreaker> breaker(CircuitBreaker.Rules rules) {
    return surroundings
        .states()
        .hold(
            WindowBreaker.class,
            "breaker of upstream " + name + " " + rules,
            () ->
                new WindowBreaker(
                    rules,
                    home::nanoTime,
                    new BreakerEvents("upstream", name, surroundings.metrics())),
            _ -> {});
  }

  private StateRegistry.Handle<FairLimit> concurrency(ConcurrencyLimit.Rules rules) {
    return surroundings
        .states()
        .hold(
            FairLimit.class,
            "concurrency of upstream " + name + " " + rules,
            () -> new FairLimit(rules, home::nanoTime),
            _ -> {});
  }

  private synchronized void start() {
    for (UpstreamConfig.Endpoint endpoint : config.endpoints()) {
      byte[] literal = NetUtil.createByteArrayFromIpAddressString(endpoint.address().host());
      resolved.put(endpoint, literal == null ? List.of() : List.of(address(literal)));
    }
    rebuild();
    for (UpstreamConfig.Endpoint endpoint : config.endpoints()) {
      String host = endpoint.address().host();
      if (!NetUtil.isValidIpV4Address(host) && !NetUtil.isValidIpV6Address(host)) {
        subscriptions.add(
            surroundings
                .names()
                .subscribe(host, config.dns(), found -> onResolved(endpoint, found)));
      }
    }
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized void onResolved(UpstreamConfig.Endpoint endpoint, List<InetAddress> found) {
    if (!closed && !found.equals(resolved.put(endpoint, found))) {
      rebuild();
    }
  }

  private void rebuild() {
    List<Member> members = new ArrayList<>();
    resolved.forEach(
        (endpoint, addresses) -> {
          if (endpoint.weight() > 0) {
            for (InetAddress address : addresses) {
              members.add(member(address, endpoint));
            }
          }
        });
    List<Member> old = endpoints.members();
    old.forEach(member -> member.health().forget(refresh));
    members.forEach(member -> member.health().listen(refresh));
    use(members);
    outliers.members(endpoints.healths());
    if (checks != null) {
      checks.members(members);
    }
    old.forEach(Member::release);
  }

  /** Some endpoint may be used now, or may not, or gets another weight. Any thread. */
  private synchronized void refresh() {
    if (!closed) {
      use(endpoints.members());
    }
  }

  private void use(List<Member> members) {
    EndpointSet next =
        EndpointSet.of(members, config, surroundings.zone(), surroundings.loops(), home.nanoTime())
            .with(cookies);
    if (next.panic() && !endpoints.panic()) {
      LOG.warn(
          "upstream {}: too few endpoints are well, so that all are used (panic-threshold)", name);
    }
    endpoints = next;
    surroundings.metrics().endpoints(metric, this, next.size());
    if (watches(next)) {
      home.eventLoop().execute(watch::begin);
    }
  }

  private boolean watches(EndpointSet set) {
    return outliers.looksBack() || set.anyEjected() || set.warms(slowStart, home.nanoTime());
  }

  private Member member(InetAddress ip, UpstreamConfig.Endpoint settings) {
    Address written = settings.address();
    InetSocketAddress address = new InetSocketAddress(ip, written.port());
    boolean secure = config.tls().enabled();
    boolean usualPort = written.port() == (secure ? 443 : 80);
    String authority = usualPort ? written.host() : written.toString();
    String key =
        "endpoint "
            + String.join(" ", name, address.toString(), authority)
            + config.pool()
            + surroundings.headLimits()
            + config.timeout().connect()
            + config.protocol()
            + config.tls();
    StateRegistry states = surroundings.states();
    StateRegistry.Handle<Endpoint> endpoint =
        states.hold(
            Endpoint.class,
            key,
            () -> endpoint(address, written.host(), authority),
            Endpoint::retire);
    // What checks have found says nothing any more when there are none.
    String health = checks == null ? "health " : "checked health ";
    StateRegistry.Handle<Health> held =
        states.hold(
            Health.class,
            health + String.join(" ", name, address.toString(), authority),
            () -> new Health(surroundings.loops().size(), home.nanoTime()),
            _ -> {});
    return new Member(endpoint, held, settings);
  }

  private Endpoint endpoint(InetSocketAddress address, String host, String authority) {
    StateRegistry.Handle<UpstreamTls.Compiled> tls =
        config.tls().enabled() ? UpstreamTls.hold(config.tls(), surroundings.tls()) : null;
    PoolSettings settings =
        new PoolSettings(
            config.pool(),
            config.timeout().connect(),
            surroundings.headLimits(),
            surroundings.bootstrap(),
            config.protocol(),
            tls,
            metric);
    return new Endpoint(address, host, authority, surroundings.loops(), settings);
  }

  /**
   * The endpoint for the next attempt of a request.
   *
   * @param tried endpoints that this request has been tried on
   * @param hash of the request's key; ignored unless {@link #hashing} asks for one
   * @return null when there is none, or none that was not tried
   */
  public @Nullable Endpoint choose(Loop loop, List<Endpoint> tried, long hash) {
    return endpoints.choose(loop, tried, hash);
  }

  /** By which clients come back to their endpoint; null when they do not. */
  public @Nullable StickyCookies cookies() {
    return cookies;
  }

  /** The endpoint that a cookie's code stands for, if it may be chosen. */
  public @Nullable Endpoint ofCode(String code) {
    return endpoints.ofCode(code);
  }

  /** What of a request is hashed; null when nothing is. */
  public BalanceConfig.@Nullable ConsistentHash hashing() {
    return config.balance().consistentHash();
  }

  /** Whether a request may be refused, or answered by a status of gRPC, behind its body. */
  @Override
  public boolean maySpeakHttp2() {
    return switch (config.protocol()) {
      case HTTP1 -> false;
      case H2C, HTTP2 -> true;
      case AUTO -> config.tls().enabled();
    };
  }

  /** When requests are tried again. */
  public RetryPolicy retries() {
    return retries;
  }

  /** When an attempt is begun beside one without an answer; null when never. */
  public @Nullable HedgeConfig hedge() {
    return config.hedge();
  }

  /** An attempt was begun beside another one. */
  public void hedged() {
    hedged.add(1);
  }

  /** Such an attempt was answered first. */
  public void hedgeWon() {
    hedgesWon.add(1);
  }

  /** A request was not tried again, as too many were. */
  public void retryRefused() {
    surroundings.metrics().retryRefused(metric);
  }

  // ---- the circuit breaker ----

  /**
   * Asks the circuit breaker for leave to make one attempt: {@link #UNGUARDED} when there is none,
   * null when it refuses.
   */
  public CircuitBreaker.@Nullable Permit admit() {
    return breaker == null ? UNGUARDED : breaker.value().admit();
  }

  /** Nanoseconds for which the circuit breaker goes on to refuse; 0 when it does not. */
  public long refusesNanos() {
    return breaker == null ? 0 : breaker.value().openNanos();
  }

  /** What clients get instead of a service that fails; null when nothing is written. */
  public @Nullable Fallback fallback() {
    return fallback;
  }

  /** Whether an answer counts as a failure for the breaker. */
  public boolean isFailure(int status) {
    CircuitBreakerConfig settings = config.circuitBreaker();
    return settings != null && settings.isFailure(status);
  }

  /** What the breaker does right now; null when there is none. */
  public WindowBreaker.@Nullable State breakerState() {
    return breaker == null ? null : breaker.value().state();
  }

  // ---- how many at once ----

  /** Asked for a place by each request; null when there is no limit. */
  public @Nullable ConcurrencyLimit concurrency() {
    return concurrency == null ? null : concurrency.value();
  }

  /** How long a request waits for its place. */
  public long pendingNanos() {
    ConcurrencyConfig limit = config.concurrency();
    return limit == null ? 0 : limit.pendingTimeout().toNanos();
  }

  /** A request was refused as too many are under way. */
  public void overloaded() {
    overloaded.add(1);
  }

  /** What the limit does right now; null when there is none. */
  public @Nullable FairLimit concurrencyState() {
    return concurrency == null ? null : concurrency.value();
  }

  // ---- how endpoints fare ----

  /**
   * An attempt was answered.
   *
   * @param nanos until the head of the answer
   */
  public void succeeded(Loop loop, Endpoint endpoint, long nanos) {
    if (config.balance().way() == BalanceConfig.Way.PEAK_EWMA) {
      endpoint.answered(loop, nanos);
    }
    Health health = endpoints.health(endpoint);
    if (health != null) {
      health.succeeded(loop.index(), nanos);
    }
  }

  /** An attempt failed by the endpoint's fault. */
  public void failed(Loop loop, Endpoint endpoint) {
    Health health = endpoints.health(endpoint);
    if (health != null) {
      outliers.failed(health, loop.index(), loop.nanoTime());
    }
  }

  /** A health check has ended. */
  void checked(boolean good) {
    surroundings.metrics().healthChecked(metric, good);
  }

  /** Tells log and metrics of ejections. */
  private final class Ejections implements Outliers.Events {
    @Override
    public void ejected(Health health, String reason, String detail, long nanos) {
      surroundings.metrics().ejected(metric, reason);
      LOG.warn("upstream {} does not use {} for {} s: {}", name, text(health), nanos / 1e9, detail);
    }

    @Override
    public void returned(Health health) {
      LOG.info("upstream {} uses {} again", name, text(health));
    }
  }

  private String text(Health health) {
    for (Member member : endpoints.members()) {
      if (member.health() == health) {
        return member.endpoint().text();
      }
    }
    return "an endpoint";
  }

  /** Looks at the endpoints from time to time while there is something to look at. */
  private final class Watch extends Deadline {
    private static final long LEAST = 50_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private boolean running;

    /** On the home loop. */
    private void begin() {
      if (!running) {
        running = true;
        again(home.nanoTime());
      }
    }

    private void again(long now) {
      long warming = slowStart.nanos();
      long step = warming == 0 ? SECOND : Math.clamp(warming / 20, LEAST, SECOND);
      home.deadlines()
          .set(this, now + (endpoints.anyEjected() ? Math.min(step, SECOND / 5) : step));
    }

    @Override
    protected void onDeadline(long now) {
      outliers.look(now);
      if (endpoints.warms(slowStart, now)) {
        refresh();
      }
      running = watches(endpoints);
      if (running && !closed) {
        again(now);
      }
    }
  }

  /** How its endpoints are doing. Any thread. */
  public List<EndpointReport> report() {
    EndpointSet set = endpoints;
    long now = home.nanoTime();
    return set.members().stream().map(member -> report(set, member, now)).toList();
  }

  private EndpointReport report(EndpointSet set, Member member, long now) {
    Endpoint endpoint = member.endpoint();
    Health.State health = member.health().state();
    return new EndpointReport(
        endpoint.text(),
        member.settings().address().toString(),
        member.settings().weight(),
        member.settings().priority(),
        member.settings().zone(),
        set.uses(endpoint),
        surroundings.loops().stream().mapToLong(endpoint::active).sum(),
        health.ejected() ? Math.max(0, (health.ejectedUntil() - now) / 1e9) : 0,
        health);
  }

  /**
   * Where the next request would go, without choosing: nobody's turn is used up. Any thread, so
   * that what is under way is roughly known.
   *
   * @param kept the endpoint that the client comes back to, or null
   * @param hash of the request's key
   */
  public EndpointPreview preview(@Nullable Endpoint kept, long hash) {
    EndpointSet set = endpoints;
    long now = home.nanoTime();
    List<EndpointPreview.Standing> all = new ArrayList<>();
    for (Member member : set.members()) {
      boolean warming = slowStart.warms(member.health().state().since(), now);
      all.add(new EndpointPreview.Standing(report(set, member, now), warming));
    }
    Endpoint next = kept == null ? set.peek(surroundings.loops(), hash) : kept;
    return new EndpointPreview(
        next == null ? null : next.text(),
        kept != null,
        config.balance().name(),
        set.panic(),
        all,
        unresolved().stream().map(Address::toString).toList());
  }

  @Override
  public String name() {
    return name;
  }

  public UpstreamConfig config() {
    return config;
  }

  /** Slot in the metrics. */
  public int metric() {
    return metric;
  }

  /** Whether every name is an address or has been resolved at least once. */
  public boolean resolved() {
    return !endpoints.members().isEmpty();
  }

  /** Names that did not resolve so far. */
  public synchronized List<Address> unresolved() {
    return resolved.entrySet().stream()
        .filter(entry -> entry.getValue().isEmpty())
        .map(entry -> entry.getKey().address())
        .toList();
  }

  /** Stops resolving and gives the endpoints back. */
  public synchronized void close() {
    closed = true;
    subscriptions.forEach(NameService.Subscription::cancel);
    List<Member> old = endpoints.members();
    endpoints = EndpointSet.EMPTY;
    old.forEach(member -> member.health().forget(refresh));
    old.forEach(Member::release);
    if (checks != null) {
      checks.close();
    }
    if (breaker != null) {
      breaker.release();
    }
    if (concurrency != null) {
      concurrency.release();
    }
    home.execute(() -> home.deadlines().cancel(watch));
    surroundings.metrics().endpointsGone(metric, this);
  }
}
