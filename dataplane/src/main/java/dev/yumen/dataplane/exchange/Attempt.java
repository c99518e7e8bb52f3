package dev.yumen.dataplane.exchange;

import dev.yumen.api.CircuitBreaker;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.config.CircuitBreakerConfig;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.ResponseEvents;
import dev.yumen.dataplane.stream.UpstreamStream;
import dev.yumen.dataplane.upstream.ConnectionPool;
import dev.yumen.dataplane.upstream.Endpoint;
import dev.yumen.dataplane.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to have a request served: the endpoint, the connection to it, and what came of it. It
 * tells endpoint, circuit breaker and metrics how it went; what follows from that is for {@link
 * Forwarding} to decide. Only on the exchange's loop.
 */
final class Attempt implements ResponseEvents, ConnectionPool.Connecting {
  private final Forwarding forwarding;
  private final ProxyExchange exchange;
  private final Upstream upstream;
  private final Endpoint endpoint;
  private final long start;
  private CircuitBreaker.@Nullable Permit permit;
  private ConnectionPool.@Nullable Pending connecting;
  private @Nullable UpstreamStream stream;
  private long answerNanos = -1;
  private boolean left;

  /**
   * @param permit of the upstream's circuit breaker; null when it has none
   */
  Attempt(
      Forwarding forwarding,
      ProxyExchange exchange,
      Upstream upstream,
      Endpoint endpoint,
      CircuitBreaker.@Nullable Permit permit) {
    this.forwarding = forwarding;
    this.exchange = exchange;
    this.upstream = upstream;
    this.endpoint = endpoint;
    this.permit = permit;
    this.start = exchange.loop().nanoTime();
    endpoint.count(exchange.loop(), 1);
  }

  /**
   * Sends the request on a kept connection now, or on a new one when it is there.
   *
   * @param fresh whether kept connections will not do
   */
  void begin(boolean fresh, boolean upgrading) {
    ConnectionPool pool = endpoint.pool(exchange.loop());
    UpstreamStream kept = fresh ? null : pool.acquire(this, upgrading);
    if (kept != null) {
      stream = kept;
      forwarding.connected(this, kept);
    } else {
      connecting = pool.connect(this, this, upgrading);
    }
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** What the request is sent on; null before there is a connection, and after the end. */
  @Nullable UpstreamStream stream() {
    return stream;
  }

  /** Sends what was written. */
  void flush() {
    if (stream != null) {
      stream.flush();
    }
  }

  /** Whether something may still come of it. */
  boolean active() {
    return stream != null || connecting != null;
  }

  /** Nanoseconds from its beginning until the answer's head; -1 without one. */
  long answerNanos() {
    return answerNanos;
  }

  /** Nanoseconds since its beginning. */
  long age() {
    return exchange.loop().nanoTime() - start;
  }

  // ---- events ----

  @Override
  public void onConnected(UpstreamStream made) {
    connecting = null;
    if (left) {
      made.cancel();
      return;
    }
    stream = made;
    forwarding.connected(this, made);
    exchange.flush();
  }

  @Override
  public void onConnectFailed(Throwable cause) {
    connecting = null;
    if (!left) {
      String detail = upstream.name() + " " + endpoint.text() + ": " + cause.getMessage();
      forwarding.unconnected(this, Failure.of(ConnectionPool.code(cause), detail));
      exchange.flush();
    }
  }

  @Override
  public void onInterim(int status, HeadTable fields) {
    forwarding.interim(status, fields);
  }

  @Override
  public void onResponseHead(HeadTable fields, Framing framing, long length) {
    answerNanos = age();
    exchange.loop().metrics().upstreamAnswered(upstream.metric(), fields.status(), answerNanos);
    if (failing(fields.status())) {
      upstream.failed(exchange.loop(), endpoint);
    } else {
      upstream.succeeded(exchange.loop(), endpoint, answerNanos);
    }
    judge(fields);
    forwarding.answered(this, fields, framing, length);
  }

  /** Statuses by which a service, or a gateway before it, says that it can not serve. */
  private static boolean failing(int status) {
    return status == 502 || status == 503 || status == 504;
  }

  /** What the circuit breaker hears of an answer. */
  private void judge(HeadTable fields) {
    CircuitBreaker.Permit held = takePermit();
    if (held == null) {
      return;
    }
    boolean grpcFailed =
        exchange.grpc() != Grpc.Kind.NONE
            && CircuitBreakerConfig.isFailedCall(Grpc.statusIn(fields));
    if (grpcFailed || upstream.isFailure(fields.status())) {
      held.failed();
    } else {
      held.succeeded(answerNanos);
    }
  }

  @Override
  public void onResponseBody(ByteBuf data) {
    forwarding.answerBody(data);
  }

  @Override
  public void onResponseEnd(@Nullable HeadTable trailers) {
    if (forwarding.tunnel() == null) {
      stream = null;
    }
    forwarding.answerEnded(trailers);
  }

  @Override
  public void onResponseFlush() {
    exchange.client().flush();
  }

  @Override
  public void onUpstreamWritable() {
    exchange.uploadMoved();
    exchange.client().resumeRequest();
  }

  @Override
  public void onUpstreamFailure(Failure failure, Reached reached) {
    boolean reused = stream != null && stream.reused();
    stream = null;
    forwarding.broken(this, failure, reached, reused);
  }

  // ---- ends ----

  /** Stops it without a word to anybody. */
  void abandon() {
    if (connecting != null) {
      connecting.cancel();
      connecting = null;
    }
    UpstreamStream to = stream;
    stream = null;
    if (to != null) {
      to.cancel();
    }
  }

  /** Says that it failed, unless there was an answer: an attempt counts once. */
  void countFailed(FailureCode code) {
    if (answerNanos >= 0) {
      return;
    }
    exchange.loop().metrics().upstreamFailed(upstream.metric(), code);
    if (code.source() == FailureCode.Source.UPSTREAM) {
      upstream.failed(exchange.loop(), endpoint);
      CircuitBreaker.Permit held = takePermit();
      if (held != null) {
        held.failed();
      }
    }
  }

  /** Has no more to do with the endpoint, nor with a connection that goes on without it. */
  void leave() {
    stream = null;
    if (left) {
      return;
    }
    left = true;
    endpoint.count(exchange.loop(), -1);
    CircuitBreaker.Permit held = takePermit();
    if (held != null) {
      held.cancelled();
    }
  }

  private CircuitBreaker.@Nullable Permit takePermit() {
    CircuitBreaker.Permit held = permit;
    permit = null;
    return held;
  }
}
