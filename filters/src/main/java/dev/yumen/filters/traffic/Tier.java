package dev.yumen.filters.traffic;

import dev.yumen.api.Rate;
import java.util.concurrent.TimeUnit;

/**
 * One rate of a limit, with what is said of it.
 *
 * @param limiter counts it
 * @param identity stands for it in the keys of its counts
 * @param name of its policy, with quotes
 * @param policy a member of {@code RateLimit-Policy} (draft-ietf-httpapi-ratelimit-headers-11 §3)
 * @param unit what one is in answers: so many bytes, or 1 for requests
 */
record Tier(Limiter limiter, long identity, String name, String policy, long unit) {
  /** The most that a structured field can hold (RFC 9651 §3.3.1). */
  private static final long MOST = 999_999_999_999_999L;

  /**
   * A rate that is told.
   *
   * @param name of its policy
   */
  static Tier of(Limiter limiter, long identity, String name, long unit) {
    Rate rate = limiter.terms().rate();
    String quoted = '"' + name + '"';
    String units = unit == 1 ? "" : ";qu=\"content-bytes\"";
    String window = ";w=" + rate.unit().length().toSeconds();
    String policy = quoted + ";q=" + told(rate.count(), unit) + units + window;
    return new Tier(limiter, identity, quoted, policy, unit);
  }

  /** A member of {@code RateLimit} (§4 there). */
  String left(long count, long resetIn) {
    return name + ";r=" + told(count, unit) + ";t=" + seconds(resetIn);
  }

  private static long told(long count, long unit) {
    return count > MOST / unit ? MOST : count * unit;
  }

  static long seconds(long nanos) {
    return Math.ceilDiv(nanos, TimeUnit.SECONDS.toNanos(1));
  }
}
