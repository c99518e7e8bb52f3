package dev.yumen.api;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Spares a service that fails: after too many failures calls are refused at once for a while; then
 * a few are let through to see whether it is well again (M. Nygard, "Release It!", 2007). Any
 * thread; kept across reloads that leave its rules as they are.
 */
public interface CircuitBreaker {

  /**
   * When it opens, and for how long. Of the conditions, any that holds opens it; 0 switches one
   * off.
   *
   * @param errorRatio share of failures among the calls of the window
   * @param errorCount failures in the window
   * @param consecutiveErrors failures without a success between them
   * @param slowRatio share of slow calls among the calls of the window
   * @param slowCall from when on a call is slow
   * @param minimumCalls calls in the window below which the ratios say nothing
   * @param window what is looked back on, in tenths
   * @param openTime how long every call is refused
   * @param probes calls that are let through then; as many must succeed, and one failure opens it
   *     again
   */
  record Rules(
      double errorRatio,
      int errorCount,
      int consecutiveErrors,
      double slowRatio,
      Duration slowCall,
      int minimumCalls,
      Duration window,
      Duration openTime,
      int probes) {}

  /** One call that may be made. Exactly one of its methods is to be called, once. */
  interface Permit {
    /**
     * @param nanos how long the call took
     */
    void succeeded(long nanos);

    void failed();

    /** The call says nothing about the service: it was not made, or its client went away. */
    void cancelled();
  }

  /** Null when the call is refused. */
  @Nullable Permit admit();

  /** Nanoseconds until calls are let through again; 0 when they are. */
  long openNanos();
}
