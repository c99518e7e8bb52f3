package dev.yumen.dataplane.exchange;

import dev.yumen.api.RetryRules.On;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.ResponseEvents.Reached;
import dev.yumen.dataplane.upstream.RetryPolicy;
import dev.yumen.dataplane.upstream.Upstream;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether one request may be tried again, and after what pause. */
final class Retries {
  private static final long SECOND = 1_000_000_000L;

  /** RFC 9110 §9.2.2. */
  private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

  /** How often an upstream may say that it did not take the request before it is believed. */
  private static final int MOST_REFUSALS = 3;

  private final ProxyExchange exchange;
  private final Upstream upstream;
  private final RetryPolicy policy;
  private final RequestBody body;
  private int made;
  private int refusals;

  Retries(ProxyExchange exchange, Upstream upstream, RequestBody body) {
    this.exchange = exchange;
    this.upstream = upstream;
    this.policy = exchange.retries(upstream);
    this.body = body;
    policy.requested(exchange.loop());
    boolean useful = mayBeRepeated() || upstream.maySpeakHttp2();
    boolean possible = policy.attempts() > 0 || upstream.hedge() != null;
    body.keep(useful && possible ? policy.bodyBytes() : 0);
  }

  RetryPolicy policy() {
    return policy;
  }

  /** Whether one was taken. */
  boolean any() {
    return made > 0;
  }

  /**
   * Takes another attempt out of what is allowed, if any is.
   *
   * @param harmless whether the request had no effect for sure, or the settings say that it may
   *     have one twice
   */
  boolean take(boolean harmless) {
    boolean allowed =
        made < policy.attempts() && body.repeatable() && (harmless || mayBeRepeated());
    if (!allowed || !withdraw()) {
      return false;
    }
    made++;
    return true;
  }

  /** Takes an attempt beside one that is under way out of what is allowed, if it is. */
  boolean takeBeside() {
    return body.repeatable() && mayBeRepeated() && withdraw();
  }

  /**
   * Whether a request failed because a kept connection had been closed by its service meanwhile
   * (RFC 9112 §9.3.1): it goes out once more on a fresh one, whatever the settings say.
   *
   * @param reused whether the connection had served another request before
   */
  boolean isStale(Reached reached, boolean reused) {
    return reused
        && reached == Reached.UNANSWERED
        && body.repeatable()
        && isIdempotent(exchange.method());
  }

  static boolean isIdempotent(String method) {
    return IDEMPOTENT.contains(method);
  }

  /**
   * Whether a request that the service did not take (RFC 9113 §8.7) goes out once more: the same
   * endpoint may well serve.
   */
  boolean takeRefused(Reached reached) {
    return reached == Reached.REFUSED
        && body.repeatable()
        && policy.on(On.REFUSED_STREAM)
        && refusals++ < MOST_REFUSALS;
  }

  private boolean withdraw() {
    boolean left = policy.withdraw(exchange.loop());
    if (!left) {
      upstream.retryRefused();
    }
    return left;
  }

  /** Whether the request may reach a service twice. */
  boolean mayBeRepeated() {
    return policy.repeats(exchange.method()) || exchange.head().contains("idempotency-key");
  }

  /** Nanoseconds to wait before the attempt that was taken last. */
  long pause() {
    return policy.backoffNanos(made);
  }

  /**
   * Takes another attempt instead of an answer, if the settings say so.
   *
   * @param answer the head that would go to the client
   * @return nanoseconds to wait before it; -1 when the answer is to be passed on
   */
  long takeAfter(HeadTable answer) {
    boolean grpc = onGrpcStatus(answer);
    if (!grpc && !policy.onStatus(answer.status())) {
      return -1;
    }
    long asked = nanos(answer.first("retry-after"));
    return asked <= policy.maxBackoffNanos() && take(grpc) ? Math.max(asked, pause()) : -1;
  }

  /** Whether the settings would have another attempt instead of this answer. */
  boolean refuses(HeadTable answer) {
    return policy.onStatus(answer.status()) || onGrpcStatus(answer);
  }

  private boolean onGrpcStatus(HeadTable answer) {
    return exchange.grpc() != Grpc.Kind.NONE && policy.onGrpcStatus(Grpc.statusIn(answer));
  }

  /** Of a Retry-After in seconds (RFC 9110 §10.2.3); a date is not looked at. */
  private static long nanos(@Nullable String value) {
    return value != null && value.matches("[0-9]{1,9}") ? Long.parseLong(value) * SECOND : 0;
  }
}
