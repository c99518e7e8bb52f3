package dev.yumen.acme;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When the certificate of one domain is ordered. A certificate is renewed when a third of its time
 * is left, or a little earlier, by chance: those that were ordered together are not renewed
 * together. After a failure each wait is twice as long as the one before. Of one thread.
 */
final class Plan {
  /** The share of its time in which a certificate is renewed before it is down to a third. */
  private static final double SPREAD = 0.05;

  /**
   * So long that five attempts take an hour: more failures of a domain in an hour are refused by
   * Let's Encrypt.
   */
  private static final Duration FIRST_WAIT = Duration.ofMinutes(2);

  /** Nothing is counted by an authority that was not reached. */
  private static final Duration FIRST_WAIT_UNREACHABLE = Duration.ofSeconds(5);

  private static final Duration LONGEST_WAIT = Duration.ofHours(6);

  private static final Duration LONGEST_WAIT_UNREACHABLE = Duration.ofMinutes(10);

  /** However long the authority asks for: beyond, it is rather a mistake. */
  private static final Duration LONGEST_ASKED_WAIT = Duration.ofDays(8);

  private final double place;
  private final RandomGenerator random;
  private @Nullable Duration lastWait;
  private Instant earliest = Instant.MIN;

  Plan(RandomGenerator random) {
    this.random = random;
    this.place = random.nextDouble();
  }

  /** When a certificate that is valid for this time is renewed. */
  Instant renewal(Instant notBefore, Instant notAfter) {
    Duration lifetime = Duration.between(notBefore, notAfter);
    double left = 1 / 3.0 + SPREAD * place;
    return notAfter.minusMillis((long) (lifetime.toMillis() * left));
  }

  /** The same when the authority said when. */
  Instant renewal(Authority.Window window) {
    Duration length = Duration.between(window.start(), window.end());
    return window.start().plusMillis((long) (length.toMillis() * place));
  }

  /** Before this, nothing is ordered, because the last order failed. */
  Instant earliest() {
    return earliest;
  }

  void succeeded() {
    lastWait = null;
    earliest = Instant.MIN;
  }

  void failed(OrderFailed failure, Instant now) {
    boolean counted =
        switch (failure.outcome()) {
          case FAILED, RATE_LIMITED, ISSUED -> true;
          case UNREACHABLE, STORAGE -> false;
        };
    Duration first = counted ? FIRST_WAIT : FIRST_WAIT_UNREACHABLE;
    Duration wait = lastWait == null ? first : max(first, lastWait.multipliedBy(2));
    lastWait = min(wait, counted ? LONGEST_WAIT : LONGEST_WAIT_UNREACHABLE);
    // A tenth more or less, so that gateways that failed together do not come again together.
    earliest = now.plusMillis((long) (lastWait.toMillis() * (0.9 + 0.2 * random.nextDouble())));
    Instant asked = failure.notBefore();
    if (asked != null && asked.isAfter(earliest)) {
      Instant last = now.plus(LONGEST_ASKED_WAIT);
      earliest = asked.isBefore(last) ? asked : last;
    }
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
