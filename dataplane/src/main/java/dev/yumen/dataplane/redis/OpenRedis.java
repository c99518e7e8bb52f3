package dev.yumen.dataplane.redis;

import dev.yumen.api.Redis;
import java.time.Duration;

/** A Redis of a configuration, with connections that somebody must close. */
public interface OpenRedis extends Redis, AutoCloseable {

  /** Waits until it is known how the first try to connect went, or for the longest time. */
  void awaitFirst(Duration most);

  /** Gives connections and threads up; does not wait for that. Calls fail from now on. */
  @Override
  void close();
}
