package dev.yumen.dataplane.upstream;

import dev.yumen.config.RouteConfig;
import dev.yumen.dataplane.balance.WeightedDraw;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/** One upstream, or several of which each connection draws one by weight. Immutable. */
public final class WeightedUpstreams {
  private final List<Upstream> upstreams;
  private final WeightedDraw draw;

  private WeightedUpstreams(List<Upstream> upstreams, WeightedDraw draw) {
    this.upstreams = upstreams;
    this.draw = draw;
  }

  /**
   * @param targets at least one, with weights that do not add up to 0
   * @param byName gives every upstream that is named
   */
  public static WeightedUpstreams of(
      List<RouteConfig.Target> targets, Function<String, Upstream> byName) {
    return new WeightedUpstreams(
        targets.stream().map(target -> byName.apply(target.upstream())).toList(),
        new WeightedDraw(targets.stream().mapToInt(RouteConfig.Target::weight).toArray()));
  }

  public Upstream choose() {
    return upstreams.size() == 1
        ? upstreams.getFirst()
        : upstreams.get(draw.next(ThreadLocalRandom.current()));
  }
}
