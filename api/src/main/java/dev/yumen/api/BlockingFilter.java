package dev.yumen.api;

/**
 * A filter of plain blocking code. Its steps run on a virtual thread while the exchange is parked,
 * so it may read and change the exchange freely; the result resumes the exchange on its event loop.
 * A step that takes longer than {@code limits.filter-timeout} costs that exchange (504 {@code
 * FILTER_TIMEOUT}) and its thread is interrupted.
 */
public non-sealed interface BlockingFilter extends AnyFilter {

  /** As {@link Filter#onRequest}, on a virtual thread. */
  default Verdict onRequest(Exchange exchange) throws Exception {
    return Verdict.proceed();
  }

  /** As {@link Filter#onResponse}, on a virtual thread. */
  default Verdict onResponse(Exchange exchange, ResponseHead response) throws Exception {
    return Verdict.proceed();
  }

  /** As {@link Filter#onEnd}: on the event loop, so it must not block. */
  default void onEnd(Exchange exchange, Ending ending) {}
}
