package dev.yumen.redis;

import dev.yumen.api.RedisFailure;
import dev.yumen.api.RedisFailure.Reason;
import dev.yumen.api.RedisScript;
import dev.yumen.config.RedisConfig;
import dev.yumen.dataplane.redis.OpenRedis;
import dev.yumen.dataplane.redis.RedisOpener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * A Redis whose calls cost little whatever becomes of it: each ends in time; no more than the
 * settings say wait at once; without a connection they end at once; and a server that stays silent
 * is not asked until a probe was answered.
 */
public final class LettuceRedis implements OpenRedis {
  private static final String NO_KEY = "";

  private final String name;
  private final long timeout;
  private final int mostPending;
  private final LongSupplier nanoClock;
  private final LinkEvents events;
  private final Link link;
  private final AtomicInteger pending = new AtomicInteger();

  /** By server; of those of a cluster that are gone there are few. */
  private final Map<String, Breaker> breakers = new ConcurrentHashMap<>();

  private LettuceRedis(RedisConfig settings, RedisOpener.Surroundings around) {
    name = around.name();
    timeout = settings.timeout().toNanos();
    mostPending = settings.maxPending();
    nanoClock = around.nanoClock();
    events = new LinkEvents(around);
    link =
        settings.kind() == RedisConfig.Kind.CLUSTER
            ? new Cluster(settings, around, events)
            : new OneServer(settings, around, events);
  }

  /** Begins to connect; the {@link RedisOpener} of the program. */
  public static OpenRedis open(RedisConfig settings, RedisOpener.Surroundings around) {
    return new LettuceRedis(settings, around);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean available() {
    if (!link.connected()) {
      return false;
    }
    long now = nanoClock.getAsLong();
    return breakers.isEmpty()
        || breakers.values().stream().anyMatch(breaker -> breaker.wouldAdmit(now));
  }

  @Override
  public CompletionStage<List<Long>> run(
      RedisScript script, List<String> keys, List<String> arguments) {
    return send(new ScriptCall<>(script, keys, arguments, Long.class), keys);
  }

  @Override
  public CompletionStage<List<String>> runForTexts(
      RedisScript script, List<String> keys, List<String> arguments) {
    return send(new ScriptCall<>(script, keys, arguments, String.class), keys);
  }

  private <T> CompletionStage<List<T>> send(ScriptCall<T> call, List<String> keys) {
    Link.Server server = link.server(keys.isEmpty() ? NO_KEY : keys.getFirst());
    if (server == null) {
      return refused(Reason.GONE, "not connected");
    }
    long now = nanoClock.getAsLong();
    Breaker breaker = breakers.computeIfAbsent(server.name(), _ -> new Breaker());
    if (!breaker.admits(now)) {
      return refused(Reason.GONE, "it did not answer in time");
    }
    if (pending.incrementAndGet() > mostPending) {
      pending.decrementAndGet();
      breaker.gaveUp();
      events.warn("more than " + mostPending + " calls wait for their answers");
      return refused(Reason.BUSY, "too many calls wait");
    }
    CompletableFuture<List<T>> result = new CompletableFuture<>();
    call.send(server.commands())
        .orTimeout(timeout, TimeUnit.NANOSECONDS)
        .whenComplete(
            (answer, failure) -> {
              pending.decrementAndGet();
              if (failure == null) {
                breaker.answered();
                events.metrics().answered(nanoClock.getAsLong() - now);
                result.complete(answer);
              } else {
                result.completeExceptionally(failed(failure, server, breaker));
              }
            });
    return result;
  }

  private <T> CompletionStage<T> refused(Reason reason, String detail) {
    events.metrics().failed(reason);
    return CompletableFuture.failedFuture(new RedisFailure(reason, detail));
  }

  private RedisFailure failed(Throwable cause, Link.Server server, Breaker breaker) {
    RedisFailure failure = ScriptCall.failure(cause);
    Reason reason = failure.reason();
    events.metrics().failed(reason);
    switch (reason) {
      case TIMEOUT -> {
        if (breaker.missed(nanoClock.getAsLong())) {
          events.warn("no answers within " + TimeUnit.NANOSECONDS.toMillis(timeout) + " ms");
          link.suspect(server, reason);
        }
      }
      case ERROR -> {
        breaker.answered();
        events.warn("an error was answered: " + failure.getMessage());
      }
      case GARBAGE -> {
        breaker.gaveUp();
        events.warn("no answer that makes sense: " + failure.getMessage());
        link.suspect(server, reason);
      }
      case GONE, BUSY -> {
        breaker.gaveUp();
        link.suspect(server, reason);
      }
    }
    return failure;
  }

  @Override
  public void awaitFirst(Duration most) {
    link.awaitFirst(most);
  }

  @Override
  public void close() {
    link.close();
  }
}
