package dev.yumen.dataplane.upstream;

import dev.yumen.config.Address;
import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.balance.Balancer;
import dev.yumen.dataplane.balance.LeastRequest;
import dev.yumen.dataplane.balance.RandomChoice;
import dev.yumen.dataplane.balance.SmoothRoundRobin;
import dev.yumen.dataplane.http1.HeadLimits;
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

/**
 * A service by name: its settings and the endpoints that it has right now. The one reference that
 * changes is {@link #endpoints}, an immutable set that is replaced when names resolve anew.
 */
public final class Upstream {

  /** What an upstream needs of the process around it. */
  public record Surroundings(
      List<Loop> loops,
      Bootstrap bootstrap,
      HeadLimits headLimits,
      Metrics metrics,
      StateRegistry states,
      TlsSurroundings tls,
      NameService names) {}

  private final String name;
  private final UpstreamConfig config;
  private final Surroundings surroundings;
  private final int metric;
  private final List<NameService.Subscription> subscriptions = new ArrayList<>();
  private final Map<UpstreamConfig.Endpoint, List<InetAddress>> resolved = new LinkedHashMap<>();
  private volatile EndpointSet endpoints = EndpointSet.EMPTY;
  private boolean closed;

  /** Endpoints with the balancer over them; index by index the same order. */
  private record EndpointSet(
      List<StateRegistry.Handle<Endpoint>> handles,
      Endpoint[] endpoints,
      @Nullable Balancer balancer) {
    static final EndpointSet EMPTY = new EndpointSet(List.of(), new Endpoint[0], null);
  }

  public Upstream(String name, UpstreamConfig config, Surroundings surroundings) {
    this.name = name;
    this.config = config;
    this.surroundings = surroundings;
    this.metric = surroundings.metrics().upstreamSlot(name);
    start();
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
    List<StateRegistry.Handle<Endpoint>> handles = new ArrayList<>();
    List<Integer> weights = new ArrayList<>();
    resolved.forEach(
        (endpoint, addresses) -> {
          if (endpoint.weight() > 0) {
            for (InetAddress address : addresses) {
              handles.add(hold(address, endpoint.address()));
              weights.add(endpoint.weight());
            }
          }
        });
    Endpoint[] found = handles.stream().map(StateRegistry.Handle::value).toArray(Endpoint[]::new);
    EndpointSet old = endpoints;
    endpoints =
        found.length == 0
            ? EndpointSet.EMPTY
            : new EndpointSet(
                handles,
                found,
                balancer(found, weights.stream().mapToInt(Integer::intValue).toArray()));
    old.handles().forEach(StateRegistry.Handle::release);
    surroundings.metrics().endpoints(metric, this, found.length);
  }

  private StateRegistry.Handle<Endpoint> hold(InetAddress ip, Address written) {
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
    return surroundings
        .states()
        .hold(
            Endpoint.class,
            key,
            () -> endpoint(address, written.host(), authority),
            Endpoint::retire);
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

  private Balancer balancer(Endpoint[] found, int[] weights) {
    List<Loop> loops = surroundings.loops();
    return switch (config.balance()) {
      case ROUND_ROBIN -> new SmoothRoundRobin(weights, loops.size());
      case LEAST_REQUEST ->
          new LeastRequest(weights, (loop, i) -> found[i].active(loops.get(loop)));
      case RANDOM -> new RandomChoice(weights);
    };
  }

  /**
   * The endpoint for the next attempt of a request.
   *
   * @param tried endpoints that this request has been tried on
   * @return null when there is none, or none that was not tried
   */
  public @Nullable Endpoint choose(Loop loop, List<Endpoint> tried) {
    EndpointSet set = endpoints;
    Balancer balancer = set.balancer();
    if (balancer == null) {
      return null;
    }
    Endpoint chosen = set.endpoints()[balancer.choose(loop.index())];
    if (tried.isEmpty() || !tried.contains(chosen)) {
      return chosen;
    }
    for (Endpoint other : set.endpoints()) {
      if (!tried.contains(other)) {
        return other;
      }
    }
    return null;
  }

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
    return endpoints.endpoints().length > 0;
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
    EndpointSet old = endpoints;
    endpoints = EndpointSet.EMPTY;
    old.handles().forEach(StateRegistry.Handle::release);
    surroundings.metrics().endpointsGone(metric, this);
  }
}
