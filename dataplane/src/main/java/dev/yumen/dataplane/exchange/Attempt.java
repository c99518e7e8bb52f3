package dev.yumen.dataplane.exchange;

import dev.yumen.api.CircuitBreaker;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.config.CircuitBreakerConfig;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Loop;
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
 * tells endpoint, circuit breaker and metrics how it went; what follows from that is for its {@link
 * Owner} to decide. Only on its loop.
 */
final class Attempt implements ResponseEvents, ConnectionPool.Connecting {

  /**
   * Whose request it is. What is already written for an owner does for one that sends its request
   * at once and has no client to pass the answer on to.
   */
  interface Owner {
    /** There is a connection, to send the request on. */
    void connected(Attempt by, UpstreamStream to);

    /** No connection could be made; the attempt is still to be left. */
    void unconnected(Attempt by, Failure failure);

    /** An answer before the answer. */
    default void interim(int status, HeadTable fields) {}

    /** The answer's head, as {@link ResponseEvents#onResponseHead}. */
    void answered(Attempt by, HeadTable fields, Framing framing, long length);

    /** A piece of the answer's body; takes ownership. */
    void answerBody(ByteBuf data);

    void answerEnded(@Nullable HeadTable trailers);

    /** Nothing more of it comes for now: what was written towards the client should go out. */
    default void answerPaused() {}

    /** What was written to either side should go out. */
    default void flush() {}

    /** The service takes more of the request again. */
    default void writable() {}

    /**
     * The connection is gone; the attempt is still to be left.
     *
     * @param reused whether it had served another request before
     */
    void broken(Attempt by, Failure failure, Reached reached, boolean reused);

    /** Whether the answer has opened a tunnel, whose connection outlives the answer's end. */
    default boolean tunnels() {
      return false;
    }
  }

  private final Owner owner;
  private final Loop loop;
  private final Upstream upstream;
  private final Endpoint endpoint;
  private final boolean grpc;
  private final long start;
  private CircuitBreaker.Permit permit = Upstream.UNGUARDED;
  private ConnectionPool.@Nullable Pending connecting;
  private @Nullable UpstreamStream stream;
  private long answerNanos = -1;
  private boolean left;

  /**
   * @param grpc whether the request is a call of gRPC
   */
  Attempt(Owner owner, Loop loop, Upstream upstream, Endpoint endpoint, boolean grpc) {
    this.owner = owner;
    this.loop = loop;
    this.upstream = upstream;
    this.endpoint = endpoint;
    this.grpc = grpc;
    this.start = loop.nanoTime();
    endpoint.count(loop, 1);
  }

  /** Made under the eyes of the upstream's circuit breaker, which hears how it goes. */
  Attempt permitted(CircuitBreaker.Permit by) {
    permit = by;
    return this;
  }

  /**
   * Sends the request on a kept connection now, or on a new one when it is there.
   *
   * @param fresh whether kept connections will not do
   */
  void begin(boolean fresh, boolean upgrading) {
    ConnectionPool pool = endpoint.pool(loop);
    UpstreamStream kept = fresh ? null : pool.acquire(this, upgrading);
    if (kept != null) {
      stream = kept;
      owner.connected(this, kept);
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
    return loop.nanoTime() - start;
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
    owner.connected(this, made);
    owner.flush();
  }

  @Override
  public void onConnectFailed(Throwable cause) {
    connecting = null;
    if (!left) {
      String detail = upstream.name() + " " + endpoint.text() + ": " + cause.getMessage();
      owner.unconnected(this, Failure.of(ConnectionPool.code(cause), detail));
      owner.flush();
    }
  }

  @Override
  public void onInterim(int status, HeadTable fields) {
    owner.interim(status, fields);
  }

  @Override
  public void onResponseHead(HeadTable fields, Framing framing, long length) {
    answerNanos = age();
    loop.metrics().upstreamAnswered(upstream.metric(), fields.status(), answerNanos);
    if (failing(fields.status())) {
      upstream.failed(loop, endpoint);
    } else {
      upstream.succeeded(loop, endpoint, answerNanos);
    }
    judge(fields);
    owner.answered(this, fields, framing, length);
  }

  /** Statuses by which a service, or a gateway before it, says that it can not serve. */
  private static boolean failing(int status) {
    return status == 502 || status == 503 || status == 504;
  }

  /** What the circuit breaker hears of an answer. */
  private void judge(HeadTable fields) {
    CircuitBreaker.Permit held = takePermit();
    boolean grpcFailed = grpc && CircuitBreakerConfig.isFailedCall(Grpc.statusIn(fields));
    if (grpcFailed || upstream.isFailure(fields.status())) {
      held.failed();
    } else {
      held.succeeded(answerNanos);
    }
  }

  @Override
  public void onResponseBody(ByteBuf data) {
    owner.answerBody(data);
  }

  @Override
  public void onResponseEnd(@Nullable HeadTable trailers) {
    if (!owner.tunnels()) {
      stream = null;
    }
    owner.answerEnded(trailers);
  }

  @Override
  public void onResponseFlush() {
    owner.answerPaused();
  }

  @Override
  public void onUpstreamWritable() {
    owner.writable();
  }

  @Override
  public void onUpstreamFailure(Failure failure, Reached reached) {
    boolean reused = stream != null && stream.reused();
    stream = null;
    owner.broken(this, failure, reached, reused);
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
    loop.metrics().upstreamFailed(upstream.metric(), code);
    if (code.source() == FailureCode.Source.UPSTREAM) {
      upstream.failed(loop, endpoint);
      takePermit().failed();
    }
  }

  /** Has no more to do with the endpoint, nor with a connection that goes on without it. */
  void leave() {
    stream = null;
    if (left) {
      return;
    }
    left = true;
    endpoint.count(loop, -1);
    takePermit().cancelled();
  }

  /** What came of it is told once. */
  private CircuitBreaker.Permit takePermit() {
    CircuitBreaker.Permit held = permit;
    permit = Upstream.UNGUARDED;
    return held;
  }
}
