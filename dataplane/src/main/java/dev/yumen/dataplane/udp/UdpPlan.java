package dev.yumen.dataplane.udp;

import dev.yumen.config.UdpConfig;
import dev.yumen.dataplane.upstream.Upstream;
import dev.yumen.dataplane.upstream.WeightedUpstreams;
import java.util.function.Function;

/**
 * Where the datagrams of one listener go, compiled. Immutable; belongs to a snapshot.
 *
 * @param to where each new session draws its upstream from
 */
public record UdpPlan(UdpConfig settings, WeightedUpstreams to) {

  /**
   * @param upstreams gives every upstream that is named
   */
  public static UdpPlan compile(UdpConfig settings, Function<String, Upstream> upstreams) {
    return new UdpPlan(settings, WeightedUpstreams.of(settings.to(), upstreams));
  }
}
