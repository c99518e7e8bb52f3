package dev.yumen.api;

import java.time.Duration;

/**
 * Where copies of requests go, with bounds on what they may use; {@link FilterContext#mirror} makes
 * it. Good as long as the filter is that it was made for.
 */
public interface MirrorRef {

  /** Name of the upstream that copies go to. */
  String name();

  /**
   * What copies may use.
   *
   * @param timeout from the start of a copy's sending to the end of its answer; more than zero
   * @param maxBody most bytes of a request's body; a longer one is not copied. 0 or more
   * @param maxInFlight most copies to one upstream that are held or under way; at least 1
   */
  record Limits(Duration timeout, long maxBody, int maxInFlight) {}
}
