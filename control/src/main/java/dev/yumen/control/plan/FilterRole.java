package dev.yumen.control.plan;

import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.RouteConfig;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a kind of filter does for the safety of a route. */
enum FilterRole {
  /** Asks who the client is, or whether it may; a route with one of these is protected. */
  ADMITS(
      "acl",
      "api-key",
      "authorize",
      "basic-auth",
      "casbin",
      "ext-authz",
      "forward-auth",
      "hmac-auth",
      "jwt",
      "ldap-auth",
      "mtls-auth",
      "multi-auth",
      "oauth2-introspection",
      "oidc-login",
      "opa"),
  /** Turns requests away, or hides something, whoever the client is. */
  GUARDS(
      "anti-replay",
      "body-limits",
      "bot-detection",
      "concurrency-limit",
      "csrf",
      "data-mask",
      "geo",
      "ip-restriction",
      "referer-restriction",
      "request-size",
      "secure-headers",
      "validate",
      "waf"),
  /** Neither: its loss opens nothing. */
  OTHER;

  @SuppressWarnings("ImmutableEnumChecker") // Set.of
  private final Set<String> names;

  FilterRole(String... names) {
    this.names = Set.of(names);
  }

  /** The role of a kind of filter by its configuration name. */
  static FilterRole of(String name) {
    return ADMITS.names.contains(name) ? ADMITS : GUARDS.names.contains(name) ? GUARDS : OTHER;
  }

  /** The filters that a request of a route goes through: those for all routes, then its own. */
  static Stream<FilterConfig> filters(GatewayConfig config, RouteConfig route) {
    return Stream.concat(config.filters().stream(), route.filters().stream());
  }

  /** Names of the filters of a route that have this role. */
  Set<String> in(GatewayConfig config, RouteConfig route) {
    return filters(config, route)
        .map(filter -> filter.type().name())
        .filter(names::contains)
        .collect(Collectors.toSet());
  }

  /** Whether clients of a route have to show who they are, or are asked for in another way. */
  static boolean isProtected(GatewayConfig config, RouteConfig route) {
    return filters(config, route).anyMatch(filter -> of(filter.type().name()) == ADMITS);
  }
}
