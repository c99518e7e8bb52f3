package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.InboundRequest;
import dev.yumen.dataplane.stream.ResponseEvents.Reached;
import dev.yumen.dataplane.stream.UpstreamStream;
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
final class Mirror extends Deadline implements Attempt.Owner {
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

  private @Nullable Attempt attempt;

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
    loop.deadlines().set(this, loop.nanoTime() + target.limits().timeout().toNanos());
    if (endpointsHost) {
      request.authority(chosen.authority());
    }
    Attempt only =
        new Attempt(this, loop, target.upstream(), chosen, Grpc.isCall(request.headers()));
    attempt = only;
    only.begin(false, false);
  }

  @Override
  public void unconnected(Attempt by, Failure failure) {
    failed(failure);
  }

  @Override
  public void connected(Attempt by, UpstreamStream to) {
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
  public void answered(Attempt by, HeadTable fields, Framing framing, long length) {
    // The attempt has counted it.
  }

  @Override
  public void answerBody(ByteBuf data) {
    data.release();
  }

  @Override
  public void answerEnded(@Nullable HeadTable trailers) {
    end(Outcome.ANSWERED);
  }

  @Override
  public void broken(Attempt by, Failure failure, Reached reached, boolean reused) {
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
    if (attempt != null) {
      attempt.countFailed(code);
    }
  }

  /** Gives everything back; once. */
  private void end(Outcome outcome) {
    over = true;
    loop.deadlines().cancel(this);
    if (attempt != null) {
      attempt.abandon();
      attempt.leave();
    }
    if (body != null) {
      body.release();
      body = null;
    }
    target.leave();
    target.count(outcome);
  }
}
