package dev.yumen.dataplane.guard;

import dev.yumen.api.FilterContext.Counter;
import dev.yumen.dataplane.observe.Metrics;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells log and metrics what a breaker does. */
public final class BreakerEvents implements WindowBreaker.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(BreakerEvents.class);

  private final String kind;
  private final String name;
  private final Counter opened;
  private final Counter refused;

  /**
   * @param kind what it guards: {@code upstream} or {@code route}
   */
  public BreakerEvents(String kind, String name, Metrics metrics) {
    this.kind = kind;
    this.name = name;
    this.opened =
        metrics.counter(
            "gateway_circuit_breaker_opened",
            "Times that a circuit breaker opened.",
            List.of("kind", kind, "name", name));
    this.refused =
        metrics.counter(
            "gateway_circuit_breaker_refused",
            "Calls that a circuit breaker refused.",
            List.of("kind", kind, "name", name));
  }

  @Override
  public void refused() {
    refused.add(1);
  }

  @Override
  public void changed(WindowBreaker.State state, String why) {
    switch (state) {
      case OPEN -> {
        opened.add(1);
        LOG.warn("circuit breaker of {} {} opens: {}", kind, name, why);
      }
      case HALF_OPEN -> LOG.debug("circuit breaker of {} {} lets probes through", kind, name);
      case CLOSED -> LOG.info("circuit breaker of {} {} closes: {}", kind, name, why);
    }
  }
}
