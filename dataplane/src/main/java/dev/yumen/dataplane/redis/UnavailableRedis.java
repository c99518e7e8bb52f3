package dev.yumen.dataplane.redis;

import dev.yumen.api.RedisFailure;
import dev.yumen.api.RedisScript;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A Redis that nobody connects to. */
record UnavailableRedis(String name) implements OpenRedis {
  @Override
  public boolean available() {
    return false;
  }

  @Override
  public CompletionStage<List<Long>> run(
      RedisScript script, List<String> keys, List<String> arguments) {
    return gone();
  }

  @Override
  public CompletionStage<List<String>> runForTexts(
      RedisScript script, List<String> keys, List<String> arguments) {
    return gone();
  }

  private static <T> CompletionStage<T> gone() {
    return CompletableFuture.failedStage(
        new RedisFailure(RedisFailure.Reason.GONE, "nothing connects to Redis here"));
  }

  @Override
  public void awaitFirst(Duration most) {}

  @Override
  public void close() {}
}
