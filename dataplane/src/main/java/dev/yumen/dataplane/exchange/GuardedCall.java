package dev.yumen.dataplane.exchange;

import dev.yumen.api.CircuitBreaker;
import dev.yumen.dataplane.upstream.Upstream;
import org.jspecify.annotations.Nullable;

/** One attempt under the eyes of the upstream's circuit breaker, if it has one. */
final class GuardedCall {
  private CircuitBreaker.@Nullable Permit permit;

  /** False when the breaker refuses the attempt. */
  boolean begin(Upstream upstream) {
    CircuitBreaker breaker = upstream.breaker();
    if (breaker == null) {
      return true;
    }
    permit = breaker.admit();
    return permit != null;
  }

  void succeeded(long nanos) {
    CircuitBreaker.Permit held = permit;
    permit = null;
    if (held != null) {
      held.succeeded(nanos);
    }
  }

  void failed() {
    CircuitBreaker.Permit held = permit;
    permit = null;
    if (held != null) {
      held.failed();
    }
  }

  /** Says nothing about the service, if nothing was said yet. */
  void cancelled() {
    CircuitBreaker.Permit held = permit;
    permit = null;
    if (held != null) {
      held.cancelled();
    }
  }
}
