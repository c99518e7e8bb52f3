package dev.yumen.control.diagnose;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.RouteConfig;
import dev.yumen.dataplane.recording.RecordedRequest;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which requests are looked at.
 *
 * @param route id of one; null for all
 * @param upstream name of one; null for all
 * @param since how far back
 */
public record Extent(@Nullable String route, @Nullable String upstream, Duration since) {
  /** How far back unless something else is asked for. */
  public static final Duration USUAL = Duration.ofMinutes(5);

  public static final Duration LEAST = Duration.ofSeconds(10);
  public static final Duration MOST = Duration.ofDays(1);

  boolean has(RecordedRequest request) {
    return (route == null || request.result().route().equals(route))
        && (upstream == null || upstream.equals(request.result().upstream()));
  }

  /** Upstreams that requests of it may go to, as the configuration has them. */
  Set<String> upstreams(GatewayConfig config) {
    if (upstream != null) {
      return Set.of(config.upstreamUsed(upstream));
    }
    Set<String> names = new LinkedHashSet<>();
    if (route == null) {
      config.upstreams().keySet().forEach(name -> names.add(config.upstreamUsed(name)));
      return names;
    }
    RouteConfig one = config.route(route);
    if (one != null) {
      one.to().forEach(target -> names.add(config.upstreamUsed(target.upstream())));
    }
    return names;
  }
}
