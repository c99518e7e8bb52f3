package dev.yumen.config;

import dev.yumen.api.Advised;
import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.RetryRules;
import dev.yumen.api.Shorthand;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** When a request is tried again. */
@Describe("When a request is tried again, at another endpoint where there is one.")
@Shorthand("attempts")
public record RetryConfig(
    @Describe(
            "Attempts after the first. Endpoints that can not be connected are passed over and do"
                + " not count; 0 does not even do that.")
        @Default("1")
        int attempts,
    @Describe("What a request is tried again on.")
        @OneOrMany
        @Default("[connect-failure, refused-stream, reset]")
        List<RetryCondition> on,
    @Describe(
            "Methods that may be tried again when the service may have seen the request; others only"
                + " with an Idempotency-Key.")
        @OneOrMany
        @Default("[GET, HEAD, OPTIONS, PUT, DELETE]")
        List<String> methods,
    @Describe(
            "Longest pause before the first attempt that follows, twice that before the next, and so"
                + " on; how much of it is drawn at random.")
        @Default("25ms")
        Duration backoff,
    @Describe(
            "Longest pause before any. A Retry-After of an answer is kept up to this; with a longer"
                + " one the answer goes to the client.")
        @Default("1s")
        Duration maxBackoff,
    @Describe("For the head of the answer to one attempt, from its start; 0s is unlimited.")
        @Default("0s")
        Duration perTryTimeout,
    @Describe(
            "Attempts that follow, as a share of all requests of late, beside ten a second: what is"
                + " overloaded is not asked still more. 1 is unlimited.")
        @Default("0.2")
        double budget,
    @Describe("A request with a larger body is not tried again once some of it was sent.")
        @Default("64KiB")
        DataSize maxBody)
    implements Advised {

  public RetryConfig {
    on = List.copyOf(on);
    methods = List.copyOf(methods);
    Check.range("attempts", attempts, 0, 100);
    for (String method : methods) {
      if (!method.matches("[A-Z]{1,32}")) {
        throw new InvalidValue("methods", method, "a method in upper case");
      }
    }
    Check.range("backoff", backoff, Duration.ZERO, Duration.ofMinutes(1));
    Check.range("max-backoff", maxBackoff, Duration.ZERO, Duration.ofMinutes(5));
    Check.notNegative("per-try-timeout", perTryTimeout);
    Check.ratio("budget", budget);
    Check.range("max-body", maxBody, 0, 64 << 20);
  }

  @Override
  public List<InvalidValue> advice() {
    boolean repeated = on.stream().anyMatch(one -> one.kind() == RetryCondition.Kind.TIMEOUT);
    return perTryTimeout.isZero() || repeated
        ? List.of()
        : List.of(
            InvalidValue.found(
                "per-try-timeout",
                Durations.text(perTryTimeout),
                "timeout in on beside it: without, what takes longer fails and is not tried"
                    + " again"));
  }

  /** For what tries again. */
  public RetryRules rules() {
    Set<RetryRules.On> ways = EnumSet.noneOf(RetryRules.On.class);
    Set<Integer> statuses = new HashSet<>();
    Set<Integer> grpcStatuses = new HashSet<>();
    for (RetryCondition condition : on) {
      switch (condition.kind()) {
        case CONNECT_FAILURE -> ways.add(RetryRules.On.CONNECT_FAILURE);
        case REFUSED_STREAM -> ways.add(RetryRules.On.REFUSED_STREAM);
        case RESET -> ways.add(RetryRules.On.RESET);
        case TIMEOUT -> ways.add(RetryRules.On.TIMEOUT);
        case STATUS -> statuses.addAll(Objects.requireNonNull(condition.status()).all());
        case GRPC_STATUS -> grpcStatuses.add(condition.grpcStatus());
      }
    }
    return new RetryRules(
        attempts,
        ways,
        statuses,
        grpcStatuses,
        Set.copyOf(methods),
        backoff,
        maxBackoff,
        perTryTimeout,
        budget,
        maxBody.bytes());
  }
}
