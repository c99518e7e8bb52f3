package dev.yumen.filters;

import dev.yumen.filters.auth.Directory;
import dev.yumen.filters.extauthz.AuthzServer;
import dev.yumen.testkit.RedisServer;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What filters talk to beside upstreams: each is started when a configuration names its address.
 */
final class Services implements AutoCloseable {
  private static final String REDIS = "127.0.0.1:6379";
  private static final String AUTHORIZATION = "127.0.0.1:9003";
  private static final String DIRECTORY = "127.0.0.1:9004";

  private final Deque<Runnable> closing = new ArrayDeque<>();

  /** The configuration with the addresses that the services have in this test. */
  String place(String yaml, Path folder) {
    String placed = yaml;
    if (placed.contains(REDIS)) {
      RedisServer redis = RedisServer.start(folder);
      closing.push(redis::close);
      placed = placed.replace(REDIS, redis.address());
    }
    if (placed.contains(TokenService.ADDRESS)) {
      ScriptedUpstream tokens = ScriptedUpstream.start(TokenService::serve);
      closing.push(tokens::close);
      placed = placed.replace(TokenService.ADDRESS, tokens.address());
    }
    if (placed.contains(AUTHORIZATION)) {
      AuthzServer authorization = AuthzServer.start();
      closing.push(authorization::close);
      placed = placed.replace(AUTHORIZATION, authorization.address());
    }
    if (placed.contains(DIRECTORY)) {
      Directory directory = Directory.start();
      closing.push(directory::close);
      placed = placed.replace(DIRECTORY, directory.address());
    }
    return placed;
  }

  @Override
  public void close() {
    closing.forEach(Runnable::run);
  }
}
