package dev.yumen.dataplane.snapshot;

import dev.yumen.api.Consumer;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.dataplane.redis.OpenRedis;
import dev.yumen.dataplane.upstream.Upstream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that routes and their filters are made with, beside their own settings. What was made with an
 * equal one serves as well as what would be made anew, so upstreams and Redis have to be the same
 * objects. Filters keep it as long as they live: nothing of other routes is in it.
 *
 * @param folder that relative file names count from
 * @param filterTimeout longest time of one step of a filter
 * @param upstreams by every name that there is, also those that stand for another one
 * @param redisNames those that are written; what can not be opened is not among {@code redises}
 * @param doubts settings of which something may be missing, as {@link LoadedConfig#doubts} tells
 */
record Around(
    FilterSurroundings surroundings,
    Path folder,
    List<Consumer> consumers,
    Duration filterTimeout,
    Map<String, Upstream> upstreams,
    Set<String> redisNames,
    Map<String, OpenRedis> redises,
    Set<String> doubts) {

  Around {
    upstreams = Map.copyOf(upstreams);
    redises = Map.copyOf(redises);
  }

  /**
   * @param opened upstreams by their own names
   */
  static Around of(
      LoadedConfig loaded,
      GatewayConfig config,
      FilterSurroundings surroundings,
      Map<String, Upstream> opened,
      Map<String, OpenRedis> redises) {
    Map<String, Upstream> upstreams = new HashMap<>();
    for (String name : config.upstreams().keySet()) {
      Upstream upstream = opened.get(config.upstreamUsed(name));
      if (upstream != null) {
        upstreams.put(name, upstream);
      }
    }
    return new Around(
        surroundings,
        loaded.folder(),
        config.consumers(),
        config.limits().filterTimeout(),
        upstreams,
        config.redis().keySet(),
        redises,
        loaded.doubts());
  }

  /** The upstream of this name, or the one that stands for it. */
  Upstream upstream(String name) {
    Upstream upstream = upstreams.get(name);
    if (upstream == null) {
      throw new IllegalArgumentException("unchecked configuration: " + name);
    }
    return upstream;
  }
}
