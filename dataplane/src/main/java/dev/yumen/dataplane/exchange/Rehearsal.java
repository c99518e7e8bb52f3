package dev.yumen.dataplane.exchange;

import dev.yumen.api.Call;
import dev.yumen.api.CallAnswer;
import dev.yumen.api.Exchange;
import dev.yumen.api.Identity;
import dev.yumen.api.Key;
import dev.yumen.api.MirrorRef;
import dev.yumen.api.Priority;
import dev.yumen.api.RetryRef;
import dev.yumen.api.TlsSession;
import dev.yumen.api.UpstreamRef;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.routing.RouteMatch;
import dev.yumen.dataplane.routing.Target;
import dev.yumen.dataplane.snapshot.Route;
import dev.yumen.dataplane.snapshot.Snapshot;
import dev.yumen.dataplane.stream.InboundRequest;
import dev.yumen.dataplane.upstream.Upstream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * An exchange without client and upstream: what is done with it is seen by nobody. It belongs to no
 * event loop; one thread uses it.
 */
final class Rehearsal implements Exchange, Entrant {
  /** Stands for the id that each request gets. */
  private static final String ID = "0".repeat(32);

  private final Snapshot snapshot;
  private final HeadTable head;
  private final InboundRequest request;
  private final InetAddress peer;
  private final InetSocketAddress local;
  private final @Nullable TlsSession tls;
  private final InetAddress client;
  private final String scheme;
  private final long wallMillis;
  private final Set<String> hidden;
  private final Target target = new Target();
  private final RouteMatch<String> match = new RouteMatch<>();
  private final IdentityHashMap<Key<?>, Object> values = new IdentityHashMap<>();
  private Route route;
  private String traceId = ID;
  private @Nullable Identity identity;
  private Priority priority = Priority.NORMAL;
  private @Nullable Upstream upstream;
  private @Nullable RetryRef retries;
  private @Nullable Duration timeout;
  private long pace;
  private final List<MirrorRef> copies = new ArrayList<>();

  /**
   * @param head as it was read
   * @param local what its client would have connected to
   * @param tls null without TLS
   */
  Rehearsal(
      Snapshot snapshot,
      HeadTable head,
      ExplainRequest asked,
      InetSocketAddress local,
      @Nullable TlsSession tls,
      long wallMillis) {
    this.snapshot = snapshot;
    this.head = head;
    this.peer = asked.client();
    this.local = local;
    this.tls = tls;
    this.wallMillis = wallMillis;
    this.hidden = asked.hidden();
    this.route = snapshot.unmatched();
    boolean absolute = head.authorityStart() >= 0;
    this.request =
        new InboundRequest(
            head,
            "1.1",
            absolute ? head.authorityStart() : head.hostStart(),
            absolute ? head.authorityEnd() : head.hostEnd());
    ClaimedClient claimed = ClaimedClient.believed(head, snapshot, peer);
    this.client = claimed == null ? peer : claimed.address();
    String own = tls == null ? "http" : "https";
    this.scheme = claimed == null || claimed.scheme() == null ? own : claimed.scheme();
  }

  // ---- what routing asks ----

  @Override
  public boolean isRehearsal() {
    return true;
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public RouteMatch<String> routeMatch() {
    return match;
  }

  @Override
  public long wallMillis() {
    return wallMillis;
  }

  @Override
  public HeadTable head() {
    return head;
  }

  @Override
  public Snapshot snapshot() {
    return snapshot;
  }

  @Override
  public void route(Route found) {
    route = found;
  }

  Route route() {
    return route;
  }

  /** Whether a value is not known that has one of these names. */
  boolean lacks(Set<String> names) {
    return !hidden.isEmpty() && !Collections.disjoint(hidden, names);
  }

  // ---- what filters see ----

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String configVersion() {
    return snapshot.version();
  }

  @Override
  public String traceId() {
    return traceId;
  }

  @Override
  public void traceId(String given) {
    traceId = given;
  }

  @Override
  public InboundRequest request() {
    return request;
  }

  @Override
  public String scheme() {
    return scheme;
  }

  @Override
  public InetAddress clientAddress() {
    return client;
  }

  @Override
  public InetAddress peerAddress() {
    return peer;
  }

  /** Any: clients choose it anew for each connection. */
  @Override
  public int peerPort() {
    return 0;
  }

  @Override
  public InetSocketAddress localAddress() {
    return local;
  }

  @Override
  public @Nullable TlsSession tls() {
    return tls;
  }

  @Override
  public String routeId() {
    return route.id();
  }

  @Override
  public String routePattern() {
    return route.pattern();
  }

  @Override
  public Map<String, String> pathVariables() {
    return match.isMatch() ? match.pathVariables() : Map.of();
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
  public void priority(Priority given) {
    priority = given;
  }

  @Override
  public <T> @Nullable T get(Key<T> key) {
    @SuppressWarnings("unchecked") // put takes the key's own type only
    T value = (T) values.get(key);
    return value;
  }

  @Override
  public <T> void put(Key<T> key, T value) {
    values.put(key, value);
  }

  @Override
  public void requestTimeout(Duration given) {
    timeout = given;
  }

  @Override
  public void paceResponse(long bytesPerSecond) {
    pace = pace == 0 ? bytesPerSecond : Math.min(pace, bytesPerSecond);
  }

  @Override
  public void forwardTo(UpstreamRef chosen) {
    upstream = (Upstream) chosen;
  }

  @Override
  public void retries(RetryRef rules) {
    retries = rules;
  }

  @Override
  public void mirror(MirrorRef to) {
    copies.add(to);
  }

  // ---- what nobody does here ----

  @Override
  public Executor executor() {
    throw unheard();
  }

  @Override
  public CompletionStage<Void> after(Duration time) {
    throw unheard();
  }

  @Override
  public CompletionStage<CallAnswer> call(UpstreamRef to, Call call) {
    throw unheard();
  }

  @Override
  public CompletionStage<byte[]> takeBody(int most) {
    throw unheard();
  }

  @Override
  public CompletionStage<byte[]> peekBody(int most) {
    throw unheard();
  }

  private static IllegalStateException unheard() {
    return new IllegalStateException("a filter that only looks does more than that");
  }

  // ---- what became of it ----

  /** The upstream that a filter chose; null when none did. */
  @Nullable Upstream upstream() {
    return upstream;
  }

  @Nullable RetryRef retries() {
    return retries;
  }

  @Nullable Duration timeout() {
    return timeout;
  }

  /** Most bytes of the answer's body in a second; 0 for as many as there are. */
  long pace() {
    return pace;
  }

  List<MirrorRef> copies() {
    return copies;
  }
}
