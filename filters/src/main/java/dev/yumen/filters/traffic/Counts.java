package dev.yumen.filters.traffic;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where the counts of rate limits are kept: in this process, or shared with others. Any thread. */
interface Counts {

  /** The hash that keys are made with; processes that share counts have the same one. */
  SipHash hash();

  /** What counts under these terms. */
  Limiter limiter(Terms terms);

  /** Whether {@link #take} always decides at once. */
  boolean immediate();

  /**
   * Takes from every limit of a demand or, if one of them has not enough, from none, and notes the
   * outcome in the demand. A token bucket that will have enough within {@link Demand#maxWaitNanos}
   * has enough; the demand has its turn then, after those that came before.
   *
   * @return null when that is done; else what completes when it is, on any thread. Not being able
   *     to tell is an outcome too, so it never completes exceptionally.
   */
  @Nullable CompletionStage<Demand> take(Demand demand);

  /**
   * Notes what {@link #take} would come to, without taking, and what is left before.
   *
   * @return false when only somebody else knows
   */
  default boolean peek(Demand demand) {
    return false;
  }

  /**
   * Counts more of what a demand took of one limit, even if that leaves a debt, which refuses what
   * comes after; or less than zero to give back. What is left then is noted in the demand if it is
   * known at once. Never waits.
   */
  void charge(Demand demand, int index, long more);

  /** Gives back what it can of a demand that does not wait for its turn any more. Never waits. */
  void giveUp(Demand demand);
}
