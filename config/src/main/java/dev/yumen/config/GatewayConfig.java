package dev.yumen.config;

import dev.yumen.api.Cidr;
import dev.yumen.api.Consumer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.OneOrMany;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One whole configuration. Equal records mean equal behaviour. */
@Describe("A whole configuration of the gateway.")
public record GatewayConfig(
    @Describe("Where clients connect, by name.") @Default("{http: {address: '0.0.0.0:8080'}}")
        Map<String, ListenerConfig> listeners,
    @Describe("Authorities that certificates of listeners are ordered from; one, or a list.")
        @OneOrMany
        List<AcmeConfig> acme,
    @Describe("Metrics and health, on a port of their own.") @Default("{}")
        ManagementConfig management,
    @Describe("The admin API, on a port of its own.") @Default("{}") AdminConfig admin,
    @Describe("Configurations that were live, to look at again.") @Default("{}")
        HistoryConfig history,
    @Describe("Where more of the configuration is kept, beside the files; nowhere without it.")
        @Nullable SourceConfig source,
    @Describe("How a stop goes.") @Default("{}") ShutdownConfig shutdown,
    @Describe("Peers whose Forwarded and X-Forwarded-* headers are believed.")
        List<Cidr> trustedProxies,
    @Describe("Bounds on what one client or connection may use.") @Default("{}")
        LimitsConfig limits,
    @Describe(
            "From when on requests are turned away by their priority; nothing is measured without"
                + " it.")
        @Nullable OverloadConfig overload,
    @Describe("Where is written down who was refused and what was changed; nowhere without it.")
        @Nullable AuditConfig audit,
    @Describe("What is kept of the newest requests; nothing without it.")
        @Nullable RecordingConfig recording,
    @Describe("Services that requests are forwarded to, by name.")
        Map<String, UpstreamConfig> upstreams,
    @Describe("Redis that gateways share, by name; filters such as quota name them.")
        Map<String, RedisConfig> redis,
    @Describe("People and programs known by name.") List<Consumer> consumers,
    @Describe("For every route, before the route's own filters, in the order written.")
        List<FilterConfig> filters,
    @Describe("Rules that say where a request goes.") List<RouteConfig> routes,
    @Describe("The program's own log.") @Default("{}") LogConfig log,
    @Describe("Metrics settings.") @Default("{}") MetricsConfig metrics,
    @Describe("How header fields about the way of a request are written.") @Default("{}")
        ForwardedConfig forwarded,
    @Describe("Threads and sockets.") @Default("{}") RuntimeConfig runtime) {

  public GatewayConfig {
    listeners = Check.copy(listeners);
    acme = List.copyOf(acme);
    trustedProxies = List.copyOf(trustedProxies);
    upstreams = Check.copy(upstreams);
    redis = Check.copy(redis);
    consumers = List.copyOf(consumers);
    filters = List.copyOf(filters);
    routes = List.copyOf(routes);
  }

  /** The authority of this name, or null. */
  public @Nullable AcmeConfig issuer(String name) {
    return acme.stream().filter(issuer -> issuer.name().equals(name)).findFirst().orElse(null);
  }

  /** Settings of TLS of listeners, and that of the admin API. */
  public List<ListenerTlsConfig> serverTls() {
    return Stream.concat(
            listeners.values().stream().map(ListenerConfig::tls), Stream.ofNullable(admin.tls()))
        .filter(Objects::nonNull)
        .toList();
  }

  /** Every domain that some port wants a certificate for, each once. */
  public Set<AcmeDomain> acmeDomains() {
    Set<AcmeDomain> all = new LinkedHashSet<>();
    for (ListenerTlsConfig tls : serverTls()) {
      ListenerTlsConfig.Acme wanted = tls.acme();
      if (wanted != null) {
        wanted.domains().forEach(domain -> all.add(new AcmeDomain(wanted.issuer(), domain)));
      }
    }
    return all;
  }

  /** The name of the upstream that is used where this one is named: another one by {@code use}. */
  public String upstreamUsed(String name) {
    String used = name;
    for (UpstreamConfig next = upstreams.get(name); next != null && next.use() != null; ) {
      used = next.use();
      next = upstreams.get(used);
    }
    return used;
  }

  /** The route of this id, or null. */
  public @Nullable RouteConfig route(String id) {
    return routes.stream().filter(route -> route.id().equals(id)).findFirst().orElse(null);
  }
}
