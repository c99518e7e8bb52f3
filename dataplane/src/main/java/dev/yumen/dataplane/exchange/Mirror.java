package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.InboundRequest;
import dev.yumen.dataplane.stream.ResponseEvents;
import dev.yumen.dataplane.stream.UpstreamStream;
import dev.yumen.dataplane.upstream.ConnectionPool;
import dev.yumen.dataplane.upstream.Endpoint;
import dev.yumen.dataplane.upstream.MirrorTarget;
import dev.yumen.dataplane.upstream.MirrorTarget.Outcome;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One copy of a request. It gathers the body while the request comes in, and is sent as a whole
 * when all of it is there; from then on it has nothing to do with the exchange that it is a copy
 * of, which ends before it or after it. It is sent once at most, and its answer is dropped. Only on
 * its loop.
 */
final class Mirror extends Deadline implements ResponseEvents, ConnectionPool.Connecting {
  private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);

  private final MirrorTarget target;
  private final Loop loop;
  private final InboundRequest request;
  private final boolean endpointsHost;
  private final @Nullable EndpointSearch search;
  private final Framing framing;
  private @Nullable ByteBuf body;
  private boolean sent;
  private boolean over;

  private @Nullable Endpoint endpoint;
  private ConnectionPool.@Nullable Pending connecting;
  private @Nullable UpstreamStream stream;
  private long start;
  private boolean answering;

  private Mirror(
      MirrorTarget target, ProxyExchange exchange, boolean endpointsHost, Framing framing) {
    this.target = target;
    this.loop = exchange.loop();
    this.request = exchange.request().copy();
    this.endpointsHost = endpointsHost;
    this.search = EndpointSearch.of(target.upstream(), exchange);
    this.framing = framing == Framing.NONE ? Framing.NONE : Framing.LENGTH;
    HeadTable head = request.headers();
    head.remove("expect");
    head.set("x-mirrored-from", exchange.routeId());
    if (Grpc.isCall(head)) {
      head.acceptTrailers();
    }
  }

  /**
   * Begins a copy; null when there is to be none.
   *
   * @param endpointsHost whether the endpoint's own name is sent as Host
   * @param framing of the request's body
   * @param length of the body for {@code LENGTH}
   */
  static @Nullable Mirror begin(
      MirrorTarget target,
      ProxyExchange exchange,
      boolean endpointsHost,
      Framing framing,
      long length) {
    if (framing == Framing.TUNNEL) {
      return null;
    }
    if (framing == Framing.LENGTH && length > target.limits().maxBody()) {
      target.count(Outcome.BODY_TOO_LARGE);
      return null;
    }
    if (!target.enter()) {
      target.count(Outcome.TOO_MANY);
      return null;
    }
    return new Mirror(target, exchange, endpointsHost, framing);
  }

  // ---- while the request comes in ----

  /** Copies a piece of the body, which stays the caller's. */
  void add(ByteBuf data) {
    if (sent || over) {
      return;
    }
    int length = data.readableBytes();
    ByteBuf gathered = body;
    if ((gathered == null ? 0 : gathered.readableBytes()) + (long) length
        > target.limits().maxBody()) {
      end(Outcome.BODY_TOO_LARGE);
      return;
    }
    if (gathered == null) {
      gathered = data.alloc().buffer(Math.max(1, length));
      body = gathered;
    }
    gathered.writeBytes(data, data.readerIndex(), length);
  }

  /** The request ends here; if it had not come in full, there is no copy. */
  void forget() {
    if (!sent && !over) {
      end(Outcome.INCOMPLETE);
    }
  }

  /** The request is there in full. */
  void send() {
    if (sent || over) {
      return;
    }
    sent = true;
    Endpoint chosen = search == null ? null : search.next(loop, false);
    if (chosen == null) {
      LOG.debug("no copy to {}: no endpoint", target.name());
      end(Outcome.FAILED);
      return;
    }
    start = loop.nanoTime();
    endpoint = chosen;
    chosen.count(loop, 1);
    loop.deadlines().set(this, start + target.limits().timeout().toNanos());
    if (endpointsHost) {
      request.authority(chosen.authority());
    }
    ConnectionPool pool = chosen.pool(loop);
    UpstreamStream kept = pool.acquire(this, false);
    if (kept != null) {
      send(kept);
    } else {
      connecting = pool.connect(this, this, false);
    }
  }

  @Override
  public void onConnected(UpstreamStream made) {
    connecting = null;
    if (over) {
      made.cancel();
    } else {
      send(made);
    }
  }

  @Override
  public void onConnectFailed(Throwable cause) {
    connecting = null;
    failed(Failure.of(ConnectionPool.code(cause), String.valueOf(cause.getMessage())));
  }

  private void send(UpstreamStream to) {
    stream = to;
    ByteBuf all = body;
    body = null;
    to.sendHead(request, framing, all == null ? 0 : all.readableBytes());
    if (all != null) {
      to.sendBody(all);
    }
    to.sendEnd(null);
    to.flush();
  }

  // ---- the answer, which nobody wants ----

  @Override
  public void onInterim(int status, HeadTable fields) {
    // The answer is still to come.
  }

  @Override
  public void onResponseHead(HeadTable fields, Framing framing, long length) {
    answering = true;
    loop.metrics()
        .upstreamAnswered(target.upstream().metric(), fields.status(), loop.nanoTime() - start);
  }

  @Override
  public void onResponseBody(ByteBuf data) {
    data.release();
  }

  @Override
  public void onResponseEnd(@Nullable HeadTable trailers) {
    stream = null;
    end(Outcome.ANSWERED);
  }

  @Override
  public void onResponseFlush() {
    // Nothing was written towards a client.
  }

  @Override
  public void onUpstreamWritable() {
    // All of it was written at once.
  }

  @Override
  public void onUpstreamFailure(Failure failure, Reached reached) {
    stream = null;
    failed(failure);
  }

  @Override
  protected void onDeadline(long now) {
    if (!over) {
      count(FailureCode.UPSTREAM_TIMEOUT);
      end(Outcome.TIMED_OUT);
    }
  }

  // ---- ends ----

  private void failed(Failure failure) {
    if (!over) {
      LOG.debug("the copy to {} failed: {}", target.name(), failure.detail());
      count(failure.code());
      end(Outcome.FAILED);
    }
  }

  private void count(FailureCode code) {
    if (!answering) {
      loop.metrics().upstreamFailed(target.upstream().metric(), code);
    }
  }

  /** Gives everything back; once. */
  private void end(Outcome outcome) {
    over = true;
    loop.deadlines().cancel(this);
    if (connecting != null) {
      connecting.cancel();
      connecting = null;
    }
    UpstreamStream from = stream;
    stream = null;
    if (from != null) {
      from.cancel();
    }
    if (body != null) {
      body.release();
      body = null;
    }
    if (endpoint != null) {
      endpoint.count(loop, -1);
    }
    target.leave();
    target.count(outcome);
  }
}
