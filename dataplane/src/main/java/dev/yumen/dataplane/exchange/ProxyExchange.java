package dev.yumen.dataplane.exchange;

import dev.yumen.api.Call;
import dev.yumen.api.CallAnswer;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.api.UpstreamRef;
import dev.yumen.api.Verdict;
import dev.yumen.dataplane.chain.BodyPipe;
import dev.yumen.dataplane.chain.FilterChain;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.snapshot.RouteEnd;
import dev.yumen.dataplane.snapshot.Snapshot;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.ForwardedFields;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.RequestEvents;
import dev.yumen.dataplane.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, from head to end. The order of things:
 *
 * <ol>
 *   <li>{@link #begin}: pin the snapshot; {@link Intake} brings the target into normal form and
 *       finds the route
 *   <li>{@link #runRequestFilters}: in the order written; one may answer, wait or fail
 *   <li>{@link #reachEnd}: what the route ends in: {@link Forwarding}, a fixed answer, a file …
 *   <li>{@link #runResponseFilters}: in reverse, on whatever answer there is
 *   <li>{@link Answering}: head, body and end go to the client
 *   <li>{@link #conclude}: filters hear of the end, everything is counted and given back
 * </ol>
 *
 * A failure at any point goes to {@link #fail}.
 */
final class ProxyExchange extends ExchangeState implements RequestEvents {
  private static final int RESPONSE_NOT_BEGUN = Integer.MIN_VALUE;

  private final ExchangeAcceptor acceptor;
  private final Answering answering;
  private final Forwarding forwarding;
  private final Incoming incoming;
  private final FilterCalls calls;
  private int requestStep;
  private int responseStep = RESPONSE_NOT_BEGUN;
  private @Nullable Failure failure;
  private Grpc.Kind grpc = Grpc.Kind.NONE;
  private boolean ended;
  private List<SubRequest> subRequests = List.of();

  ProxyExchange(ExchangeAcceptor acceptor, ClientStream client, HeadTable head, long startNanos) {
    super(acceptor.of(client.loop()), acceptor.clock(), client, head, startNanos);
    this.acceptor = acceptor;
    this.answering = new Answering(this);
    this.forwarding = new Forwarding(this);
    this.incoming = new Incoming(this);
    this.calls = new FilterCalls(this);
  }

  // ---- 1: route ----

  /** Takes the request in; a bug on the way costs this exchange and no other. */
  void begin(Snapshot pinned, Framing framing) {
    pin(pinned);
    try {
      take(framing);
    } catch (RuntimeException e) {
      fail(Failure.of(FailureCode.INTERNAL, "begin: " + e, e));
    }
  }

  private void take(Framing framing) {
    upload().framing(framing, head().contentLength());
    claimAddresses();
    grpc = Grpc.kind(head()); // filters may change what it says
    Intake.Refusal refused = Intake.admit(this, acceptor.listener());
    if (refused != null) {
      turnAway(refused);
      return;
    }
    clientWaits(RequestTimeout.nanos(head().first(RequestTimeout.FIELD)));
    if (grpc != Grpc.Kind.NONE) {
      clientWaits(Grpc.timeout(head().first("grpc-timeout")));
    }
    runRequestFilters();
  }

  private void turnAway(Intake.Refusal refusal) {
    if (refusal.counted() != null) {
      acceptor.countRejected(loop(), refusal.counted());
    }
    if (refusal.closes()) {
      client().closeAfterAnswer();
    }
    fail(refusal.failure());
  }

  // ---- 2: request filters ----

  private void runRequestFilters() {
    FilterChain chain = route().chain();
    while (requestStep < chain.size()) {
      FilterChain.Step step = chain.step(requestStep++);
      Verdict verdict = calls.onRequest(step);
      if (verdict == null || !proceed(verdict)) {
        return;
      }
    }
    reachEnd();
  }

  /** Acts on a verdict that is no waiting; true to go on. */
  private boolean proceed(Verdict verdict) {
    switch (verdict) {
      case Verdict.Proceed _ -> {
        return true;
      }
      case Verdict.Respond respond -> answer(respond.response());
      case Verdict.Fail fail -> refuse(fail);
      case Verdict.Await _ -> throw new IllegalStateException("waiting for waiting");
    }
    return false;
  }

  private void refuse(Verdict.Fail refusal) {
    Response answer = refusal.answer();
    if (answer == null || ended) {
      fail(refusal.failure());
      return;
    }
    note(refusal.failure());
    answer(answer);
  }

  /** A filter that was waited for has come to a verdict. */
  void resume(Verdict verdict) {
    boolean onRequest = responseStep == RESPONSE_NOT_BEGUN;
    try {
      if (proceed(verdict)) {
        if (onRequest) {
          goOn();
        } else if (!answering.goOnWithRest()) {
          runResponseFilters();
        }
      }
    } catch (RuntimeException e) {
      fail(Failure.of(FailureCode.INTERNAL, "resume: " + e, e));
    }
    flush();
  }

  /** Waits for what a filter finds out elsewhere of the body of the answer. */
  void await(CompletionStage<Verdict> later) {
    calls.await(later);
  }

  private void goOn() {
    if (incoming.looksThrough()) {
      forwardWhole();
    } else {
      runRequestFilters();
    }
  }

  /** All that filters want to see of the request was seen: what they find out is waited for. */
  private void forwardWhole() {
    CompletionStage<Verdict> check = upload().nextCheck();
    if (check == null) {
      forwarding.attempt();
    } else {
      calls.await(check);
    }
  }

  boolean ended() {
    return ended;
  }

  @Override
  public CompletionStage<CallAnswer> call(UpstreamRef to, Call call) {
    SubRequest made = new SubRequest(this, (Upstream) to, call);
    EventLoop eventLoop = loop().eventLoop();
    if (eventLoop.inEventLoop()) {
      begin(made);
    } else {
      eventLoop.execute(() -> begin(made)); // a blocking filter's thread
    }
    return made.result();
  }

  private void begin(SubRequest made) {
    if (!ended) {
      subRequests = subRequests.isEmpty() ? new ArrayList<>(1) : subRequests;
      subRequests.add(made);
      made.begin();
    }
  }

  @Override
  public CompletionStage<byte[]> takeBody(int most) {
    return incoming.take(most);
  }

  @Override
  public CompletionStage<byte[]> peekBody(int most) {
    return incoming.peek(most);
  }

  // ---- 3: the route's end ----

  private void reachEnd() {
    if (incoming.taken()) {
      fail(Failure.of(FailureCode.FILTER_FAILED, "a filter took the body and did not answer"));
      return;
    }
    if (route().end() instanceof RouteEnd.Forward && isShed()) {
      return;
    }
    if (route().chain().bodies() && !openIncoming()) {
      return;
    }
    switch (route().end()) {
      case RouteEnd.Forward forward -> {
        forwarded(forwardedFields());
        forwarding.target(forward);
        if (incoming.awaited()) {
          incoming.hurry();
        } else {
          forwardWhole();
        }
      }
      case RouteEnd.Respond respond -> answer(respond.response());
      case RouteEnd.RedirectTo redirect ->
          answer(
              Response.of(redirect.status()).header("location", redirect.location().render(this)));
      case RouteEnd.Files files -> calls.later(() -> StaticAnswers.answer(files, this));
      case RouteEnd.Unmatched _ -> unmatched();
    }
  }

  /**
   * Turned away before anything is done for it, as there is too much to do. It has no line in the
   * log: there are many of them, and one line has told that they begin.
   */
  private boolean isShed() {
    Failure refusal = acceptor.overload().refusal(this);
    if (refusal == null) {
      return false;
    }
    failure = refusal;
    loop().metrics().failed(refusal.code());
    answer(failureAnswer());
    return true;
  }

  /** False when a filter failed. */
  private boolean openIncoming() {
    try {
      incoming.open(calls);
    } catch (RuntimeException e) {
      fail(calls.bodyFailure(e));
      return false;
    }
    return !answering.begun();
  }

  private ForwardedFields forwardedFields() {
    var settings = snapshot().config().forwarded();
    return new ForwardedFields(
        settings.xForwarded(), settings.forwarded(), settings.via(), client().peer());
  }

  private void unmatched() {
    Failure failure = Intake.unmatched(this);
    var builtIn =
        failure.code() == FailureCode.NO_ROUTE ? acceptor.builtIn(snapshot(), request()) : null;
    if (builtIn != null) {
      calls.later(() -> Verdict.respond(builtIn.get()));
      return;
    }
    fail(failure);
  }

  // ---- the request's body ----

  @Override
  public void onRequestBody(ByteBuf data) {
    countRequestBytes(data.readableBytes());
    if (ended || (answering.begun() && !forwarding.active())) {
      data.release();
    } else if (incoming.body(data) && !answering.begun()) {
      forwardWhole();
    }
  }

  @Override
  public void onRequestEnd(@Nullable HeadTable trailers) {
    if (ended) {
      return;
    }
    Tunnel tunnel = download().tunnel();
    if (tunnel != null) {
      tunnel.clientEnded();
      return;
    }
    boolean waitedFor = incoming.end(trailers);
    if (ended) {
      return;
    }
    forwarding.requestEnded();
    if (waitedFor && !answering.begun()) {
      forwardWhole();
    }
  }

  @Override
  public void onRequestFlush() {
    forwarding.flushRequest();
  }

  @Override
  public void onClientWritable() {
    // While filters look at the head, its body waits.
    if (answering.started()) {
      answering.goOn();
    }
  }

  @Override
  public void onClientHalfClosed() {
    if (!ended && !answering.begun()) {
      waitAfterHalfClose(snapshot().limits().halfCloseNanos());
    }
  }

  @Override
  public void onRequestFailure(Failure cause) {
    fail(cause);
  }

  @Override
  public void onTunnelOver() {
    Tunnel tunnel = download().tunnel();
    if (tunnel != null && !ended) {
      tunnel.goAway();
    }
  }

  // ---- 4: response filters ----

  /** An answer that the gateway makes itself. */
  void answer(Response response) {
    if (ended) {
      return;
    }
    forwarding.giveUp();
    try {
      answering.own(forGrpc(response));
    } catch (IllegalArgumentException e) {
      // A field that can not be sent, with CR LF in it perhaps: nothing of this answer goes out.
      note(Failure.of(FailureCode.FILTER_FAILED, "an answer that can not be sent: " + e, e));
      answering.own(forGrpc(failureAnswer()));
    }
    beginResponse();
  }

  private Response forGrpc(Response response) {
    if (grpc == Grpc.Kind.NONE) {
      return response;
    }
    Failure cause = failure;
    return Grpc.answer(grpc, response, cause, cause == null ? "" : failureText(cause));
  }

  private String failureText(Failure cause) {
    return acceptor.failures().text(cause.code(), head().first("accept-language"));
  }

  /** How the client speaks gRPC, if it does. */
  Grpc.Kind grpc() {
    return grpc;
  }

  /** The upstream's answer has begun. */
  void beginResponse() {
    calls.noLongerWaiting();
    if (responseStep == RESPONSE_NOT_BEGUN) {
      responseStep = requestStep - 1;
    }
    runResponseFilters();
  }

  private void runResponseFilters() {
    FilterChain chain = route().chain();
    while (responseStep >= 0) {
      FilterChain.Step step = chain.step(responseStep--);
      if (!step.answers()) {
        continue;
      }
      Verdict verdict = calls.onResponse(step, answering.head());
      if (verdict == null) {
        download().pause();
        return;
      }
      if (!proceed(verdict)) {
        return;
      }
    }
    BodyPipe pipe = responsePipe(chain);
    if (!ended && !answering.started()) {
      answering.start(pipe);
    }
  }

  /** Filters look into what services answer, not into the gateway's own failures. */
  private @Nullable BodyPipe responsePipe(FilterChain chain) {
    if (failure != null || !chain.bodies()) {
      return null;
    }
    try {
      return calls.responsePipe(chain, requestStep, answering);
    } catch (RuntimeException e) {
      fail(calls.bodyFailure(e));
      return null;
    }
  }

  // ---- 5: answering is told by Answering; the ways it can end: ----

  /** The answer has been sent in full, except for its end. */
  void answered(@Nullable HeadTable trailers) {
    ClientStream stream = client();
    conclude(answering.status());
    stream.sendEnd(trailers);
  }

  /** The exchange can not go on. */
  void fail(Failure cause) {
    if (ended || (!answering.begun() && forwarding.fallsBack(cause))) {
      return;
    }
    forwarding.giveUp(cause.code());
    note(cause);
    if (cause.code() != FailureCode.CLIENT_ABORT && answering.endsByStatus()) {
      answering.end(Grpc.trailers(cause, failureText(cause)));
      return;
    }
    if (cause.code() == FailureCode.CLIENT_ABORT || answering.started()) {
      ClientStream stream = client();
      conclude(answering.started() ? answering.status() : cause.code().status());
      stream.abort();
      return;
    }
    answer(failureAnswer());
  }

  /** Counts and logs what went wrong. */
  void note(Failure cause) {
    failure = cause;
    loop().metrics().failed(cause.code());
    acceptor.failureLog().log(this, cause);
    acceptor.audit().denied(this, cause);
  }

  /** What went wrong last; null when nothing did. */
  @Nullable Failure failure() {
    return failure;
  }

  /** The value of Alt-Svc for this client, or null. */
  @Nullable String alternative() {
    return acceptor.alternative(snapshot(), client());
  }

  private Response failureAnswer() {
    String language = head().first("accept-language");
    return acceptor.failures().answer(Objects.requireNonNull(failure), language, traceId());
  }

  // ---- 6: the end ----

  private void conclude(int status) {
    ended = true;
    calls.noLongerWaiting();
    long nanos = loop().nanoTime() - startNanos();
    EndReport.toMetrics(this, status, nanos);
    EndReport.toRecording(this, acceptor, status, nanos);
    FilterChain chain = route().chain();
    if (chain.size() > 0) {
      calls.onEnd(chain, EndReport.forFilters(this, status, nanos));
    }
    forwarding.end();
    subRequests.forEach(SubRequest::cancel);
    answering.end();
    incoming.drop();
    if (calls.abandoned()) {
      client().leaveHead();
    }
    unpin(calls.abandoned());
  }

  /** Sends what was written to either side. */
  void flush() {
    if (!ended) {
      forwarding.flushRequest();
    }
    client().flush();
  }

  @Override
  protected void onDeadline(long now) {
    if (ended) {
      return;
    }
    if (tunnelIsOld(now)) {
      acceptor.countRejected(loop(), "tunnel_lifetime");
      onTunnelOver();
      return;
    }
    if (retryIsDue(now)) {
      forwarding.attempt();
      flush();
    }
    if (hedgeIsDue(now)) {
      forwarding.hedge();
      flush();
    }
    Failure late = ended ? null : overdue(now, forwarding.endpointText());
    if (late != null && onlyAttemptIsLate(now) && forwarding.retryLate(late)) {
      flush();
      late = overdue(now, forwarding.endpointText());
    }
    if (late == null) {
      return;
    }
    ClientStream stream = client();
    fail(late);
    stream.flush();
  }

  Forwarding forwarding() {
    return forwarding;
  }

  private Upload upload() {
    return forwarding.upload();
  }

  Download download() {
    return forwarding.download();
  }

  Answering answering() {
    return answering;
  }
}
