package dev.yumen.dataplane.tcp;

import dev.yumen.config.TcpConfig;
import dev.yumen.dataplane.tls.HostMap;
import dev.yumen.dataplane.upstream.Upstream;
import dev.yumen.dataplane.upstream.WeightedUpstreams;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where the connections of one listener go, compiled. Immutable; belongs to a snapshot. */
public final class TcpPlan {
  private final TcpConfig settings;
  private final @Nullable WeightedUpstreams others;
  private final HostMap<WeightedUpstreams> byName = new HostMap<>();

  private TcpPlan(TcpConfig settings, @Nullable WeightedUpstreams others) {
    this.settings = settings;
    this.others = others;
  }

  /**
   * @param upstreams gives every upstream that is named
   */
  public static TcpPlan compile(TcpConfig settings, Function<String, Upstream> upstreams) {
    TcpPlan plan =
        new TcpPlan(
            settings,
            settings.to().isEmpty() ? null : WeightedUpstreams.of(settings.to(), upstreams));
    for (TcpConfig.SniRoute route : settings.routes()) {
      WeightedUpstreams to = WeightedUpstreams.of(route.to(), upstreams);
      route.sni().forEach(name -> plan.byName.add(name, to));
    }
    return plan;
  }

  TcpConfig settings() {
    return settings;
  }

  /** Whether a client's first message has to be read to know the way. */
  boolean asksForName() {
    return !settings.routes().isEmpty();
  }

  /**
   * The way for a connection.
   *
   * @param serverName that the client asks for, in lower case; null when it asks for none
   * @return null when there is no way
   */
  @Nullable WeightedUpstreams way(@Nullable String serverName) {
    WeightedUpstreams found = serverName == null ? null : byName.get(serverName);
    return found != null ? found : others;
  }
}
