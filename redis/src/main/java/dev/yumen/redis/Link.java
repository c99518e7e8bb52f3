package dev.yumen.redis;

import dev.yumen.api.RedisFailure.Reason;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is connected for one Redis: one server, or those of a cluster. Any thread. */
interface Link extends AutoCloseable {

  /**
   * Who answers calls.
   *
   * @param name the same for the same server, for who remembers how it behaved
   */
  record Server(String name, RedisScriptingAsyncCommands<String, String> commands) {}

  /** Who has this key; null when that is not known, or not connected. */
  @Nullable Server server(String key);

  /** Whether anybody is connected. */
  boolean connected();

  /**
   * Something is wrong with a server: it is silent, is gone, or says what it must not say. Makes
   * another connection, or looks whether another server has taken over.
   */
  void suspect(Server server, Reason reason);

  /** Waits for the end of the first try to connect, or for the longest time. */
  void awaitFirst(Duration most);

  /** Does not wait. */
  @Override
  void close();
}
