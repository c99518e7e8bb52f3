package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;

/** What is kept of configurations that were live. */
@Describe("What is kept of configurations that were live, in the folder of runtime.state.")
public record HistoryConfig(
    @Describe("Versions that are kept; older ones are forgotten. Read at start.") @Default("200")
        int keep) {
  public HistoryConfig {
    Check.range("keep", keep, 1, 10_000);
  }
}
