package dev.yumen.filters.traffic;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;

/** Where counts are kept that several gateways share. */
@Describe("Keeps counts in a Redis, for all gateways together.")
public record SharedConfig(
    @Describe("Name of the Redis, under the top-level redis.") String redis,
    @Describe(
            "What happens while Redis does not answer: local counts in this gateway alone, fail-open"
                + " lets requests through uncounted, fail-closed is 503.")
        @Default("local")
        WhenGone whenGone) {

  /** What happens to requests while Redis does not answer. */
  public enum WhenGone {
    /** This process counts for itself. */
    LOCAL,
    /** They come through, and are not counted. */
    FAIL_OPEN,
    /** They are answered with 503. */
    FAIL_CLOSED
  }
}
