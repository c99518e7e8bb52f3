package dev.yumen.dataplane.exchange;

import dev.yumen.api.Call;
import dev.yumen.api.CallAnswer;
import dev.yumen.api.CallFailed;
import dev.yumen.api.CircuitBreaker;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.InboundRequest;
import dev.yumen.dataplane.stream.ResponseEvents.Reached;
import dev.yumen.dataplane.stream.UpstreamStream;
import dev.yumen.dataplane.upstream.Endpoint;
import dev.yumen.dataplane.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A request that a filter makes on its own. Endpoints that can not be connected are passed over, a
 * kept connection that its service closed meanwhile, or that takes no more requests, is replaced;
 * else there is one attempt. Only on its loop.
 */
final class SubRequest extends Deadline implements Attempt.Owner {
  private final Loop loop;
  private final Upstream upstream;
  private final Call call;
  private final @Nullable EndpointSearch search;
  private final CompletableFuture<CallAnswer> result = new CompletableFuture<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable Attempt attempt;
  private boolean freshOnly;
  private @Nullable Failure connectFailure;
  private @Nullable CallAnswer head;
  private boolean over;

  SubRequest(ProxyExchange exchange, Upstream upstream, Call call) {
    this.loop = exchange.loop();
    this.upstream = upstream;
    this.call = call;
    this.search = EndpointSearch.of(upstream, exchange);
  }

  CompletionStage<CallAnswer> result() {
    return result;
  }

  void begin() {
    if (!over) {
      loop.deadlines().set(this, loop.nanoTime() + call.timeout().toNanos());
      attempt();
    }
  }

  private void attempt() {
    Endpoint chosen = search == null ? null : search.next(loop, false);
    if (chosen == null) {
      Failure last = connectFailure;
      fail(
          last != null
              ? last
              : Failure.of(FailureCode.NO_ENDPOINT, upstream.name() + " has no endpoint"));
      return;
    }
    CircuitBreaker.Permit permit = upstream.admit();
    if (permit == null) {
      fail(Failure.of(FailureCode.CIRCUIT_OPEN, upstream.name() + " fails and is spared"));
      return;
    }
    Attempt next = new Attempt(this, loop, upstream, chosen, false).permitted(permit);
    attempt = next;
    next.begin(freshOnly, false);
  }

  private InboundRequest request(Endpoint endpoint) {
    HeadTable fields = HeadTable.request(call.method());
    for (Response.Field field : call.headers()) {
      fields.add(field.name(), field.value());
    }
    if (Grpc.isCall(fields)) {
      fields.acceptTrailers(); // "gRPC over HTTP2": a service may refuse calls without
    }
    InboundRequest request = new InboundRequest(fields, "1.1", -1, -1);
    int query = call.path().indexOf('?');
    request.path(query < 0 ? call.path() : call.path().substring(0, query));
    request.query(query < 0 ? null : call.path().substring(query + 1));
    request.authority(endpoint.authority());
    return request;
  }

  @Override
  public void connected(Attempt by, UpstreamStream to) {
    InboundRequest request;
    try {
      request = request(by.endpoint());
    } catch (IllegalArgumentException e) {
      fail(Failure.of(FailureCode.FILTER_FAILED, "a call that can not be sent: " + e, e));
      return;
    }
    byte[] bytes = call.body();
    to.sendHead(request, bytes.length == 0 ? Framing.NONE : Framing.LENGTH, bytes.length);
    if (bytes.length > 0) {
      to.sendBody(Unpooled.wrappedBuffer(bytes));
    }
    to.sendEnd(null);
    to.flush();
  }

  @Override
  public void unconnected(Attempt by, Failure failure) {
    connectFailure = failure;
    again(by, failure, true);
  }

  @Override
  public void broken(Attempt by, Failure failure, Reached reached, boolean reused) {
    boolean repeatable = call.repeatable() || Retries.isIdempotent(call.method());
    boolean stale = reused && reached == Reached.UNANSWERED && repeatable;
    if ((reached == Reached.REFUSED || stale) && !freshOnly) {
      freshOnly = true;
      again(by, failure, false);
    } else {
      fail(failure);
    }
  }

  /**
   * @param elsewhere whether this endpoint will not do
   */
  private void again(Attempt by, Failure failure, boolean elsewhere) {
    if (over || search == null) {
      return;
    }
    if (elsewhere) {
      by.countFailed(failure.code());
      search.tried(by.endpoint());
    }
    by.leave();
    attempt();
  }

  // ---- the answer ----

  @Override
  public void answered(Attempt by, HeadTable fields, Framing framing, long length) {
    if (framing == Framing.TUNNEL || fields.status() < 200 || fields.status() > 599) {
      fail(protocol("status " + fields.status()));
      return;
    }
    head = new CallAnswer(fields.status(), passed(fields), new byte[0], List.of());
  }

  private static List<Response.Field> passed(HeadTable fields) {
    List<Response.Field> passed = new ArrayList<>();
    fields.forEachWritten(
        (name, value) -> passed.add(new Response.Field(name.toString(), value.toString())));
    return passed;
  }

  private Failure protocol(String what) {
    return Failure.of(FailureCode.UPSTREAM_PROTOCOL, upstream.name() + ": " + what);
  }

  @Override
  public void answerBody(ByteBuf data) {
    try {
      if (over) {
        return;
      }
      if ((long) body.size() + data.readableBytes() > call.maxAnswer()) {
        fail(protocol("an answer of more than " + call.maxAnswer() + " bytes"));
        return;
      }
      data.readBytes(body, data.readableBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array takes all bytes
    } finally {
      data.release();
    }
  }

  @Override
  public void answerEnded(@Nullable HeadTable trailers) {
    CallAnswer answer = head;
    if (!over && answer != null) {
      end();
      List<Response.Field> behind = trailers == null ? List.of() : passed(trailers);
      result.complete(
          new CallAnswer(answer.status(), answer.headers(), body.toByteArray(), behind));
    }
  }

  // ---- ends ----

  @Override
  protected void onDeadline(long now) {
    fail(
        Failure.of(
            FailureCode.UPSTREAM_TIMEOUT,
            upstream.name() + " took longer than " + call.timeout().toMillis() + " ms"));
  }

  private void fail(Failure failure) {
    if (!over) {
      if (attempt != null) {
        attempt.countFailed(failure.code());
      }
      end();
      result.completeExceptionally(new CallFailed(failure));
    }
  }

  /** The exchange that it was made for is over: nobody waits for it any more. */
  void cancel() {
    if (!over) {
      end();
    }
  }

  private void end() {
    over = true;
    loop.deadlines().cancel(this);
    if (attempt != null) {
      attempt.abandon();
      attempt.leave();
    }
  }
}
