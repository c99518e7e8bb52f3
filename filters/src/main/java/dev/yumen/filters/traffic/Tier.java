package dev.yumen.filters.traffic;

import java.util.concurrent.TimeUnit;

/**
 * One rate of a limit, with what is said of it.
 *
 * @param limiter counts it
 * @param identity stands for it in the keys of its counts
 * @param name of its policy, with quotes
 * @param policy a member of {@code RateLimit-Policy}
 * @param detail for the log
 */
record Tier(Limiter limiter, long identity, String name, String policy, String detail) {

  /** A member of {@code RateLimit} (draft-ietf-httpapi-ratelimit-headers-11 §4). */
  String left(long requests, long resetIn) {
    return name + ";r=" + requests + ";t=" + seconds(resetIn);
  }

  static long seconds(long nanos) {
    return Math.ceilDiv(nanos, TimeUnit.SECONDS.toNanos(1));
  }
}
