package dev.yumen.dataplane.upstream;

import dev.yumen.api.RetryRef;
import dev.yumen.api.RetryRules;
import dev.yumen.dataplane.loop.Loop;
import java.util.BitSet;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When requests to one upstream, or of one route, are tried again, and how many may be. What is
 * counted is counted by loop; every method that takes a loop is called on it.
 */
public final class RetryPolicy implements RetryRef {
  private static final int STRIDE = 8;

  /** Attempts that follow which are always allowed, in a second, by all loops together. */
  private static final double ALWAYS_PER_SECOND = 10;

  /** What is saved up at most for worse times, in seconds of what is always allowed. */
  private static final double SAVED_SECONDS = 10;

  private final RetryRules rules;
  private final BitSet statuses = new BitSet();
  private final double perSecond;
  private final double most;

  /** For each loop what is left of the budget, and when time was last counted in. */
  private final double[] tokens;

  private final long[] countedAt;

  /**
   * @param loops how many there are
   * @param now monotonic time in nanoseconds
   */
  public RetryPolicy(RetryRules rules, int loops, long now) {
    this.rules = rules;
    rules.statuses().forEach(statuses::set);
    this.perSecond = ALWAYS_PER_SECOND / loops;
    this.most = Math.max(1, perSecond * SAVED_SECONDS);
    this.tokens = new double[loops * STRIDE];
    this.countedAt = new long[loops * STRIDE];
    for (int at = 0; at < tokens.length; at += STRIDE) {
      tokens[at] = most;
      countedAt[at] = now;
    }
  }

  @Override
  public RetryRules rules() {
    return rules;
  }

  /** Attempts after the first. */
  public int attempts() {
    return rules.attempts();
  }

  /** Whether a request is tried again after an attempt that failed so. */
  public boolean on(RetryRules.On way) {
    return rules.attempts() > 0 && rules.on().contains(way);
  }

  public boolean onStatus(int status) {
    return rules.attempts() > 0 && statuses.get(status);
  }

  public boolean onGrpcStatus(int status) {
    return rules.attempts() > 0 && rules.grpcStatuses().contains(status);
  }

  /** Whether a request of this method may be tried again when the service may have seen it. */
  public boolean repeats(String method) {
    return rules.methods().contains(method);
  }

  /** For the head of the answer to one attempt; 0 for no limit. */
  public long perTryNanos() {
    return rules.perTryTimeout().toNanos();
  }

  /** Largest body that is kept to be sent again. */
  public long bodyBytes() {
    return rules.maxBody();
  }

  /** Longest pause. */
  public long maxBackoffNanos() {
    return rules.maxBackoff().toNanos();
  }

  /**
   * A pause: exponential backoff with full jitter ("Exponential backoff and jitter", AWS
   * Architecture Blog, 2015).
   *
   * @param retry 1 for the first attempt that follows
   */
  public long backoffNanos(int retry) {
    double growing = rules.backoff().toNanos() * Math.pow(2, retry - 1.0);
    double longest = Math.min(growing, (double) rules.maxBackoff().toNanos());
    return longest < 1 ? 0 : ThreadLocalRandom.current().nextLong((long) longest) + 1;
  }

  /** A request has begun: its share of the budget is saved. */
  public void requested(Loop loop) {
    int at = loop.index() * STRIDE;
    tokens[at] = Math.min(most + perSecond, tokens[at] + rules.budget());
  }

  /** Takes an attempt that follows out of the budget; false when none is left. */
  public boolean withdraw(Loop loop) {
    if (rules.budget() >= 1) {
      return true;
    }
    int at = loop.index() * STRIDE;
    long now = loop.nanoTime();
    double seconds = (now - countedAt[at]) / 1e9;
    countedAt[at] = now;
    tokens[at] = Math.min(most + perSecond, tokens[at] + seconds * perSecond);
    if (tokens[at] < 1) {
      return false;
    }
    tokens[at]--;
    return true;
  }
}
