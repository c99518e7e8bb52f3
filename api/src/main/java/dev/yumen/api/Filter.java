package dev.yumen.api;

/**
 * A step that sees a request before it is forwarded and the answer before it is sent.
 *
 * <p>One instance serves all event loops at once, so its fields are immutable or thread-safe. Its
 * methods run on the exchange's event loop and never block; a filter that must block implements
 * {@link BlockingFilter}. Request steps run in the order written, response steps in reverse. A
 * method that throws or returns null costs that exchange (500 {@code FILTER_FAILED}), nothing else.
 */
public non-sealed interface Filter extends AnyFilter {

  /** Looks at the request before routing decisions of later filters and before forwarding. */
  default Verdict onRequest(Exchange exchange) {
    return Verdict.proceed();
  }

  /**
   * Looks at the final answer's head, whoever made it: the upstream, a filter, or the gateway's own
   * error. Called only for filters whose request step was reached.
   */
  default Verdict onResponse(Exchange exchange, ResponseHead response) {
    return Verdict.proceed();
  }

  /** Called exactly once when the exchange is over, also when it was cut short. */
  default void onEnd(Exchange exchange, Ending ending) {}
}
