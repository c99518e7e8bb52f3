package dev.yumen.dataplane.exchange;

import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.upstream.RetryPolicy;
import dev.yumen.dataplane.upstream.Upstream;
import org.jspecify.annotations.Nullable;

/** Whether one request may be tried again, and after what pause. */
final class Retries {
  private static final long SECOND = 1_000_000_000L;

  private final ProxyExchange exchange;
  private final Upstream upstream;
  private final RetryPolicy policy;
  private final RequestBody body;
  private int made;

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
