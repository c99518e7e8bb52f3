package dev.yumen.filters.traffic;

import dev.yumen.api.CircuitBreaker;
import dev.yumen.api.Effect;
import dev.yumen.api.Ending;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.Remark;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.UpstreamName;
import dev.yumen.api.UpstreamRef;
import dev.yumen.api.Verdict;
import dev.yumen.config.AnswerConfig;
import dev.yumen.config.CircuitBreakerConfig;
import dev.yumen.config.FallbackCondition.Kind;
import dev.yumen.config.FallbackConfig;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Refuses the requests of a route at once while too many of them fail. */
public final class CircuitBreakerFilter implements Filter, Explains {
  public static final FilterType<CircuitBreakerConfig> TYPE =
      new FilterType<>("circuit-breaker", CircuitBreakerConfig.class, CircuitBreakerFilter::new);

  /** A request that was let through. */
  private static final class Call {
    private final CircuitBreaker.Permit permit;
    private boolean failed;

    private Call(CircuitBreaker.Permit permit) {
      this.permit = permit;
    }
  }

  private final Key<Call> call = Key.of("circuit-breaker");
  private final CircuitBreakerConfig config;
  private final CircuitBreaker breaker;
  private final @Nullable FallbackConfig fallback;
  private final AnswerConfig.@Nullable Compiled answer;
  private final @Nullable UpstreamRef upstream;
  private final FilterContext.Counter fallbacks;
  private final String name;

  private CircuitBreakerFilter(CircuitBreakerConfig config, FilterContext context) {
    this.config = config;
    breaker = context.circuitBreaker(config.rules());
    name = context.routeId().isEmpty() ? "all" : context.routeId();
    fallback = config.fallback();
    upstream = fallback == null ? null : upstream(fallback, context);
    answer = fallback == null || fallback.respond() == null ? null : fallback.respond().compile();
    fallbacks =
        context.counter(
            "gateway_fallbacks",
            "Requests that got a fallback instead of their service.",
            List.of("kind", "route", "name", name));
  }

  private static @Nullable UpstreamRef upstream(FallbackConfig fallback, FilterContext context) {
    UpstreamName upstream = fallback.upstream();
    if (upstream == null) {
      return null;
    }
    if (!fallback.on().stream().allMatch(on -> on.kind() == Kind.OPEN)) {
      throw InvalidValue.found(
          "fallback.on", "more than open", "open, as the answer of the first service has begun");
    }
    return context.upstream(upstream);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    CircuitBreaker.Permit permit = breaker.admit();
    if (permit != null) {
      exchange.put(call, new Call(permit));
      return Verdict.proceed();
    }
    if (fallback != null && fallback.whenOpen()) {
      return instead(exchange);
    }
    return refused();
  }

  private Verdict refused() {
    long seconds = Math.ceilDiv(Math.max(1, breaker.openNanos()), TimeUnit.SECONDS.toNanos(1));
    return Verdict.fail(
        Failure.of(FailureCode.CIRCUIT_OPEN, "route " + name + " fails and is spared for a while")
            .header("Retry-After", Long.toString(seconds)));
  }

  @Override
  public Effect explain(Exchange exchange) {
    long open = breaker.openNanos();
    if (open == 0) {
      return Effect.sure(Verdict.proceed()).remark(Remark.About.BREAKER_CLOSED);
    }
    long seconds = Math.ceilDiv(open, TimeUnit.SECONDS.toNanos(1));
    Verdict verdict = fallback != null && fallback.whenOpen() ? other(exchange) : refused();
    return Effect.sure(verdict).remark(Remark.About.BREAKER_OPEN, Long.toString(seconds));
  }

  private Verdict instead(Exchange exchange) {
    fallbacks.add(1);
    return other(exchange);
  }

  private Verdict other(Exchange exchange) {
    if (answer != null) {
      return Verdict.respond(answer.render(exchange));
    }
    exchange.forwardTo(Objects.requireNonNull(upstream));
    return Verdict.proceed();
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    Call made = exchange.get(call);
    if (made == null) {
      return Verdict.proceed();
    }
    int status = response.status();
    made.failed = config.isFailure(status);
    boolean unanswered = status == 502 || status == 503 || status == 504;
    boolean wanted =
        fallback != null && (fallback.when(status) || (unanswered && fallback.whenFailed()));
    return wanted ? instead(exchange) : Verdict.proceed();
  }

  @Override
  public void onEnd(Exchange exchange, Ending ending) {
    Call made = exchange.get(call);
    if (made == null) {
      return;
    }
    Failure failure = ending.failure();
    if (failure != null && failure.code().source() == FailureCode.Source.UPSTREAM) {
      made.permit.failed();
    } else if (failure == null
        && (made.failed || CircuitBreakerConfig.isFailedCall(ending.grpcStatus()))) {
      made.permit.failed();
    } else if (failure != null || ending.attempts() == 0) {
      made.permit.cancelled(); // it never came to the service, or the client gave up
    } else {
      made.permit.succeeded(Math.max(0, ending.upstreamNanos()));
    }
  }
}
