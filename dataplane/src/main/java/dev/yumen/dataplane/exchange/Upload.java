package dev.yumen.dataplane.exchange;

import dev.yumen.api.BodySink;
import dev.yumen.api.Failure;
import dev.yumen.api.Verdict;
import dev.yumen.dataplane.chain.BodyPipe;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.UpstreamStream;
import dev.yumen.dataplane.upstream.Endpoint;
import dev.yumen.dataplane.upstream.MirrorTarget;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way to its service, whichever attempt carries it: head, body, trailers, and the
 * copies for others. Only on the exchange's loop.
 */
final class Upload implements BodySink {
  private final ProxyExchange exchange;
  private final RequestBody body = new RequestBody();
  private List<Mirror> mirrors = List.of();
  private Framing framing = Framing.NONE;
  private long length;
  private boolean lengthFromBody;
  private @Nullable HeadTable trailers;
  private boolean trailersStruck;
  private boolean endpointsHost;
  private boolean ended;
  private boolean over;

  /** Takes the body as it comes; null before there is one. */
  private @Nullable UpstreamStream to;

  private boolean continueAwaited;

  /** So much is held before the client is told to wait, whatever the limits say. */
  private long wanted;

  /** What filters are still finding out about a body that is held as a whole. */
  private @Nullable Queue<CompletionStage<Verdict>> checks;

  Upload(ProxyExchange exchange) {
    this.exchange = exchange;
  }

  void framing(Framing framing, long length) {
    this.framing = framing;
    this.length = length;
    if (framing == Framing.NONE && wantsUpgrade(exchange.head())) {
      this.framing = Framing.TUNNEL;
    }
  }

  /** An upgrade to HTTP/2 or TLS would take the connection out of our sight: never passed on. */
  private static boolean wantsUpgrade(HeadTable head) {
    if (!head.upgrade() || head.minorVersion() == 0) {
      return false;
    }
    List<String> protocols = head.all("upgrade");
    return protocols.size() == 1 && protocols.getFirst().equalsIgnoreCase("websocket");
  }

  /** Whether the request may open a tunnel: then it has no body that filters could look at. */
  boolean upgrading() {
    return framing == Framing.TUNNEL;
  }

  /** Says that filters look at the body, which may change its length. */
  void throughPipe(BodyPipe pipe) {
    if (pipe.whole()) {
      lengthFromBody = true;
    } else if (!pipe.keepsLength() && framing == Framing.LENGTH) {
      framing = Framing.STREAM;
    }
  }

  /**
   * The request is to be sent now, and its copies begin.
   *
   * @param endpointsHost whether the endpoint's own name is sent as Host
   */
  void target(boolean endpointsHost) {
    this.endpointsHost = endpointsHost;
    if (exchange.mirrors().isEmpty()) {
      return;
    }
    mirrors = new ArrayList<>(1);
    for (MirrorTarget target : exchange.mirrors()) {
      Mirror copy = Mirror.begin(target, exchange, endpointsHost, framing, length);
      if (copy != null) {
        mirrors.add(copy);
        body.look(copy::add);
      }
    }
    if (ended) {
      mirrors.forEach(Mirror::send);
    }
  }

  RequestBody body() {
    return body;
  }

  /** Whether all of the request is here. */
  boolean ended() {
    return ended;
  }

  // ---- towards a service ----

  /** No attempt carries it now; another one will, from the beginning. */
  void detach() {
    to = null;
    body.rewind();
  }

  /** Sends what there is of the request; from now on its body goes here as it comes. */
  void send(Endpoint endpoint, UpstreamStream stream) {
    if (endpointsHost) {
      exchange.request().authority(endpoint.authority());
    }
    if (exchange.grpc() != Grpc.Kind.NONE && Grpc.isCall(exchange.head())) {
      exchange.head().acceptTrailers(); // "gRPC over HTTP2": services look for it
    }
    passDeadlineOn();
    if (to != null) {
      body.rewind();
    }
    to = stream;
    if (lengthFromBody) {
      framing = Framing.LENGTH;
      length = body.waitingBytes();
    }
    settleExpectation();
    stream.sendHead(exchange.request(), framing, length);
    body.sendWaiting(stream::sendBody);
    if (ended) {
      finish(stream);
    } else {
      exchange.client().resumeRequest();
    }
  }

  /** The service is told how long the client still waits, as the client told it. */
  private void passDeadlineOn() {
    long left = exchange.clientWaitsStill();
    if (left < 0) {
      return;
    }
    HeadTable head = exchange.head();
    if (exchange.grpc() != Grpc.Kind.NONE) {
      head.set("grpc-timeout", Grpc.timeout(left));
    }
    String told = head.first(RequestTimeout.FIELD);
    if (told != null) {
      head.set(RequestTimeout.FIELD, RequestTimeout.left(left, told));
    }
  }

  /**
   * An expectation goes on where a body is still to come, and then the upstream is the one that is
   * waited for. Elsewhere it means nothing (RFC 9110 §10.1.1).
   */
  private void settleExpectation() {
    HeadTable head = exchange.head();
    boolean bodyToCome =
        !ended && (framing == Framing.STREAM || (framing == Framing.LENGTH && length > 0));
    boolean expects = head.expectContinue() && head.contains("expect");
    continueAwaited = expects && bodyToCome && !body.waits();
    if (continueAwaited) {
      exchange.forwarding().awaitAnswer();
    } else if (expects) {
      head.remove("expect");
    }
  }

  private void finish(UpstreamStream stream) {
    strikeTrailers();
    boolean any = framing == Framing.STREAM && trailers != null && trailers.size() > 0;
    stream.sendEnd(any ? trailers : null);
    exchange.forwarding().awaitAnswer();
  }

  /** The client need not wait any more, or did not. */
  void continued() {
    if (continueAwaited) {
      continueAwaited = false;
      exchange.headerDone();
    }
  }

  // ---- from the client ----

  /**
   * Takes a piece of the body, and ownership of it.
   *
   * @return false when the service does not take more for now
   */
  boolean take(ByteBuf data) {
    if (over) {
      data.release();
      return true;
    }
    for (Mirror copy : mirrors) {
      copy.add(data);
    }
    UpstreamStream stream = to;
    if (stream == null) {
      hold(data);
      return true;
    }
    continued();
    stream.sendBody(body.sending(data));
    return stream.writable();
  }

  /** A filter wants to see so many bytes before it lets the request go on. */
  void want(long bytes) {
    wanted = bytes;
  }

  private void hold(ByteBuf data) {
    body.hold(data);
    long most = Math.max(wanted, exchange.snapshot().limits().bufferBytes());
    if (!lengthFromBody && body.waitingBytes() >= most) {
      exchange.client().pauseRequest();
    }
  }

  /** Bytes past all request filters. */
  @Override
  public void emit(ByteBuf bytes) {
    exchange.forwarding().requestBody(bytes);
  }

  @Override
  public void fail(Failure failure) {
    exchange.fail(failure);
  }

  @Override
  public void await(CompletionStage<Verdict> later) {
    if (checks == null) {
      checks = new ArrayDeque<>(1);
    }
    checks.add(later);
  }

  /** What a filter still finds out about the body, one after the other; null when nothing. */
  @Nullable CompletionStage<Verdict> nextCheck() {
    return checks == null ? null : checks.poll();
  }

  void trailers(@Nullable HeadTable trailers) {
    this.trailers = trailers;
  }

  /** The fields behind the body, for filters to edit. */
  HeadTable trailers() {
    strikeTrailers();
    HeadTable fields = trailers;
    if (fields == null) {
      fields = new HeadTable();
      trailers = fields;
    }
    return fields;
  }

  /** Once request filters are through, before anybody adds trailers of the gateway. */
  private void strikeTrailers() {
    if (trailers != null && !trailersStruck) {
      exchange.head().strikeFrom(trailers);
    }
    trailersStruck = true;
  }

  /** The request is complete. */
  void end() {
    ended = true;
    mirrors.forEach(Mirror::send);
    UpstreamStream stream = to;
    if (stream != null && !over) {
      finish(stream);
    }
  }

  /** Copies get no more of it than they have. */
  void forgetMirrors() {
    mirrors.forEach(Mirror::forget);
  }

  /** Nobody wants it any more. */
  void drop() {
    over = true;
    to = null;
    forgetMirrors();
    body.release();
  }
}
