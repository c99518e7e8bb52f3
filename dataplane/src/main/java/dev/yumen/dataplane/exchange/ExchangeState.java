package dev.yumen.dataplane.exchange;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.yumen.api.Exchange;
import dev.yumen.api.Identity;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.MirrorRef;
import dev.yumen.api.Priority;
import dev.yumen.api.RetryRef;
import dev.yumen.api.TlsSession;
import dev.yumen.api.UpstreamRef;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.routing.RouteMatch;
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
import java.net.InetSocketAddress;
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

/** What an exchange knows: itself as filters see it. */
abstract class ExchangeState extends ExchangeTimes implements Exchange, Entrant {
  private final LoopExchanges loops;
  private final InstantSource clock;
  private final ClientStream client;
  private final HeadTable head;
  private final InboundRequest request;
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

  ExchangeState(
      LoopExchanges loops,
      InstantSource clock,
      ClientStream client,
      HeadTable head,
      long startNanos) {
    super(loops.loop(), startNanos);
    this.loops = loops;
    this.clock = clock;
    this.client = client;
    this.head = head;
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
    ClaimedClient claimed = ClaimedClient.believed(head, snapshot(), peer);
    clientAddress = claimed == null ? peer : claimed.address();
    scheme = claimed == null ? null : claimed.scheme();
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
  public int peerPort() {
    return client.peer().address().getPort();
  }

  @Override
  public InetSocketAddress localAddress() {
    return client.peer().local();
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
  public String configVersion() {
    return snapshot().version();
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
  public void requestTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new InvalidValue("timeout", timeout.toString(), "more than 0s");
    }
    requestLimit(timeout.toNanos());
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
  public Target target() {
    return scratch.target;
  }

  @Override
  public RouteMatch<String> routeMatch() {
    return scratch.match;
  }

  @Override
  public long wallMillis() {
    return clock.millis();
  }

  // ---- the rest, for the package ----

  final ClientStream client() {
    return client;
  }

  @Override
  public final HeadTable head() {
    return head;
  }

  final Scratch scratch() {
    return scratch;
  }

  @Override
  public final Snapshot snapshot() {
    return Objects.requireNonNull(snapshot);
  }

  final Route route() {
    return Objects.requireNonNull(route);
  }

  @Override
  public final void route(Route found) {
    route = found;
  }

  final void countRequestBytes(int bytes) {
    requestBytes += bytes;
  }

  final long requestBytes() {
    return requestBytes;
  }
}
