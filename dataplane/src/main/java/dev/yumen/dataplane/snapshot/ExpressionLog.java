package dev.yumen.dataplane.snapshot;

import dev.yumen.api.FilterContext;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.routing.ExpressionFailures;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts expressions that fail on a request. Called by loops. */
final class ExpressionLog {
  private static final Logger LOG = LoggerFactory.getLogger(ExpressionLog.class);

  private ExpressionLog() {}

  static ExpressionFailures of(Metrics metrics) {
    FilterContext.Counter counter =
        metrics.counter(
            "gateway_expression_failures",
            "Expressions of routes and filters that failed on a request, which counts as false.",
            List.of());
    return (expression, reason) -> {
      counter.add(1);
      LOG.debug("expression {} failed: {}", expression, reason);
    };
  }
}
