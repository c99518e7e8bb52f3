package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;

/** Metrics settings. */
@Describe("Metrics settings.")
public record MetricsConfig(
    @Describe("Whether request metrics are kept; the variable METRICS_ENABLED wins.")
        @Default("true")
        boolean enabled,
    @Describe("Most series of request metrics; more route patterns are counted as \"other\".")
        @Default("10000")
        int maxSeries,
    @Describe("Also write the request metrics under the prefix api_gateway_.") @Default("false")
        boolean longNames) {

  public MetricsConfig {
    Check.range("max-series", maxSeries, 10, 1_000_000);
  }
}
