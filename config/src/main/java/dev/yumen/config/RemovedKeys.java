package dev.yumen.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys that are no longer, or that other gateways have for the same thing, with what to write
 * instead. A key that is removed or renamed gets a line here.
 */
final class RemovedKeys {
  private static final Map<Class<? extends Record>, Map<String, String>> REPLACEMENTS =
      Map.of(
          GatewayConfig.class,
          Map.of(
              "<<", "an alias for the whole value: YAML 1.2 has no merge keys",
              "services", "upstreams",
              "clusters", "upstreams",
              "backends", "upstreams",
              "server", "listeners",
              "servers", "listeners",
              "entrypoints", "listeners",
              "middlewares", "filters",
              "logging", "log"),
          RouteConfig.class,
          Map.of(
              "name", "id",
              "uri", "to",
              "upstream", "to",
              "service", "to",
              "predicates", "match",
              "path", "match: {path: …}",
              "plugins", "filters",
              "middlewares", "filters",
              "order", "match: {priority: …}",
              "priority", "match: {priority: …}"),
          UpstreamConfig.class,
          Map.of(
              "nodes", "endpoints",
              "targets", "endpoints",
              "servers", "endpoints",
              "addresses", "endpoints",
              "load-balancer", "balance",
              "timeouts", "timeout"),
          ListenerConfig.class,
          Map.of("port", "address: \"0.0.0.0:PORT\"", "host", "address", "bind", "address"));

  private RemovedKeys() {}

  /** What to write instead, or null. */
  static @Nullable String replacement(Class<? extends Record> section, String key) {
    return REPLACEMENTS.getOrDefault(section, Map.of()).get(key);
  }
}
