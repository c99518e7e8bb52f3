package dev.yumen.dataplane.exchange;

import dev.yumen.api.BodySink;
import dev.yumen.api.CircuitBreaker;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.config.AnswerConfig;
import dev.yumen.config.CircuitBreakerConfig;
import dev.yumen.config.RetryCondition.Kind;
import dev.yumen.dataplane.chain.BodyPipe;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.snapshot.RouteEnd;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.ResponseEvents;
import dev.yumen.dataplane.stream.UpstreamStream;
import dev.yumen.dataplane.upstream.ConnectionPool;
import dev.yumen.dataplane.upstream.Endpoint;
import dev.yumen.dataplane.upstream.Fallback;
import dev.yumen.dataplane.upstream.MirrorTarget;
import dev.yumen.dataplane.upstream.RetryPolicy;
import dev.yumen.dataplane.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The forwarding of one request: choose an endpoint, get a connection, send, and hear the answer.
 * An attempt that provably reached nobody is made again at the next endpoint (it could not be
 * connected) or on a fresh connection (a kept one turned out to be closed); others as the
 * upstream's {@link RetryPolicy} says, and never for a request that may have had an effect.
 */
final class Forwarding implements ResponseEvents, ConnectionPool.Connecting, BodySink {
  /** RFC 9110 §9.2.2. */
  private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

  /** What a service that is being replaced looks like; TLS or protocol will be wrong again. */
  private static final Set<FailureCode> MAY_PASS =
      Set.of(FailureCode.UPSTREAM_CONNECT_REFUSED, FailureCode.UPSTREAM_CONNECT_TIMEOUT);

  /** How often an upstream may say that it did not take the request before it is believed. */
  private static final int MOST_REFUSALS = 3;

  private final ProxyExchange exchange;
  private @Nullable Upstream upstream;
  private @Nullable Endpoint endpoint;
  private @Nullable UpstreamStream connection;
  private ConnectionPool.@Nullable Pending connecting;
  private @Nullable String lastEndpoint;
  private final RequestBody body = new RequestBody();
  private List<Mirror> mirrors = List.of();
  private @Nullable Retries retries;
  private @Nullable EndpointSearch search;
  private final GuardedCall guarded = new GuardedCall();
  private final Turn turn = new Turn();
  private boolean fellBack;
  private @Nullable Failure connectFailure;

  private Framing framing = Framing.NONE;
  private long length;
  private boolean lengthFromBody;
  private boolean bodyEnded;
  private @Nullable HeadTable trailers;

  private boolean endpointsHost;
  private boolean continueAwaited;
  private boolean freshOnly;
  private boolean over;
  private @Nullable Tunnel tunnel;
  private int refusals;
  private int attempts;

  private long attemptStart;
  private long answerNanos = -1;

  Forwarding(ProxyExchange exchange) {
    this.exchange = exchange;
  }

  void requestFraming(Framing framing, long length) {
    this.framing = framing;
    this.length = length;
    if (framing == Framing.NONE && wantsUpgrade(exchange.head())) {
      this.framing = Framing.TUNNEL;
    }
  }

  /** Whether the request may open a tunnel: then it has no body that filters could look at. */
  boolean upgrading() {
    return framing == Framing.TUNNEL;
  }

  /** Says that filters look at the request's body, which may change its length. */
  void throughPipe(BodyPipe pipe) {
    if (pipe.whole()) {
      lengthFromBody = true;
    } else if (!pipe.keepsLength() && framing == Framing.LENGTH) {
      framing = Framing.STREAM;
    }
  }

  /** Says where to; the upstream is drawn once for all attempts. */
  void target(RouteEnd.Forward forward) {
    endpointsHost = forward.endpointHost() || !exchange.request().hasAuthority();
    use(exchange.chosen(forward));
    if (!exchange.mirrors().isEmpty()) {
      mirror();
    }
  }

  /** Begins the copies of this request. */
  private void mirror() {
    mirrors = new ArrayList<>(1);
    for (MirrorTarget target : exchange.mirrors()) {
      Mirror copy = Mirror.begin(target, exchange, endpointsHost, framing, length);
      if (copy != null) {
        mirrors.add(copy);
        body.look(copy::add);
      }
    }
    if (bodyEnded) {
      mirrors.forEach(Mirror::send);
    }
  }

  private void use(Upstream chosen) {
    upstream = chosen;
    search = null;
    exchange.upstreamRequestLimit(chosen.config().timeout().request().toNanos());
    retries = new Retries(exchange, chosen, body);
  }

  /** An upgrade to HTTP/2 or TLS would take the connection out of our sight: never passed on. */
  private static boolean wantsUpgrade(HeadTable head) {
    if (!head.upgrade() || head.minorVersion() == 0) {
      return false;
    }
    List<String> protocols = head.all("upgrade");
    return protocols.size() == 1 && protocols.getFirst().equalsIgnoreCase("websocket");
  }

  // ---- attempts ----

  void attempt() {
    Loop loop = exchange.loop();
    Upstream service = upstream();
    if (exchange.clientWaitsStill() == 0) {
      exchange.fail(Failure.of(FailureCode.UPSTREAM_TIMEOUT, "the client waits no more"));
      return;
    }
    if (service.concurrency() != null && !turn.come(service, exchange, this::turnHasCome)) {
      return;
    }
    if (search == null) {
      search = EndpointSearch.of(service, exchange);
    }
    if (search == null) {
      String key = "the key by which an endpoint of " + service.name() + " is chosen";
      exchange.fail(Failure.of(FailureCode.BAD_REQUEST, key + " is missing"));
      return;
    }
    Endpoint chosen = search.next(loop, retries().any());
    if (chosen == null) {
      noEndpoint(service);
      return;
    }
    if (!guarded.begin(service)) {
      refused(service);
      return;
    }
    if (lengthFromBody) {
      framing = Framing.LENGTH;
      length = body.waitingBytes();
    }
    if (attempts > 0) {
      loop.metrics().upstreamRetried(metric());
    }
    endpoint = chosen;
    attempts++;
    attemptStart = loop.nanoTime();
    answerNanos = -1;
    exchange.attemptDue(policy().perTryNanos());
    chosen.count(loop, 1);
    ConnectionPool pool = chosen.pool(loop);
    UpstreamStream kept = freshOnly ? null : pool.acquire(this, upgrading());
    if (kept != null) {
      send(kept);
    } else {
      connecting = pool.connect(this, this, upgrading());
    }
  }

  private void turnHasCome() {
    exchange.turnDone();
    attempt();
    exchange.flush();
  }

  private void noEndpoint(Upstream service) {
    Failure last = connectFailure;
    boolean mayPass = last != null && MAY_PASS.contains(last.code());
    if (mayPass && retries().take(true)) {
      search().forgetUnreachable(); // perhaps they were for a moment
      retry(retries().pause());
    } else {
      exchange.fail(
          last != null
              ? last
              : Failure.of(FailureCode.NO_ENDPOINT, service.name() + " has no endpoint"));
    }
  }

  /** The circuit breaker is open. */
  private void refused(Upstream service) {
    CircuitBreaker breaker = Objects.requireNonNull(service.breaker());
    long seconds = Math.ceilDiv(Math.max(1, breaker.openNanos()), 1_000_000_000L);
    Failure open =
        Failure.of(FailureCode.CIRCUIT_OPEN, service.name() + " fails and is spared for a while")
            .header("Retry-After", Long.toString(seconds));
    if (!fallsBack(open)) {
      exchange.fail(open);
    }
  }

  @Override
  public void onConnected(UpstreamStream made) {
    connecting = null;
    if (over) {
      made.cancel();
      return;
    }
    send(made);
    exchange.flush();
  }

  @Override
  public void onConnectFailed(Throwable cause) {
    connecting = null;
    if (over) {
      return;
    }
    Endpoint failed = endpoint();
    connectFailure =
        Failure.of(
            ConnectionPool.code(cause),
            upstream().name() + " " + failed.text() + ": " + cause.getMessage());
    attemptFailed(connectFailure);
    search().unreachable(failed);
    if (policy().on(Kind.CONNECT_FAILURE)) {
      attempt();
    } else {
      exchange.fail(connectFailure);
    }
    exchange.flush();
  }

  // ---- instead ----

  /**
   * Puts what is written for it in the place of a service that fails: an answer, or that of another
   * upstream. False when nothing is, or the request may have had an effect and the other upstream
   * might have it again.
   */
  boolean fallsBack(Failure cause) {
    Fallback fallback = fallback();
    if (fallback == null) {
      return false;
    }
    boolean open = cause.code() == FailureCode.CIRCUIT_OPEN;
    boolean failed = cause.code().source() == FailureCode.Source.UPSTREAM;
    boolean wanted = open ? fallback.when().whenOpen() : failed && fallback.when().whenFailed();
    if (!wanted || !mayFallBack(fallback, open || MAY_PASS.contains(cause.code()))) {
      return false;
    }
    if (active()) {
      countFailed(cause.code());
    }
    exchange.note(cause);
    fallBack(fallback);
    return true;
  }

  /** The same for what a service answered. */
  private boolean fallsBack(int status) {
    Fallback fallback = fallback();
    if (fallback == null || !fallback.when().when(status) || !mayFallBack(fallback, false)) {
      return false;
    }
    fallBack(fallback);
    return true;
  }

  private @Nullable Fallback fallback() {
    return upstream == null || fellBack || over ? null : upstream.fallback();
  }

  private boolean mayFallBack(Fallback fallback, boolean harmless) {
    return fallback.answer() != null
        || (body.repeatable() && (harmless || retries().mayBeRepeated()));
  }

  /** The upstream has no more to do with this request. */
  private void leaveUpstream() {
    boolean answered = answerNanos >= 0;
    boolean tried = attempts > 0;
    turn.end(answered ? answerNanos : tried ? exchange.loop().nanoTime() - attemptStart : -1);
  }

  private void fallBack(Fallback fallback) {
    fellBack = true;
    fallback.used().add(1);
    abandon();
    if (endpoint != null) {
      leaveEndpoint();
    }
    exchange.noUpstreamLimits();
    leaveUpstream();
    AnswerConfig.Compiled answer = fallback.answer();
    if (answer != null) {
      exchange.answer(answer.render(exchange));
    } else {
      use(exchange.snapshot().upstream(Objects.requireNonNull(fallback.upstream())));
      retry(0);
    }
    exchange.flush();
  }

  // ---- again ----

  /** Makes another attempt after a pause. */
  private void retry(long pause) {
    body.rewind();
    if (pause == 0) {
      attempt();
    } else {
      exchange.retryDue(pause);
    }
  }

  /** Tries again instead of passing an answer on; whether it does, and the answer is gone. */
  private boolean retryAfter(HeadTable fields) {
    long pause = retries().takeAfter(fields);
    if (pause < 0) {
      return false;
    }
    abandon();
    leaveEndpoint();
    exchange.headerDone();
    retry(pause);
    return true;
  }

  /** The present attempt takes too long; whether another one takes its place. */
  boolean retryLate(Failure late) {
    boolean unsent = connection == null;
    if (!active() || !policy().on(Kind.TIMEOUT) || !retries().take(unsent)) {
      return false;
    }
    abandon();
    attemptFailed(late);
    retry(retries().pause());
    return true;
  }

  /** Ends the present attempt without a word of it to the exchange. */
  private void abandon() {
    if (connecting != null) {
      connecting.cancel();
      connecting = null;
    }
    UpstreamStream to = connection;
    connection = null;
    if (to != null) {
      to.cancel();
    }
  }

  private EndpointSearch search() {
    return Objects.requireNonNull(search);
  }

  private Retries retries() {
    return Objects.requireNonNull(retries);
  }

  private RetryPolicy policy() {
    return retries().policy();
  }

  private void attemptFailed(Failure failure) {
    countFailed(failure.code());
    leaveEndpoint();
  }

  private void leaveEndpoint() {
    guarded.cancelled();
    Endpoint left = endpoint();
    lastEndpoint = left.text();
    left.count(exchange.loop(), -1);
    search().tried(left);
    endpoint = null;
  }

  /** An attempt counts once: by its answer's head, or by how it failed before there was one. */
  private void countFailed(FailureCode code) {
    if (answerNanos < 0) {
      exchange.loop().metrics().upstreamFailed(metric(), code);
      if (code.source() == FailureCode.Source.UPSTREAM) {
        upstream().failed(exchange.loop(), endpoint());
        guarded.failed();
      }
    }
  }

  /** Statuses by which a service, or a gateway before it, says that it can not serve. */
  private static boolean failing(int status) {
    return status == 502 || status == 503 || status == 504;
  }

  private void send(UpstreamStream to) {
    connection = to;
    if (endpointsHost) {
      exchange.request().authority(endpoint().authority());
    }
    settleExpectation();
    if (exchange.grpc() != Grpc.Kind.NONE && Grpc.isCall(exchange.head())) {
      exchange.head().acceptTrailers(); // "gRPC over HTTP2": services look for it
    }
    passDeadlineOn();
    to.sendHead(exchange.request(), framing, length);
    body.sendWaiting(to::sendBody);
    if (bodyEnded) {
      finishRequest(to);
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
        !bodyEnded && (framing == Framing.STREAM || (framing == Framing.LENGTH && length > 0));
    boolean expects = head.expectContinue() && head.contains("expect");
    continueAwaited = expects && bodyToCome && !body.waits();
    if (continueAwaited) {
      exchange.headerDue(upstream().config().timeout().header().toNanos());
    } else if (expects) {
      head.remove("expect");
    }
  }

  private void finishRequest(UpstreamStream to) {
    boolean any = framing == Framing.STREAM && trailers != null && trailers.size() > 0;
    to.sendEnd(any ? trailers : null);
    if (answerNanos < 0) {
      exchange.headerDue(upstream().config().timeout().header().toNanos());
    }
  }

  // ---- the request's body ----

  void requestBody(ByteBuf data) {
    UpstreamStream to = connection;
    if (over) {
      data.release();
      return;
    }
    for (Mirror copy : mirrors) {
      copy.add(data);
    }
    if (to == null) {
      hold(data);
      return;
    }
    continued();
    if (tunnel != null) {
      tunnel.toUpstream(data);
      to.sendBody(data);
    } else {
      to.sendBody(body.sending(data));
    }
    if (!to.writable()) {
      exchange.client().pauseRequest();
      exchange.uploadPaused(upstream().config().timeout().idle().toNanos());
    }
  }

  /** The client need not wait any more, or did not. */
  private void continued() {
    if (continueAwaited) {
      continueAwaited = false;
      exchange.headerDone();
    }
  }

  private void hold(ByteBuf data) {
    body.hold(data);
    if (!lengthFromBody && body.waitingBytes() >= exchange.snapshot().limits().bufferBytes()) {
      exchange.client().pauseRequest();
    }
  }

  /** Bytes past all request filters. */
  @Override
  public void emit(ByteBuf bytes) {
    requestBody(bytes);
  }

  @Override
  public void fail(Failure failure) {
    exchange.fail(failure);
  }

  /** What came while request filters were waited for; the caller owns it. */
  List<ByteBuf> takeWaiting() {
    return body.takeWaiting();
  }

  void requestTrailers(@Nullable HeadTable trailers) {
    this.trailers = trailers;
  }

  /** The fields behind the request's body, for filters to edit. */
  HeadTable requestTrailers() {
    HeadTable fields = trailers;
    if (fields == null) {
      fields = new HeadTable();
      trailers = fields;
    }
    return fields;
  }

  void bodyEnded() {
    bodyEnded = true;
    mirrors.forEach(Mirror::send);
    UpstreamStream to = connection;
    if (to != null && !over) {
      finishRequest(to);
    }
  }

  @Override
  public void onUpstreamWritable() {
    exchange.uploadMoved();
    exchange.client().resumeRequest();
  }

  void flush() {
    if (connection != null) {
      connection.flush();
    }
  }

  // ---- the answer ----

  @Override
  public void onInterim(int status, HeadTable fields) {
    if (status == 100) {
      continued();
    }
    exchange.client().sendInterim(status, fields);
  }

  @Override
  public void onResponseHead(HeadTable fields, Framing answerFraming, long answerLength) {
    answerNanos = exchange.loop().nanoTime() - attemptStart;
    exchange.loop().metrics().upstreamAnswered(metric(), fields.status(), answerNanos);
    if (failing(fields.status())) {
      upstream().failed(exchange.loop(), endpoint());
    } else {
      upstream().succeeded(exchange.loop(), endpoint(), answerNanos);
    }
    judge(fields);
    if (answerFraming != Framing.TUNNEL && retryAfter(fields)) {
      exchange.flush();
      return;
    }
    if (fallsBack(fields.status())) {
      return;
    }
    body.settled();
    exchange.headerDone();
    exchange.answerMoved(idleNanos());
    if (answerFraming == Framing.TUNNEL) {
      Failure refused = Tunnel.refused(exchange.head(), fields, exchange.client());
      if (refused != null) {
        exchange.fail(refused);
        exchange.client().flush();
        return;
      }
    }
    String cookie = search().setCookie(endpoint(), exchange.scheme().equals("https"));
    if (cookie != null) {
      fields.add("set-cookie", cookie);
    }
    exchange.answering().upstream(fields, answerFraming, answerLength);
    exchange.beginResponse();
    flushOwnAnswer();
  }

  /** What the circuit breaker hears of an answer. */
  private void judge(HeadTable fields) {
    boolean grpcFailed =
        exchange.grpc() != Grpc.Kind.NONE
            && CircuitBreakerConfig.isFailedCall(Grpc.statusIn(fields));
    if (grpcFailed || upstream().isFailure(fields.status())) {
      guarded.failed();
    } else {
      guarded.succeeded(answerNanos);
    }
  }

  /** A filter has put another answer in the place of this one, whose events end here. */
  private void flushOwnAnswer() {
    if (over) {
      exchange.client().flush();
    }
  }

  @Override
  public void onResponseBody(ByteBuf data) {
    if (tunnel != null) {
      if (!tunnel.toClient(data)) {
        pauseResponse();
      }
      return;
    }
    exchange.answerMoved(idleNanos());
    exchange.answering().body(data);
    flushOwnAnswer();
  }

  @Override
  public void onResponseEnd(@Nullable HeadTable answerTrailers) {
    if (tunnel != null) {
      tunnel.upstreamEnded();
      return;
    }
    connection = null;
    mirrors.forEach(Mirror::forget); // what is still to come of the request is dropped
    exchange.answering().end(answerTrailers);
  }

  @Override
  public void onResponseFlush() {
    exchange.client().flush();
  }

  @Override
  public void onUpstreamFailure(Failure failure, Reached reached) {
    boolean stale =
        connection != null
            && connection.reused()
            && reached == Reached.UNANSWERED
            && body.repeatable()
            && IDEMPOTENT.contains(exchange.method());
    boolean refused =
        reached == Reached.REFUSED
            && body.repeatable()
            && policy().on(Kind.REFUSED_STREAM)
            && refusals++ < MOST_REFUSALS;
    connection = null;
    if (tunnel != null) {
      exchange.fail(failure);
      return;
    }
    boolean reset = reached == Reached.UNANSWERED && answerNanos < 0;
    Endpoint failed = endpoint();
    if (stale || refused) {
      exchange.loop().metrics().upstreamFailed(metric(), failure.code());
      leaveEndpoint();
      // A kept connection that its server closed meanwhile (RFC 9112 §9.3.1), or a stream that it
      // did not take (RFC 9113 §8.7): the same endpoint may well serve.
      search().untried(failed);
      freshOnly = stale;
      retry(0);
      exchange.flush();
      return;
    }
    attemptFailed(failure);
    if (reset && policy().on(Kind.RESET) && retries().take(false)) {
      retry(retries().pause());
    } else {
      exchange.fail(failure);
    }
    exchange.flush();
  }

  void pauseResponse() {
    if (connection != null) {
      connection.pauseResponse();
      exchange.answerPaused();
    }
  }

  void resumeResponse() {
    UpstreamStream from = connection;
    if (from != null && !over) {
      if (tunnel == null) {
        exchange.answerMoved(idleNanos());
      }
      from.resumeResponse();
    }
  }

  private long idleNanos() {
    return upstream().config().timeout().idle().toNanos();
  }

  // ---- tunnels ----

  /** The tunnel that was opened, if any. */
  @Nullable Tunnel tunnel() {
    return tunnel;
  }

  /** Response filters have let the 101 pass. */
  void openTunnel(Answering answering) {
    UpstreamStream to = connection;
    if (to != null) {
      Tunnel opened = new Tunnel(exchange, to);
      tunnel = opened;
      exchange.noUpstreamLimits();
      exchange.tunnelOpened(exchange.snapshot().limits().tunnelLifetimeNanos());
      answering.sendTunnelHead();
      opened.open();
    }
  }

  // ---- ends ----

  /** Whether an attempt is under way. */
  boolean active() {
    return !over && (connection != null || connecting != null);
  }

  /** Ends the attempt that is under way, if any, because of a failure; no other follows. */
  void giveUp(FailureCode because) {
    if (active()) {
      countFailed(because);
    }
    if (because == FailureCode.OVERLOADED && upstream != null) {
      upstream.overloaded();
    }
    giveUp();
  }

  /** Ends the attempt that is under way, if any; no other follows. */
  void giveUp() {
    over = true;
    exchange.noUpstreamLimits();
    abandon();
    body.release();
    mirrors.forEach(Mirror::forget);
  }

  /** The exchange is over. */
  void end() {
    over = true;
    mirrors.forEach(Mirror::forget);
    if (tunnel != null && connection != null) {
      tunnel.end();
    }
    connection = null;
    guarded.cancelled();
    leaveUpstream();
    if (endpoint != null) {
      endpoint.count(exchange.loop(), -1);
      lastEndpoint = endpoint.text();
      endpoint = null;
    }
    body.release();
  }

  // ---- for the record ----

  /** The version of HTTP in which the upstream answers. */
  String upstreamVersion() {
    return connection == null ? "1.1" : connection.version();
  }

  int attempts() {
    return attempts;
  }

  long answerNanos() {
    return answerNanos;
  }

  int metric() {
    return upstream == null ? Metrics.NONE : upstream.metric();
  }

  @Nullable String endpointText() {
    return endpoint != null ? endpoint.text() : lastEndpoint;
  }

  private Upstream upstream() {
    return Objects.requireNonNull(upstream);
  }

  private Endpoint endpoint() {
    return Objects.requireNonNull(endpoint);
  }
}
