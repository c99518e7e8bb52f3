package dev.yumen.dataplane.exchange;

import dev.yumen.api.CircuitBreaker;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.RetryRules.On;
import dev.yumen.config.AnswerConfig;
import dev.yumen.config.HedgeConfig;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.snapshot.RouteEnd;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.ResponseEvents.Reached;
import dev.yumen.dataplane.stream.UpstreamStream;
import dev.yumen.dataplane.upstream.Endpoint;
import dev.yumen.dataplane.upstream.Fallback;
import dev.yumen.dataplane.upstream.RetryPolicy;
import dev.yumen.dataplane.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The forwarding of one request: choose an endpoint, make an {@link Attempt} there, and pass on
 * what it answers. An attempt that provably reached nobody is made again at the next endpoint (it
 * could not be connected) or on a fresh connection (a kept one turned out to be closed); others as
 * the upstream's {@link RetryPolicy} says, and never for a request that may have had an effect.
 */
final class Forwarding implements Attempt.Owner {
  /** What a service that is being replaced looks like; TLS or protocol will be wrong again. */
  private static final Set<FailureCode> MAY_PASS =
      Set.of(FailureCode.UPSTREAM_CONNECT_REFUSED, FailureCode.UPSTREAM_CONNECT_TIMEOUT);

  private final ProxyExchange exchange;
  private final Upload upload;
  private @Nullable Upstream upstream;
  private @Nullable Retries retries;
  private @Nullable EndpointSearch search;
  private @Nullable Turn turn;

  private final Attempts attempts = new Attempts();
  private final Download download;

  private boolean freshOnly;
  private boolean fellBack;

  /** Attempts that the service failed. */
  private int failures;

  private boolean over;
  private @Nullable Failure connectFailure;

  Forwarding(ProxyExchange exchange) {
    this.exchange = exchange;
    this.upload = new Upload(exchange);
    this.download = new Download(exchange, attempts);
  }

  Upload upload() {
    return upload;
  }

  Download download() {
    return download;
  }

  /** Says where to; the upstream is drawn once for all attempts. */
  void target(RouteEnd.Forward forward) {
    use(exchange.chosen(forward));
    upload.target(forward.endpointHost() || !exchange.request().hasAuthority());
  }

  private void use(Upstream chosen) {
    upstream = chosen;
    search = null;
    download.from(chosen);
    exchange.upstreamRequestLimit(chosen.config().timeout().request().toNanos());
    retries = new Retries(exchange, chosen, upload.body());
  }

  // ---- attempts ----

  void attempt() {
    Loop loop = exchange.loop();
    Upstream service = upstream();
    if (exchange.clientWaitsStill() == 0) {
      exchange.fail(Failure.of(FailureCode.UPSTREAM_TIMEOUT, "the client waits no more"));
      return;
    }
    if (service.concurrency() != null && !itsTurn(service)) {
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
    CircuitBreaker.Permit permit = service.admit();
    if (permit == null) {
      refused(service);
      return;
    }
    if (attempts.begun() > 0) {
      loop.metrics().upstreamRetried(metric());
    }
    exchange.attemptDue(policy().perTryNanos());
    Attempt next = begin(service, chosen, permit);
    attempts.add(next);
    next.begin(freshOnly, upload.upgrading());
    armHedge();
  }

  private Attempt begin(Upstream at, Endpoint to, CircuitBreaker.Permit permit) {
    boolean grpc = exchange.grpc() != Grpc.Kind.NONE;
    return new Attempt(this, exchange.loop(), at, to, grpc).permitted(permit);
  }

  private boolean itsTurn(Upstream service) {
    if (turn == null) {
      turn = new Turn();
    }
    return turn.come(service, exchange, this::turnHasCome);
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
    long seconds = Math.ceilDiv(Math.max(1, service.refusesNanos()), 1_000_000_000L);
    Failure open =
        Failure.of(FailureCode.CIRCUIT_OPEN, service.name() + " fails and is spared for a while")
            .header("Retry-After", Long.toString(seconds));
    if (!fallsBack(open)) {
      exchange.fail(open);
    }
  }

  @Override
  public void connected(Attempt by, UpstreamStream to) {
    upload.send(by.endpoint(), to);
  }

  /** The service has to begin its answer from now on, if it has not. */
  void awaitAnswer() {
    if (attempts.latest().answerNanos() < 0 && !(attempts.racing() && exchange.awaitsHeader())) {
      exchange.headerDue(upstream().config().timeout().header().toNanos());
    }
  }

  @Override
  public void unconnected(Attempt by, Failure failure) {
    connectFailure = failure;
    failed(by, failure.code());
    search().unreachable(by.endpoint());
    if (attempts.goOnWithout(by)) {
      return;
    }
    if (policy().on(On.CONNECT_FAILURE)) {
      attempt();
    } else {
      exchange.fail(failure);
    }
  }

  @Override
  public void broken(Attempt by, Failure failure, Reached reached, boolean reused) {
    if (tunnels()) {
      exchange.fail(failure);
      return;
    }
    if (attempts.racing()) {
      failed(by, failure.code());
      attempts.goOnWithout(by);
      return;
    }
    boolean stale = retries().isStale(reached, reused);
    if (stale || retries().takeRefused(reached)) {
      exchange.loop().metrics().upstreamFailed(metric(), failure.code());
      by.leave();
      search().untried(by.endpoint());
      freshOnly = stale;
      retry(0);
      exchange.flush();
      return;
    }
    boolean reset = reached == Reached.UNANSWERED && by.answerNanos() < 0;
    failed(by, failure.code());
    if (reset && policy().on(On.RESET) && retries().take(false)) {
      retry(retries().pause());
    } else {
      exchange.fail(failure);
    }
    exchange.flush();
  }

  private void failed(Attempt by, FailureCode code) {
    failures++;
    by.countFailed(code);
    leave(by);
  }

  private void leave(Attempt by) {
    by.leave();
    search().tried(by.endpoint());
  }

  // ---- beside each other ----

  /** All of the request is here. */
  void requestEnded() {
    upload.end();
    armHedge();
  }

  /** Begins to wait for the time when another attempt is begun beside the one under way. */
  private void armHedge() {
    HedgeConfig hedge = upstream == null ? null : upstream.hedge();
    if (hedge != null && attempts.hedged() < hedge.attempts() && upload.ended() && unanswered()) {
      exchange.hedgeDue(hedge.after().toNanos());
    }
  }

  private boolean unanswered() {
    return active() && attempts.latest().answerNanos() < 0;
  }

  /** The attempts under way are slow: another one is begun beside them, at another endpoint. */
  void hedge() {
    Upstream service = upstream();
    if (!unanswered() || !upload.ended() || upload.upgrading()) {
      return;
    }
    search().tried(attempts.latest().endpoint());
    Endpoint chosen = search().next(exchange.loop(), false);
    if (chosen == null || !retries().takeBeside()) {
      return;
    }
    CircuitBreaker.Permit permit = service.admit();
    if (permit == null) {
      return;
    }
    service.hedged();
    Attempt next = begin(service, chosen, permit);
    attempts.addBeside(next);
    next.begin(freshOnly, false);
    armHedge();
  }

  // ---- again ----

  /** Makes another attempt after a pause. */
  private void retry(long pause) {
    upload.detach();
    if (pause == 0) {
      attempt();
    } else {
      exchange.retryDue(pause);
    }
  }

  /** Tries again instead of passing an answer on; whether it does, and the answer is gone. */
  private boolean retryAfter(Attempt by, HeadTable fields) {
    long pause = retries().takeAfter(fields);
    if (pause < 0) {
      return false;
    }
    failures++;
    by.abandon();
    leave(by);
    exchange.headerDone();
    retry(pause);
    return true;
  }

  /** The present attempt takes too long; whether another one takes its place. */
  boolean retryLate(Failure late) {
    if (!active() || !policy().on(On.TIMEOUT)) {
      return false;
    }
    Attempt slow = attempts.latest();
    if (!retries().take(slow.stream() == null && !attempts.racing())) {
      return false;
    }
    failures++;
    attempts.countFailed(late.code());
    attempts.abandon();
    leave(slow);
    retry(retries().pause());
    return true;
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
    boolean untouched = cause.code() == FailureCode.CIRCUIT_OPEN || MAY_PASS.contains(cause.code());
    if (!fallback.insteadOf(cause.code()) || !mayFallBack(fallback, untouched)) {
      return false;
    }
    attempts.countFailed(cause.code());
    exchange.note(cause);
    fallBack(fallback);
    return true;
  }

  /** The same for what a service answered. */
  private boolean fallsBack(int status) {
    Fallback fallback = fallback();
    if (fallback == null || !fallback.insteadOf(status) || !mayFallBack(fallback, false)) {
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
        || (upload.body().repeatable() && (harmless || retries().mayBeRepeated()));
  }

  private void fallBack(Fallback fallback) {
    fellBack = true;
    failures++;
    fallback.used().add(1);
    attempts.stop();
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

  /** The upstream has no more to do with this request. */
  private void leaveUpstream() {
    if (turn != null) {
      Attempt last = attempts.last();
      long answered = last == null ? -1 : last.answerNanos();
      turn.end(last == null || answered >= 0 ? answered : last.age());
    }
  }

  // ---- the request's body ----

  void requestBody(ByteBuf data) {
    Tunnel open = over ? null : download.tunnel();
    boolean more = open == null ? upload.take(data) : open.toUpstream(data);
    if (!more) {
      exchange.client().pauseRequest();
      exchange.uploadPaused(download.idleNanos());
    }
  }

  @Override
  public void flush() {
    exchange.flush();
  }

  /** Sends what was written of the request. */
  void flushRequest() {
    attempts.flush();
  }

  // ---- the answer ----

  @Override
  public void interim(int status, HeadTable fields) {
    if (status == 100) {
      upload.continued();
    }
    if (!attempts.racing()) {
      exchange.client().sendInterim(status, fields);
    }
  }

  @Override
  public void answered(Attempt by, HeadTable fields, Framing framing, long length) {
    if (attempts.racing()) {
      if (retries().refuses(fields)) {
        by.abandon();
        leave(by);
        attempts.goOnWithout(by); // one of them may do better
        return;
      }
      if (attempts.keepOnly(by)) {
        upstream().hedgeWon();
      }
    }
    if (framing != Framing.TUNNEL && retryAfter(by, fields)) {
      exchange.flush();
      return;
    }
    if (fallsBack(fields.status())) {
      return;
    }
    upload.body().settled();
    exchange.headerDone();
    download.moved();
    Failure refused = download.refused(fields, framing);
    if (refused != null) {
      exchange.fail(refused);
      exchange.client().flush();
      return;
    }
    String cookie = search().setCookie(by.endpoint(), exchange.scheme().equals("https"));
    if (cookie != null) {
      fields.add("set-cookie", cookie);
    }
    download.begin(fields, framing, length);
  }

  @Override
  public void answerBody(ByteBuf data) {
    download.body(data);
  }

  @Override
  public void answerPaused() {
    exchange.client().flush();
  }

  @Override
  public void writable() {
    exchange.uploadMoved();
    exchange.client().resumeRequest();
  }

  @Override
  public void answerEnded(@Nullable HeadTable trailers) {
    upload.forgetMirrors(); // what is still to come of the request is dropped
    download.end(trailers);
  }

  @Override
  public boolean tunnels() {
    return download.tunnel() != null;
  }

  // ---- ends ----

  /** Whether an attempt is under way. */
  boolean active() {
    return !over && attempts.active();
  }

  /** Ends the attempts that are under way, if any, because of a failure; no other follows. */
  void giveUp(FailureCode because) {
    if (!over) {
      attempts.countFailed(because);
    }
    if (because == FailureCode.OVERLOADED && upstream != null) {
      upstream.overloaded();
    }
    giveUp();
  }

  /** Ends the attempts that are under way, if any; no other follows. */
  void giveUp() {
    over = true;
    exchange.noUpstreamLimits();
    attempts.abandon();
    upload.drop();
    download.drop();
  }

  /** The exchange is over. */
  void end() {
    over = true;
    download.close();
    leaveUpstream();
    attempts.leave();
    upload.drop();
  }

  // ---- for the record ----

  int attempts() {
    return attempts.begun();
  }

  int failedAttempts() {
    return failures;
  }

  long answerNanos() {
    Attempt last = attempts.last();
    return last == null ? -1 : last.answerNanos();
  }

  int metric() {
    return upstream == null ? Metrics.NONE : upstream.metric();
  }

  /** The name of the service that it goes to; null when it goes to none. */
  @Nullable String upstreamName() {
    return upstream == null ? null : upstream.name();
  }

  @Nullable String endpointText() {
    Attempt last = attempts.last();
    return last == null ? null : last.endpoint().text();
  }

  private Upstream upstream() {
    return Objects.requireNonNull(upstream);
  }

  private Retries retries() {
    return Objects.requireNonNull(retries);
  }

  private RetryPolicy policy() {
    return retries().policy();
  }

  private EndpointSearch search() {
    return Objects.requireNonNull(search);
  }
}
