package dev.yumen.config;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What makes a listener one for plain TCP, or for TLS that passes through. */
@Describe(
    "Makes this a listener for TCP: every byte goes on as it comes. With `tls` beside it TLS ends"
        + " here; with `routes` TLS passes through, and the name that a client asks for says where"
        + " to.")
public record TcpConfig(
    @Describe("Ends at an upstream, or at several by weight; with `routes`, for all other names.")
        @OneOrMany
        List<RouteConfig.Target> to,
    @Describe("Where connections with TLS go, by the server name (SNI) that their clients ask for.")
        List<SniRoute> routes,
    @Describe("Closes a connection on which nothing moves for so long.") @Default("1h")
        Duration idleTimeout,
    @Describe("Longest life of a connection. 0s is unlimited.") @Default("0s") Duration lifetime,
    @Describe("Most endpoints that are tried, each once, for one connection.") @Default("3")
        int attempts,
    @Describe("Announces the client to the service by a header of this version.")
        ProxyProtocolConfig.@Nullable Version sendProxyProtocol,
    @Describe("With `routes`: for a client's first message, from the moment of the connection.")
        @Default("10s")
        Duration helloTimeout,
    @Describe("With `routes`: largest first message of a client.") @Default("16KiB")
        DataSize maxClientHello) {

  public TcpConfig {
    to = List.copyOf(to);
    routes = List.copyOf(routes);
    if (to.isEmpty() && routes.isEmpty()) {
      throw InvalidValue.found("", "no way to go", "to, or routes");
    }
    RouteConfig.Target.checkSum(to);
    Check.positive("idle-timeout", idleTimeout);
    Check.notNegative("lifetime", lifetime);
    Check.range("attempts", attempts, 1, 100);
    Check.positive("hello-timeout", helloTimeout);
    Check.range("max-client-hello", maxClientHello, 512, 64 << 10);
    Set<String> names = new HashSet<>();
    for (SniRoute route : routes) {
      for (String name : route.sni()) {
        if (!names.add(name)) {
          throw InvalidValue.found("routes", "\"" + name + "\" twice", "each name once");
        }
      }
    }
  }

  /** Where connections for some names go. */
  @Describe("Where connections with TLS go whose clients ask for one of these names.")
  public record SniRoute(
      @Describe("Host names, exact or *.example.com, which stands for one label.") @OneOrMany
          List<String> sni,
      @Describe("Ends at an upstream, or at several by weight.") @OneOrMany
          List<RouteConfig.Target> to) {

    public SniRoute {
      sni = List.copyOf(sni);
      to = List.copyOf(to);
      if (sni.isEmpty()) {
        throw InvalidValue.found("sni", "no name", "at least one host name");
      }
      for (String name : sni) {
        if (!name.matches("(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*") || name.length() > 255) {
          throw new InvalidValue(
              "sni", name, "a lower-case host name such as example.com or *.example.com");
        }
      }
      if (to.isEmpty()) {
        throw InvalidValue.found("to", "no upstream", "at least one");
      }
      RouteConfig.Target.checkSum(to);
    }
  }
}
