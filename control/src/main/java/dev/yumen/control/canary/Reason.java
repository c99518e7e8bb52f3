package dev.yumen.control.canary;

import java.util.List;

/**
 * Why a canary is where it is.
 *
 * @param about a member of a closed set, which has a text in every language
 * @param details what stands in the gaps of that text
 */
public record Reason(About about, List<String> details) {

  public Reason {
    details = List.copyOf(details);
  }

  static Reason of(About about, String... details) {
    return new Reason(about, List.of(details));
  }

  /** What can be said; the words are details. */
  public enum About {
    /** The share of the first step. */
    BEGUN,
    /** The step before is done: its share. */
    STEP_DONE,
    /** The step goes on for a time: what is left of it. */
    WAITS,
    /** The candidate has too few requests: how many, and how many it takes. */
    FEW_REQUESTS,
    /**
     * More of its requests fail than may, and that may be chance: percentage points, those allowed.
     */
    LOOKS_WORSE,
    /** Every step is done. */
    ALL_DONE,
    /** Somebody said so: who. */
    BY_HAND,
    /**
     * More of its requests fail: percent of the candidate, percent of the other, probability of a
     * false alarm.
     */
    FAILS_MORE,
    /**
     * It is slower: percent of its requests beyond a time, that time, percent of the other's beyond
     * another one, that one, probability of a false alarm.
     */
    SLOWER
  }
}
