package dev.yumen.config;

import dev.yumen.api.ConcurrencyLimit;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Shorthand;
import java.time.Duration;

/** Bounds how many requests an upstream has to do with at once. */
@Describe("Bounds how many requests are under way at once.")
@Shorthand("max")
public record ConcurrencyConfig(
    @Describe("Requests under way; the ceiling when adaptive.") int max,
    @Describe("Requests that wait for their turn; beyond that they get 503. 0 lets none wait.")
        @Default("0")
        int maxPending,
    @Describe("How long a request waits for its turn before it gets 503.") @Default("1s")
        Duration pendingTimeout,
    @Describe(
            "Whether the limit follows how long the service takes: down when that is longer than"
                + " usual, up while it is not.")
        @Default("false")
        boolean adaptive,
    @Describe("With adaptive: the least that the limit comes down to.") @Default("4") int floor) {

  public ConcurrencyConfig {
    Check.range("max", max, 1, 10_000_000);
    Check.range("max-pending", maxPending, 0, 1_000_000);
    Check.range("pending-timeout", pendingTimeout, Duration.ofMillis(1), Duration.ofMinutes(10));
    if (floor < 1 || (adaptive && floor > max)) {
      throw new InvalidValue("floor", floor, "a number from 1 to max");
    }
  }

  /** For the limit itself. */
  public ConcurrencyLimit.Rules rules() {
    return new ConcurrencyLimit.Rules(max, maxPending, adaptive ? floor : 0);
  }
}
