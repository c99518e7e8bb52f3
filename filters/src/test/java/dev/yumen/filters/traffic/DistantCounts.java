package dev.yumen.filters.traffic;

import dev.yumen.api.FilterType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Counts that are kept here but answer from another thread, as those of another process do. */
public final class DistantCounts implements Counts {
  /** The filter {@code rate-limit} with such counts. */
  public static final FilterType<RateLimitFilter.Config> TYPE =
      new FilterType<>(
          "distant-rate-limit",
          RateLimitFilter.Config.class,
          (config, context) ->
              new RateLimitFilter(
                  config,
                  context,
                  new DistantCounts(
                      new LocalCounts(
                          context.state(
                              LimitTable.class,
                              "distant",
                              () -> new LimitTable(context.nanoTime(), 0, 1024))))));

  private final LocalCounts counts;

  private DistantCounts(LocalCounts counts) {
    this.counts = counts;
  }

  @Override
  public SipHash hash() {
    return counts.hash();
  }

  @Override
  public Limiter limiter(Terms terms) {
    return counts.limiter(terms);
  }

  @Override
  public boolean immediate() {
    return false;
  }

  @Override
  public CompletionStage<Demand> take(Demand demand) {
    return CompletableFuture.supplyAsync(
        () -> {
          counts.take(demand);
          return demand;
        });
  }

  @Override
  public void charge(Demand demand, int index, long more) {
    counts.charge(demand, index, more);
  }

  @Override
  public void giveUp(Demand demand) {
    counts.giveUp(demand);
  }
}
