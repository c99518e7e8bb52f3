package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import java.time.Duration;

/** How a stop goes. */
@Describe("How a stop goes.")
public record ShutdownConfig(
    @Describe("Longest time that requests in flight may take after a stop was asked for.")
        @Default("30s")
        Duration drain,
    @Describe(
            "How long /ready says 503 while new connections are still taken, so that load balancers"
                + " notice first.")
        @Default("0s")
        Duration notice) {

  public ShutdownConfig {
    Check.notNegative("drain", drain);
    Check.notNegative("notice", notice);
  }
}
