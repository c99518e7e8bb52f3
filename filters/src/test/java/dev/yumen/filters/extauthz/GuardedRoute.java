package dev.yumen.filters.extauthz;

import dev.yumen.filters.FilterHarness;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import java.nio.file.Path;

/** A route in front of users, and the service that is asked about its requests. */
final class GuardedRoute implements AutoCloseable {
  final AuthzServer service = AuthzServer.start();

  /** The whole configuration of a gateway, for a service elsewhere. */
  static String configuration(String address, String settings) {
    return """
    listeners: {http: {address: "127.0.0.1:8080"}}
    limits: {filter-timeout: 30s}
    upstreams:
      users: {endpoints: ["127.0.0.1:9001"]}
      auth: {endpoints: ["%s"], protocol: h2c}
    routes:
      - id: test
        match: {path: "/**"}
        to: users
        filters: [{ext-authz: {upstream: auth%s}}]
    """
        .formatted(address, settings.contains("timeout") ? settings : ", timeout: 20s" + settings);
  }

  /**
   * The whole configuration of a gateway.
   *
   * @param settings more of the filter, with a comma before each
   */
  String configuration(String settings) {
    return configuration(service.address(), settings);
  }

  /**
   * As above, the filter being the last of several in multi-auth.
   *
   * @param others how multi-auth begins, such as {@code "any: [api-key, "}
   */
  String among(String others) {
    return configuration(", upstream-headers: X-User-ID")
            .replace("filters: [", "filters: [{multi-auth: {" + others)
            .replace("X-User-ID}}]", "X-User-ID}}]}}]")
        + "consumers: [{name: robot, credentials: [{api-key: robot-key}]}]\n";
  }

  /** Starts a gateway, which the caller closes. */
  FilterHarness gateway(String settings) {
    return FilterHarness.run(configuration(settings), Path.of("target"));
  }

  /** What the service was told of a request in its question of this number, counted from 1. */
  AttributeContext.HttpRequest told(int number) {
    return service.request(number).getAttributes().getRequest().getHttp();
  }

  @Override
  public void close() {
    service.close();
  }
}
