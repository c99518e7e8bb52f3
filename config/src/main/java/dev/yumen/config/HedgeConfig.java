package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Shorthand;
import java.time.Duration;

/**
 * When a request that is slow to be answered is also sent to another endpoint; the first answer
 * counts (J. Dean and L. A. Barroso, "The Tail at Scale", CACM 56:2, 2013).
 */
@Describe("Sends a request that is slow to be answered to another endpoint, too.")
@Shorthand("after")
public record HedgeConfig(
    @Describe(
            "How long an attempt may go without an answer before another one is begun beside it;"
                + " best what 95 of 100 answers take.")
        Duration after,
    @Describe("Attempts that are begun so for one request, each after the same time.") @Default("1")
        int attempts) {

  public HedgeConfig {
    Check.range("after", after, Duration.ofMillis(1), Duration.ofMinutes(1));
    Check.range("attempts", attempts, 1, 5);
  }
}
