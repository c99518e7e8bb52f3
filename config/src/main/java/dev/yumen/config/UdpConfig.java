package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import java.time.Duration;
import java.util.List;

/** What makes a listener one for UDP. */
@Describe(
    "Makes this a listener for UDP: the datagrams of one client address go to one endpoint, and its"
        + " answers go back, for as long as there are any.")
public record UdpConfig(
    @Describe("Ends at an upstream, or at several by weight.") @OneOrMany
        List<RouteConfig.Target> to,
    @Describe("Forgets a client of which, and for which, nothing came for so long.") @Default("30s")
        Duration sessionTimeout,
    @Describe("Most clients at a time; datagrams of others are dropped.") @Default("10000")
        int maxSessions,
    @Describe("Most sessions of one client IP address; datagrams of others are dropped.")
        @Default("1000")
        int maxSessionsPerClient) {

  public UdpConfig {
    to = List.copyOf(to);
    if (to.isEmpty()) {
      throw InvalidValue.found("to", "no upstream", "at least one");
    }
    RouteConfig.Target.checkSum(to);
    Check.positive("session-timeout", sessionTimeout);
    Check.range("max-sessions", maxSessions, 1, 1_000_000);
    Check.range("max-sessions-per-client", maxSessionsPerClient, 1, 1_000_000);
  }
}
