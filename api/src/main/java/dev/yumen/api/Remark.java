package dev.yumen.api;

import java.util.List;

/**
 * One thing to say of what a filter would do: a member of a closed set, which has a text in every
 * language, and what stands in that text's gaps.
 *
 * @param about what is said
 * @param details as many as {@link About} has gaps; never a secret
 */
public record Remark(About about, List<String> details) {

  public Remark {
    details = List.copyOf(details);
    if (details.size() != about.gaps) {
      throw new InvalidValue(
          "details", String.valueOf(details.size()), about.gaps + " for " + about);
    }
  }

  /** What can be said; the words are details. */
  public enum About {
    /** A limit, and how much of it is left before this request. */
    LEFT(2),
    /** A limit of which not enough is left, and the seconds until there is. */
    USED_UP(2),
    /** A limit that is not for this request, as it lacks what is counted by. */
    NO_KEY(1),
    /** What goes beyond the limit only is counted: the limit. */
    ONLY_COUNTED(1),
    /** It waits for its turn: the limit, and the longest time. */
    QUEUES(2),
    /** A limit that is counted elsewhere: the limit, and where. */
    COUNTED_ELSEWHERE(2),
    /** Requests under way at once: how many are, and how many may be. */
    UNDER_WAY(2),
    /** A circuit breaker lets requests through. */
    BREAKER_CLOSED(0),
    /** A circuit breaker refuses requests for so many seconds. */
    BREAKER_OPEN(1),
    /** A request goes out to a service first: its name. */
    ASKS(1),
    /** A request goes out to an address first. */
    ASKS_ADDRESS(1),
    /** Keys of somebody else that have not been fetched: whose. */
    NO_KEYS_AT_HAND(1),
    /** A check that takes too long for here, such as that of a password: what. */
    SLOW_CHECK(1),
    /** A copy goes to a service: its name. */
    COPIES(1),
    /** A share of the requests, in percent. */
    SHARE(1),
    /** The request is held up for so many milliseconds. */
    HOLDS_UP(1),
    /** The body would be looked into. */
    READS_BODY(0),
    /** What it looks at are credentials, which recorded requests are without. */
    CREDENTIALS_NOT_RECORDED(0),
    /** What is remembered of earlier requests is asked: what. */
    REMEMBERS(1),
    /** Another filter, which takes the request. */
    TAKEN_BY(1),
    /** Another filter, which does not take the request. */
    NOT_TAKEN_BY(1),
    /** A rule takes the request: its name. */
    BY_RULE(1),
    /** No rule takes the request. */
    BY_NO_RULE(0),
    /** Which of two versions gets the request: {@code stable} or {@code candidate}. */
    VERSION(1),
    /** A new version by its upstream, its share in percent, and how far it has come. */
    CANARY(3);

    private final int gaps;

    About(int gaps) {
      this.gaps = gaps;
    }

    /** How many details it takes. */
    public int gaps() {
      return gaps;
    }
  }
}
