package dev.yumen.dataplane.redis;

import dev.yumen.config.RedisConfig;
import dev.yumen.dataplane.observe.RedisMetrics;
import dev.yumen.dataplane.tls.UpstreamTls;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes connections to Redis; handed in, so that nothing here knows the library that does it. */
public interface RedisOpener {

  /** Opens nothing: what it gives is never available. For checks of a configuration. */
  RedisOpener NONE = (settings, around) -> new UnavailableRedis(around.name());

  /**
   * What a Redis gets from the process around it.
   *
   * @param name in the configuration
   * @param tls compiled from the settings; null without TLS. Its owner closes it after the Redis
   * @param nanoClock monotonic time
   */
  record Surroundings(
      String name, @Nullable UpstreamTls tls, RedisMetrics metrics, LongSupplier nanoClock) {}

  /** Begins to connect, and goes on trying until it is closed; does not wait for it. */
  OpenRedis open(RedisConfig settings, Surroundings around);
}
