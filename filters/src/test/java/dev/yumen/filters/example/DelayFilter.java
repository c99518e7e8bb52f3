package dev.yumen.filters.example;

import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Verdict;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Holds every request up for a while. */
public final class DelayFilter implements Filter {
  public static final FilterType<Config> TYPE =
      new FilterType<>("delay", Config.class, (config, context) -> new DelayFilter(config));

  /** How long. */
  @Describe("Holds every request up for a while.")
  @Shorthand("time")
  public record Config(@Describe("How long; below limits.filter-timeout.") Duration time) {}

  private final Executor later;

  private DelayFilter(Config config) {
    later = CompletableFuture.delayedExecutor(config.time.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    return Verdict.await(CompletableFuture.supplyAsync(Verdict::proceed, later));
  }
}
