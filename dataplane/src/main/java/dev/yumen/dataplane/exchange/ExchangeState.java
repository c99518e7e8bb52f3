package dev.yumen.dataplane.exchange;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Identity;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.MirrorRef;
import dev.yumen.api.Priority;
import dev.yumen.api.RetryRef;
import dev.yumen.api.TlsSession;
import dev.yumen.api.UpstreamRef;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.routing.RouteMatch;
import dev.yumen.dataplane.routing.RoutedRequest;
import dev.yumen.dataplane.routing.Target;
import dev.yumen.dataplane.snapshot.Route;
import dev.yumen.dataplane.snapshot.RouteEnd;
import dev.yumen.dataplane.snapshot.Snapshot;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.ForwardedFields;
import dev.yumen.dataplane.stream.InboundRequest;
import dev.yumen.dataplane.upstream.MirrorTarget;
import dev.yumen.dataplane.upstream.RetryPolicy;
import dev.yumen.dataplane.upstream.Upstream;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What an exchange knows: itself as filters see it, and the times it must not pass. */
abstract class ExchangeState extends Deadline implements Exchange, RoutedRequest {
  private final LoopExchanges loops;
  private final InstantSource clock;
  private final ClientStream client;
  private final HeadTable head;
  private final InboundRequest request;
  private final long startNanos;
  private final Scratch scratch;
  private @Nullable Snapshot snapshot;
  private @Nullable Route route;
  private @Nullable String id;
  private @Nullable String traceId;
  private @Nullable String scheme;
  private @Nullable InetAddress clientAddress;
  private @Nullable Identity identity;
  private Priority priority = Priority.NORMAL;
  private @Nullable Upstream upstream;
  private @Nullable RetryPolicy retries;
  private List<MirrorTarget> mirrors = List.of();
  private @Nullable IdentityHashMap<Key<?>, Object> values;
  private List<Future<?>> timers = List.of();
  private long requestBytes;
  private long pace;
  private long requestLimitNanos;

  private long filterUntil = NONE;
  private long turnUntil = NONE;
  private long clientUntil = NONE;
  private long tunnelUntil = NONE;
  private long requestUntil = NONE;
  private long headerUntil = NONE;
  private long attemptUntil = NONE;
  private long retryAt = NONE;
  private long hedgeAt = NONE;
  private long idleUntil = NONE;
  private long uploadUntil = NONE;
  private long halfCloseUntil = NONE;

  ExchangeState(
      LoopExchanges loops,
      InstantSource clock,
      ClientStream client,
      HeadTable head,
      long startNanos) {
    this.loops = loops;
    this.clock = clock;
    this.client = client;
    this.head = head;
    this.startNanos = startNanos;
    this.scratch = loops.take();
    boolean absolute = head.authorityStart() >= 0;
    this.request =
        new InboundRequest(
            head,
            client.version(),
            absolute ? head.authorityStart() : head.hostStart(),
            absolute ? head.authorityEnd() : head.hostEnd());
  }

  final void pin(Snapshot pinned) {
    snapshot = pinned;
    route = pinned.unmatched();
    pinned.enter(loop());
    loop().metrics().requestStarted();
  }

  /**
   * Lets go of everything that outlives the exchange.
   *
   * @param abandoned foreign code may still hold this exchange, so nothing of it is used again
   */
  final void unpin(boolean abandoned) {
    loop().deadlines().cancel(this);
    for (Future<?> timer : timers) {
      timer.cancel(false);
    }
    loop().metrics().requestEnded();
    if (!abandoned) {
      loops.giveBack(scratch);
    }
    snapshot().leave(loop());
  }

  // ---- who is asking ----

  /** Takes a trusted peer's word for the client's address, and nobody else's. */
  final void claimAddresses() {
    InetAddress peer = client.peer().address().getAddress();
    clientAddress = peer;
    if (snapshot().trustsAnybody() && snapshot().trusts(peer)) {
      ClaimedClient claimed = ClaimedClient.of(head, snapshot(), peer);
      clientAddress = claimed.address();
      scheme = claimed.scheme();
    } else {
      ClaimedClient.strip(head);
    }
    ClaimedClient.stripIdentity(head);
  }

  final void forwarded(ForwardedFields fields) {
    fields.prepare(request);
    request.forwarded(fields);
  }

  @Override
  public InetAddress clientAddress() {
    return Objects.requireNonNullElseGet(clientAddress, this::peerAddress);
  }

  @Override
  public InetAddress peerAddress() {
    return client.peer().address().getAddress();
  }

  @Override
  public @Nullable TlsSession tls() {
    return client.peer().tls();
  }

  @Override
  public String scheme() {
    return scheme == null ? client.peer().scheme() : scheme;
  }

  @Override
  public @Nullable Identity identity() {
    return identity;
  }

  @Override
  public void identity(Identity proven) {
    identity = proven;
  }

  @Override
  public Priority priority() {
    return priority;
  }

  @Override
  public void priority(Priority priority) {
    this.priority = priority;
  }

  // ---- what is asked ----

  @Override
  public String id() {
    if (id == null) {
      id = loop().nextId();
    }
    return id;
  }

  @Override
  public String traceId() {
    return traceId == null ? id() : traceId;
  }

  @Override
  public void traceId(String traceId) {
    this.traceId = traceId;
  }

  @Override
  public InboundRequest request() {
    return request;
  }

  @Override
  public String routeId() {
    return route().id();
  }

  @Override
  public String routePattern() {
    return route().pattern();
  }

  @Override
  public Map<String, String> pathVariables() {
    return scratch.match.isMatch() ? scratch.match.pathVariables() : Map.of();
  }

  @Override
  public <T> @Nullable T get(Key<T> key) {
    @SuppressWarnings("unchecked") // put takes the key's own type only
    T value = values == null ? null : (T) values.get(key);
    return value;
  }

  @Override
  public <T> void put(Key<T> key, T value) {
    if (values == null) {
      values = new IdentityHashMap<>(4);
    }
    values.put(key, value);
  }

  @Override
  public Executor executor() {
    return loop().eventLoop();
  }

  @Override
  public CompletionStage<Void> after(Duration time) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    timers = timers.isEmpty() ? new ArrayList<>(2) : timers;
    timers.add(loop().eventLoop().schedule(() -> over.complete(null), time.toNanos(), NANOSECONDS));
    return over;
  }

  @Override
  public void paceResponse(long bytesPerSecond) {
    if (bytesPerSecond <= 0) {
      throw new InvalidValue("bytesPerSecond", bytesPerSecond, "more than 0");
    }
    pace = pace == 0 ? bytesPerSecond : Math.min(pace, bytesPerSecond);
  }

  /** Most bytes of the answer's body in a second; 0 for as many as there are. */
  final long pace() {
    return pace;
  }

  @Override
  public void forwardTo(UpstreamRef chosen) {
    upstream = (Upstream) chosen;
  }

  @Override
  public void retries(RetryRef chosen) {
    retries = (RetryPolicy) chosen;
  }

  /** The rules that a filter chose, or those of the upstream. */
  final RetryPolicy retries(Upstream to) {
    return retries == null ? to.retries() : retries;
  }

  /** The upstream that a filter chose, or one of the route's own. */
  final Upstream chosen(RouteEnd.Forward forward) {
    return upstream == null ? forward.choose() : upstream;
  }

  @Override
  public void mirror(MirrorRef to) {
    mirrors = mirrors.isEmpty() ? new ArrayList<>(1) : mirrors;
    mirrors.add((MirrorTarget) to);
  }

  /** Where copies of the request go. */
  final List<MirrorTarget> mirrors() {
    return mirrors;
  }

  // ---- for routing ----

  @Override
  public String method() {
    return head.method();
  }

  @Override
  public Target target() {
    return scratch.target;
  }

  @Override
  public RouteMatch<?> routeMatch() {
    return scratch.match;
  }

  @Override
  public byte[] authorityBytes() {
    return head.bytes();
  }

  @Override
  public int authorityStart() {
    return request.authorityStart();
  }

  @Override
  public int authorityEnd() {
    return request.authorityEnd();
  }

  @Override
  public HeadTable headers() {
    return head;
  }

  @Override
  public long wallMillis() {
    return clock.millis();
  }

  // ---- times ----

  @Override
  public void requestTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new InvalidValue("timeout", timeout.toString(), "more than 0s");
    }
    requestLimitNanos = timeout.toNanos();
    requestUntil = loop().nanoTime() + requestLimitNanos;
    arm(requestUntil);
  }

  /**
   * The client says how long it waits for the whole answer; other limits may be shorter.
   *
   * @param nanos less than zero when it does not say so
   */
  final void clientWaits(long nanos) {
    if (nanos >= 0) {
      clientUntil = Math.min(clientUntil, startNanos + Math.min(nanos, Long.MAX_VALUE / 4));
      arm(clientUntil);
    }
  }

  /** Nanoseconds that the client still waits; -1 when it has not said. */
  final long clientWaitsStill() {
    return clientUntil == NONE ? -1 : Math.max(0, clientUntil - loop().nanoTime());
  }

  /** The upstream's own limit, unless a filter has set another. */
  final void upstreamRequestLimit(long nanos) {
    if (requestLimitNanos == 0 && nanos > 0) {
      requestUntil = loop().nanoTime() + nanos;
      arm(requestUntil);
    }
  }

  final void filterDue(long nanos) {
    filterUntil = loop().nanoTime() + nanos;
    arm(filterUntil);
  }

  /** Waiting for a place at the upstream begins. */
  final void turnDue(long nanos) {
    turnUntil = loop().nanoTime() + nanos;
    arm(turnUntil);
  }

  final void turnDone() {
    turnUntil = NONE;
  }

  final void filterDone() {
    filterUntil = NONE;
  }

  final void headerDue(long nanos) {
    headerUntil = loop().nanoTime() + nanos;
    arm(headerUntil);
  }

  /** Whether the head of an answer has to come in a certain time. */
  final boolean awaitsHeader() {
    return headerUntil != NONE;
  }

  /** The answer has begun; from now on pauses are limited. */
  final void headerDone() {
    headerUntil = NONE;
    attemptUntil = NONE;
    hedgeAt = NONE;
  }

  /** An attempt begins, which has to be answered in this time; 0 for no limit. */
  final void attemptDue(long nanos) {
    headerDone();
    if (nanos > 0) {
      attemptUntil = loop().nanoTime() + nanos;
      arm(attemptUntil);
    }
  }

  /** Another attempt is to be made after a pause. */
  final void retryDue(long pause) {
    headerDone();
    retryAt = loop().nanoTime() + pause;
    arm(retryAt);
  }

  /** Whether the pause is over; true once. */
  final boolean retryIsDue(long now) {
    if (now < retryAt) {
      return false;
    }
    retryAt = NONE;
    return true;
  }

  /** Another attempt is to be begun beside the one under way. */
  final void hedgeDue(long nanos) {
    hedgeAt = loop().nanoTime() + nanos;
    arm(hedgeAt);
  }

  /** Whether it is time for that; true once. */
  final boolean hedgeIsDue(long now) {
    if (now < hedgeAt) {
      return false;
    }
    hedgeAt = NONE;
    return true;
  }

  /** Whether another attempt could still be answered in time. */
  final boolean onlyAttemptIsLate(long now) {
    return (now >= attemptUntil || now >= headerUntil)
        && now < filterUntil
        && now < turnUntil
        && now < clientUntil
        && now < requestUntil;
  }

  final void answerMoved(long idleNanos) {
    idleUntil = loop().nanoTime() + idleNanos;
    arm(idleUntil);
  }

  /** The client is the one being waited for: the upstream's pause does not count. */
  final void answerPaused() {
    idleUntil = NONE;
  }

  final void uploadPaused(long idleNanos) {
    uploadUntil = loop().nanoTime() + idleNanos;
    arm(uploadUntil);
  }

  final void uploadMoved() {
    uploadUntil = NONE;
  }

  /** The upstream has no more to do with this exchange's time. */
  final void noUpstreamLimits() {
    requestUntil = NONE;
    headerDone();
    retryAt = NONE;
    turnUntil = NONE;
    idleUntil = NONE;
    uploadUntil = NONE;
  }

  final void waitAfterHalfClose(long nanos) {
    if (halfCloseUntil == NONE) {
      halfCloseUntil = loop().nanoTime() + nanos;
      arm(halfCloseUntil);
    }
  }

  final void answerBegun() {
    halfCloseUntil = NONE;
  }

  /** A tunnel ends by itself after this time; 0 for never. */
  final void tunnelOpened(long lifetimeNanos) {
    if (lifetimeNanos > 0) {
      tunnelUntil = loop().nanoTime() + lifetimeNanos;
      arm(tunnelUntil);
    }
  }

  final boolean tunnelIsOld(long now) {
    return now >= tunnelUntil;
  }

  private void arm(long until) {
    if (until < at()) {
      loop().deadlines().set(this, until);
    }
  }

  /**
   * What took too long, or null; sets the next look.
   *
   * @param endpoint that was tried last, if any, to be named in the log
   */
  final @Nullable Failure overdue(long now, @Nullable String endpoint) {
    if (now >= filterUntil) {
      return Failure.of(FailureCode.FILTER_TIMEOUT, "a filter did not come to a verdict in time");
    }
    if (now >= turnUntil) {
      return Turn.overloaded("no place became free in time (concurrency.pending-timeout)");
    }
    if (now >= clientUntil) {
      return timeout(
          endpoint, "took longer than the client waits (grpc-timeout, X-Request-Timeout)");
    }
    if (now >= requestUntil) {
      return timeout(endpoint, "took too long (timeout.request)");
    }
    if (now >= attemptUntil) {
      return timeout(endpoint, "did not begin to answer in time (retry.per-try-timeout)");
    }
    if (now >= headerUntil) {
      return timeout(endpoint, "did not begin to answer in time (timeout.header)");
    }
    if (now >= idleUntil) {
      return timeout(endpoint, "stopped in the middle of its answer (timeout.idle)");
    }
    if (now >= uploadUntil) {
      return timeout(endpoint, "stopped reading (timeout.idle)");
    }
    if (now >= halfCloseUntil) {
      return Failure.of(FailureCode.CLIENT_ABORT, "client closed before the answer (half-close)");
    }
    long next = Math.min(Math.min(filterUntil, requestUntil), Math.min(headerUntil, idleUntil));
    next = Math.min(Math.min(next, clientUntil), Math.min(uploadUntil, halfCloseUntil));
    next = Math.min(Math.min(next, tunnelUntil), Math.min(attemptUntil, retryAt));
    next = Math.min(Math.min(next, turnUntil), hedgeAt);
    if (next != NONE) {
      arm(next);
    }
    return null;
  }

  private static Failure timeout(@Nullable String endpoint, String what) {
    String who = endpoint == null ? "upstream" : endpoint;
    return Failure.of(FailureCode.UPSTREAM_TIMEOUT, who + " " + what);
  }

  // ---- the rest, for the package ----

  final Loop loop() {
    return loops.loop();
  }

  final ClientStream client() {
    return client;
  }

  final HeadTable head() {
    return head;
  }

  final Scratch scratch() {
    return scratch;
  }

  final Snapshot snapshot() {
    return Objects.requireNonNull(snapshot);
  }

  final Route route() {
    return Objects.requireNonNull(route);
  }

  final void route(Route found) {
    route = found;
  }

  final long startNanos() {
    return startNanos;
  }

  final void countRequestBytes(int bytes) {
    requestBytes += bytes;
  }

  final long requestBytes() {
    return requestBytes;
  }
}
