package dev.yumen.filters.traffic;

import dev.yumen.api.FilterContext;
import dev.yumen.api.Redis;
import dev.yumen.filters.traffic.SharedConfig.WhenGone;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts in a Redis, exact for all gateways together: each decision is one call, in which Redis
 * looks at all limits of a demand and takes from all or none, by its own clock.
 */
final class SharedCounts implements Counts {
  private static final SharedScripts SCRIPTS = SharedScripts.load();
  private static final int NUMBERS = 3;

  private final Redis redis;
  private final WhenGone whenGone;
  private final String slot;
  private final LocalCounts local;
  private final FilterContext.Counter undecided;

  /** The same in every gateway, as keys must be. */
  private final SipHash hash = SipHash.shared();

  /**
   * @param slot what stands in keys before their hash: with braces, so that all keys of a demand
   *     are on one node of a cluster, where a demand has several
   * @param local counts while Redis does not answer
   * @param undecided counts demands that Redis did not decide
   */
  SharedCounts(
      Redis redis,
      WhenGone whenGone,
      String slot,
      LocalCounts local,
      FilterContext.Counter undecided) {
    this.redis = redis;
    this.whenGone = whenGone;
    this.slot = slot;
    this.local = local;
    this.undecided = undecided;
  }

  @Override
  public SipHash hash() {
    return hash;
  }

  @Override
  public Limiter limiter(Terms terms) {
    return local.limiter(terms);
  }

  @Override
  public boolean immediate() {
    return false;
  }

  /** Nobody waits for a turn here: settings with a queue are refused. */
  @Override
  public void giveUp(Demand demand) {}

  @Override
  public @Nullable CompletionStage<Demand> take(Demand demand) {
    if (demand.size() == 0) {
      return null;
    }
    List<String> keys = new ArrayList<>(demand.size());
    List<String> arguments = new ArrayList<>(demand.size() * 5);
    for (int i = 0; i < demand.size(); i++) {
      keys.add(key(demand, i));
      addTerms(demand, i, demand.cost(i), arguments);
    }
    return redis
        .run(SCRIPTS.take(), keys, arguments)
        .handle(
            (answer, failure) -> {
              if (failure != null || answer.size() != NUMBERS * demand.size()) {
                gone(demand);
              } else {
                told(demand, answer);
              }
              return demand;
            });
  }

  private static void told(Demand demand, List<Long> answer) {
    for (int i = 0; i < demand.size(); i++) {
      int at = NUMBERS * i;
      demand.refuse(i, TimeUnit.MICROSECONDS.toNanos(answer.get(at)));
      demand.tell(i, answer.get(at + 1), TimeUnit.MICROSECONDS.toNanos(answer.get(at + 2)));
    }
  }

  /** Decides without Redis, as the settings say. */
  Demand gone(Demand demand) {
    undecided.add(1);
    switch (whenGone) {
      case LOCAL -> local.take(demand);
      case FAIL_OPEN, FAIL_CLOSED -> demand.unknown();
    }
    return demand;
  }

  /**
   * A part of a limit, taken for whoever asked.
   *
   * @param granted 0 when there is not enough for one request
   * @param waitNanos until there is, then
   * @param left of the limit, for everybody
   */
  record Share(long granted, long waitNanos, long left, long resetNanos) {}

  /**
   * Takes so many of the first limit of a demand, or as many as there are, but at least its cost.
   * Fails when Redis does not tell.
   */
  CompletionStage<Share> lease(Demand demand, long wanted) {
    List<String> arguments = new ArrayList<>(6);
    addTerms(demand, 0, demand.cost(0), arguments);
    arguments.add(Long.toString(wanted));
    return redis
        .run(SCRIPTS.lease(), List.of(key(demand, 0)), arguments)
        .thenApply(
            answer ->
                new Share(
                    answer.get(0),
                    TimeUnit.MICROSECONDS.toNanos(answer.get(1)),
                    answer.get(2),
                    TimeUnit.MICROSECONDS.toNanos(answer.get(3))));
  }

  @Override
  public void charge(Demand demand, int index, long more) {
    if (more == 0) {
      return;
    }
    List<String> arguments = new ArrayList<>(5);
    addTerms(demand, index, more, arguments);
    redis
        .run(SCRIPTS.charge(), List.of(key(demand, index)), arguments)
        .whenComplete(
            (answer, failure) -> {
              if (failure != null) {
                undecided.add(1);
              }
            });
  }

  private String key(Demand demand, int index) {
    return slot + Long.toHexString(demand.key(index));
  }

  private static void addTerms(Demand demand, int index, long cost, List<String> to) {
    Terms terms = demand.tier(index).limiter().terms();
    to.add(terms.algorithm().name());
    to.add(Long.toString(terms.rate().count()));
    to.add(Long.toString(TimeUnit.NANOSECONDS.toMicros(terms.windowNanos())));
    to.add(Long.toString(terms.most()));
    to.add(Long.toString(cost));
  }
}
