package dev.yumen.filters.traffic;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Rate;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where counts are kept that several gateways share. */
@Describe("Keeps counts in a Redis, for all gateways together.")
public record SharedConfig(
    @Describe("Name of the Redis, under the top-level redis.") String redis,
    @Describe(
            "exact asks Redis for each request; leased takes shares of the limit and asks for one of"
                + " many requests, which may let through a share more for each gateway.")
        @Default("exact")
        Mode mode,
    @Describe("Requests in a share, with leased; without it a fiftieth of the rate's number.")
        @Nullable Long batch,
    @Describe("How long a share lasts, with leased; what is left of it then is lost.")
        @Default("1s")
        Duration lease,
    @Describe(
            "What happens while Redis does not answer: local counts in this gateway alone, fail-open"
                + " lets requests through uncounted, fail-closed is 503.")
        @Default("local")
        WhenGone whenGone) {

  private static final int USUAL_PART = 50;

  public SharedConfig {
    if (batch != null && mode == Mode.EXACT) {
      throw new InvalidValue("batch", batch, "mode: leased beside it");
    }
    if (batch != null && (batch < 1 || batch > 1_000_000)) {
      throw new InvalidValue("batch", batch, "1 to 1000000");
    }
    if (lease.isNegative() || lease.isZero() || lease.compareTo(Duration.ofHours(1)) > 0) {
      throw InvalidValue.found("lease", lease.toMillis() + "ms", "more than 0s, up to 1h");
    }
  }

  /** Requests in a share of this rate. */
  long batch(Rate rate) {
    return batch == null ? Math.max(1, rate.count() / USUAL_PART) : batch;
  }

  /** Who decides on a request. */
  public enum Mode {
    /** Redis, on each. */
    EXACT,
    /** This gateway, as long as it has a share. */
    LEASED
  }

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
