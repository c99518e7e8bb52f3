package dev.yumen.dataplane.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How canaries go on. Written by who decides about them, on any thread. */
public final class CanaryMetrics {

  private record Decided(String route, String decision) {}

  private final Map<Decided, LongAdder> decisions = new ConcurrentHashMap<>();
  private volatile Map<String, Double> weights = Map.of();

  /** Without anything counted. */
  public CanaryMetrics() {}

  /** Shares of the candidates in percent by route, in place of those before. */
  public void weights(Map<String, Double> live) {
    weights = Map.copyOf(live);
  }

  /**
   * Something was decided about the canary of a route.
   *
   * @param decision of a closed set
   */
  public void decided(String route, String decision) {
    decisions.computeIfAbsent(new Decided(route, decision), _ -> new LongAdder()).increment();
  }

  void collect(Collected to) {
    weights.forEach((route, weight) -> to.gauge(Family.CANARY_WEIGHT, weight, route));
    decisions.forEach(
        (what, count) ->
            to.counter(Family.CANARY_DECISIONS, count.sum(), what.route(), what.decision()));
  }
}
