package dev.yumen.config;

import dev.yumen.api.CircuitBreaker;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Refuses calls at once while a service fails. Written with conditions of its own, or as a rule of
 * Sentinel ({@code grade}, {@code count}, {@code time-window}), which is translated here.
 */
@Describe("Refuses calls at once while a service fails, and tries it again after a while.")
public record CircuitBreakerConfig(
    @Describe(
            "Share of failures among the calls of the window that opens it; 0.5 when no condition"
                + " is written.")
        @Nullable Double errorRatio,
    @Describe("Failures in the window that open it, however many calls there are.")
        @Nullable Integer errorCount,
    @Describe("Failures in a row that open it.") @Nullable Integer consecutiveErrors,
    @Describe("Share of slow calls among the calls of the window that opens it.")
        @Nullable Double slowRatio,
    @Describe("Time until the head of the answer from which on a call is slow.") @Default("1s")
        Duration slowCall,
    @Describe("Calls in the window below which the ratios say nothing.") @Default("20")
        int minimumCalls,
    @Describe("What is looked back on.") @Default("10s") Duration window,
    @Describe("How long calls are refused before some are let through again.") @Default("5s")
        Duration openTime,
    @Describe(
            "Calls that are let through then, and have to succeed; one that fails opens it again.")
        @Default("3")
        int probes,
    @Describe(
            "Statuses that are failures. Calls that get no answer are, too, and calls of gRPC that"
                + " end as unavailable, deadline exceeded or internal before any message.")
        @OneOrMany
        @Default("5xx")
        List<StatusRange> failures,
    @Describe("What clients get instead of 503.") @Nullable FallbackConfig fallback,
    @Describe("Rule in the words of Sentinel: what count is.") @Nullable Grade grade,
    @Describe(
            "With grade: the ratio, the number of failures, or for slow-request-ratio the"
                + " milliseconds from which on a call is slow.")
        @Nullable Double count,
    @Describe("With grade: open-time.") @Nullable Duration timeWindow,
    @Describe("With grade: minimum-calls.") @Nullable Integer minRequestAmount,
    @Describe("With grade: window.") @Nullable Duration statInterval,
    @Describe("With grade slow-request-ratio: slow-ratio.") @Nullable Double slowRatioThreshold) {

  /** Kinds of Sentinel's rules for breakers. */
  public enum Grade {
    EXCEPTION_RATIO,
    EXCEPTION_COUNT,
    SLOW_REQUEST_RATIO
  }

  private static final int MOST = 1_000_000;

  public CircuitBreakerConfig {
    failures = List.copyOf(failures);
    boolean anyCondition =
        Stream.of(errorRatio, errorCount, consecutiveErrors, slowRatio).anyMatch(Objects::nonNull);
    if (grade == null) {
      requireGrade("count", count);
      requireGrade("time-window", timeWindow);
      requireGrade("min-request-amount", minRequestAmount);
      requireGrade("stat-interval", statInterval);
      requireGrade("slow-ratio-threshold", slowRatioThreshold);
      errorRatio = anyCondition ? errorRatio : Double.valueOf(0.5);
    } else {
      refuseBesideGrade("error-ratio", errorRatio);
      refuseBesideGrade("error-count", errorCount);
      refuseBesideGrade("consecutive-errors", consecutiveErrors);
      refuseBesideGrade("slow-ratio", slowRatio);
      if (count == null) {
        throw InvalidValue.found("count", "nothing", "a number, as grade is written");
      }
      openTime = Objects.requireNonNullElse(timeWindow, openTime);
      minimumCalls = Objects.requireNonNullElse(minRequestAmount, minimumCalls);
      window = Objects.requireNonNullElse(statInterval, window);
      switch (grade) {
        case EXCEPTION_RATIO -> {
          share("count", count);
          errorRatio = count;
        }
        case EXCEPTION_COUNT -> errorCount = whole(count);
        case SLOW_REQUEST_RATIO -> {
          slowCall = Duration.ofMillis(whole(count));
          slowRatio = Objects.requireNonNullElse(slowRatioThreshold, 1.0);
        }
      }
      if (grade != Grade.SLOW_REQUEST_RATIO && slowRatioThreshold != null) {
        throw new InvalidValue(
            "slow-ratio-threshold", slowRatioThreshold, "grade: slow-request-ratio beside it");
      }
    }
    share("error-ratio", errorRatio);
    share("slow-ratio", slowRatio);
    atLeastOne("error-count", errorCount);
    atLeastOne("consecutive-errors", consecutiveErrors);
    Check.range("slow-call", slowCall, Duration.ofMillis(1), Duration.ofHours(1));
    Check.range("minimum-calls", minimumCalls, 1, MOST);
    Check.range("window", window, Duration.ofMillis(100), Duration.ofHours(1));
    Check.range("open-time", openTime, Duration.ofMillis(10), Duration.ofHours(1));
    Check.range("probes", probes, 1, 1_000);
  }

  private static void requireGrade(String component, @Nullable Object written) {
    if (written != null) {
      throw InvalidValue.found(component, "no grade", "grade beside it");
    }
  }

  private static void refuseBesideGrade(String component, @Nullable Object written) {
    if (written != null) {
      throw InvalidValue.found(component, written.toString(), "no grade beside it");
    }
  }

  private static void share(String component, @Nullable Double value) {
    if (value != null && (value <= 0 || value > 1)) {
      throw new InvalidValue(component, value, "more than 0 and at most 1");
    }
  }

  private static void atLeastOne(String component, @Nullable Integer value) {
    if (value != null) {
      Check.range(component, value, 1, MOST);
    }
  }

  private static int whole(double value) {
    if (value < 1 || value > MOST || value != Math.rint(value)) {
      throw new InvalidValue("count", value, "a whole number from 1 to " + MOST);
    }
    return (int) value;
  }

  /** For the breaker itself. */
  public CircuitBreaker.Rules rules() {
    return new CircuitBreaker.Rules(
        errorRatio == null ? 0 : errorRatio,
        errorCount == null ? 0 : errorCount,
        consecutiveErrors == null ? 0 : consecutiveErrors,
        slowRatio == null ? 0 : slowRatio,
        slowCall,
        minimumCalls,
        window,
        openTime,
        probes);
  }

  /** Whether an answer of this status is a failure. */
  public boolean isFailure(int status) {
    for (StatusRange range : failures) {
      if (range.contains(status)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a call of gRPC that ended with this status is a failure. */
  public static boolean isFailedCall(int grpcStatus) {
    return switch (grpcStatus) {
      case 4, 13, 14 -> true; // DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE
      default -> false;
    };
  }
}
