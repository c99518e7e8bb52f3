package dev.yumen.dataplane.upstream;

import dev.yumen.api.FailureCode;
import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http2.Http2UpstreamConnection;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.stream.ResponseEvents;
import dev.yumen.dataplane.stream.UpstreamStream;
import io.netty.channel.ConnectTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connections from one loop to one endpoint. In HTTP/1.1 each serves one request at a time, and the
 * one used last is used first, so that the rest grow old and are closed. In HTTP/2 requests share
 * connections: the first with room is used, and while one is being made, requests wait for it
 * rather than each making their own. Only on its loop.
 */
public final class ConnectionPool implements Http2UpstreamConnection.Owner {

  /** Hears how a connection attempt went. */
  public interface Connecting {
    void onConnected(UpstreamStream stream);

    void onConnectFailed(Throwable cause);
  }

  /** What an attempt to connect that ended so means for the request. */
  public static FailureCode code(Throwable cause) {
    return switch (cause) {
      case ConnectTimeoutException _ -> FailureCode.UPSTREAM_CONNECT_TIMEOUT;
      case Dialer.HandshakeFailed _ -> FailureCode.UPSTREAM_TLS;
      case Http2UpstreamConnection.NotHttp2 _ -> FailureCode.UPSTREAM_PROTOCOL;
      default -> FailureCode.UPSTREAM_CONNECT_REFUSED;
    };
  }

  /** A request that waits for its connection. */
  public interface Pending {
    /** It does not wait any more; nothing more is heard of it. */
    void cancel();
  }

  private final Loop loop;
  private final Endpoint endpoint;
  private final UpstreamConfig.Pool settings;
  private final HeadLimits headLimits;
  private final Duration connectTimeout;
  private final int metric;
  private final Dialer dialer;
  private final ArrayDeque<Http1UpstreamConnection> idle = new ArrayDeque<>();
  private final List<Http2UpstreamConnection> shared = new ArrayList<>();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean dialling;

  /** Whether the next connection is expected to speak HTTP/2. */
  private boolean sharing;

  private boolean retired;

  ConnectionPool(Loop loop, Endpoint endpoint, PoolSettings settings) {
    this.loop = loop;
    this.endpoint = endpoint;
    this.settings = settings.pool();
    this.headLimits = settings.headLimits();
    this.connectTimeout = settings.connectTimeout();
    this.metric = settings.metric();
    this.dialer = new Dialer(this, endpoint, settings);
    this.sharing = dialer.mayShare();
  }

  /**
   * Room on a connection that is there, taken into use; null when there is none.
   *
   * @param tunnel whether the request asks for a tunnel, which not every HTTP/2 connection takes
   */
  public @Nullable UpstreamStream acquire(ResponseEvents attempt, boolean tunnel) {
    if (!shared.isEmpty()) {
      Http2UpstreamConnection connection = withRoom(tunnel);
      if (connection != null) {
        return connection.open(attempt);
      }
    }
    for (Http1UpstreamConnection connection = idle.pollLast();
        connection != null;
        connection = idle.pollLast()) {
      loop.metrics().upstreamIdle(metric, -1);
      if (connection.open()) {
        loop.metrics().upstreamActive(metric, 1);
        connection.begin(attempt);
        return connection;
      }
    }
    return null;
  }

  private @Nullable Http2UpstreamConnection withRoom(boolean tunnel) {
    for (int i = 0; i < shared.size(); i++) {
      Http2UpstreamConnection connection = shared.get(i);
      if (worn(connection)) {
        connection.leave(); // takes itself out of the list
        i--;
      } else if (connection.hasRoom() && (!tunnel || takes(connection))) {
        return connection;
      }
    }
    return null;
  }

  /** Where HTTP/2 is all that may be spoken, another connection would take no tunnels either. */
  private boolean takes(Http2UpstreamConnection connection) {
    return connection.takesTunnels() || !dialer.mayChoose();
  }

  private boolean worn(Http2UpstreamConnection connection) {
    return loop.deadlines().coarseNow() - connection.bornAt() >= settings.lifetime().toNanos()
        || (settings.maxRequests() > 0 && connection.requests() >= settings.maxRequests());
  }

  /**
   * Makes a new connection, or waits for one that is being made and will be shared. {@code
   * connecting} is called later on this loop, never from inside.
   *
   * @param tunnel whether the request asks for a tunnel: it gets a connection in HTTP/1.1 wherever
   *     the upstream may speak that
   */
  public Pending connect(ResponseEvents attempt, Connecting connecting, boolean tunnel) {
    Waiting request = new Waiting(attempt, connecting);
    boolean alone = tunnel && dialer.mayChoose();
    if (!sharing || alone) {
      request.dial = dialer.dial(request, alone);
      return request;
    }
    waiting.add(request);
    dialForWaiting();
    return request;
  }

  /** Makes a connection for those that wait, unless that is under way or of no use. */
  private void dialForWaiting() {
    if (!waiting.isEmpty()
        && !dialling
        && shared.stream().noneMatch(Http2UpstreamConnection::isClosedToAll)) {
      dialling = true;
      dialer.dial(null, false);
    }
  }

  /** One request that waits, for a connection of its own or for room on a shared one. */
  final class Waiting implements Pending {
    private final ResponseEvents attempt;
    private final Connecting connecting;
    private Dialer.@Nullable Dial dial;

    Waiting(ResponseEvents attempt, Connecting connecting) {
      this.attempt = attempt;
      this.connecting = connecting;
    }

    @Override
    public void cancel() {
      if (dial != null) {
        dial.cancel();
      } else {
        waiting.remove(this);
      }
    }
  }

  // ---- what the dialer found ----

  /**
   * A connection was made that speaks HTTP/1.1.
   *
   * @param request that it was made for; null when one to be shared was hoped for
   */
  void made(Http1UpstreamConnection connection, @Nullable Waiting request) {
    loop.metrics().upstreamConnected(metric);
    loop.metrics().upstreamActive(metric, 1);
    Waiting first = request;
    if (request == null) {
      dialling = false;
      sharing = false;
      first = waiting.poll();
      for (Waiting other = waiting.poll(); other != null; other = waiting.poll()) {
        other.dial = dialer.dial(other, false);
      }
    }
    if (first == null) {
      connection.rest();
    } else {
      connection.begin(first.attempt);
      first.connecting.onConnected(connection);
    }
  }

  /** No connection could be made. */
  void failed(Throwable cause, @Nullable Waiting request) {
    loop.metrics().upstreamConnectFailed(metric);
    if (request != null) {
      request.connecting.onConnectFailed(cause);
      return;
    }
    dialling = false;
    List<Waiting> all = new ArrayList<>(waiting);
    waiting.clear();
    all.forEach(one -> one.connecting.onConnectFailed(cause));
  }

  // ---- HTTP/2 ----

  @Override
  public void onReady(Http2UpstreamConnection connection) {
    dialling = false;
    sharing = true;
    loop.metrics().upstreamConnected(metric);
    loop.metrics().upstreamIdle(metric, 1);
    shared.add(connection);
    rest(connection);
    onRoom(connection);
    if (retired) {
      connection.leave();
    }
  }

  @Override
  public void onRoom(Http2UpstreamConnection connection) {
    if (connection.isLeaving()) {
      shared.remove(connection);
    }
    while (!waiting.isEmpty() && connection.hasRoom()) {
      Waiting next = waiting.remove();
      next.connecting.onConnected(connection.open(next.attempt));
    }
    dialForWaiting();
  }

  @Override
  public void onBusy(Http2UpstreamConnection connection, boolean busy) {
    loop.metrics().upstreamActive(metric, busy ? 1 : -1);
    loop.metrics().upstreamIdle(metric, busy ? -1 : 1);
    if (!busy) {
      rest(connection);
    }
  }

  private void rest(Http2UpstreamConnection connection) {
    connection.rest(loop.nanoTime() + settings.idle().toNanos());
  }

  @Override
  public void onClosed(
      Http2UpstreamConnection connection, boolean wasReady, @Nullable Throwable cause) {
    if (wasReady) {
      loop.metrics().upstreamIdle(metric, -1);
      onRoom(connection);
    } else {
      failed(cause == null ? new Dialer.ClosedEarly() : cause, null);
    }
  }

  // ---- HTTP/1.1 ----

  void release(Http1UpstreamConnection connection) {
    loop.metrics().upstreamActive(metric, -1);
    loop.metrics().upstreamIdle(metric, 1);
    idle.addLast(connection);
    long now = loop.deadlines().coarseNow();
    if (retired || idle.size() > settings.maxIdle() || connection.worn(now)) {
      connection.close();
      return;
    }
    connection.rest(now + settings.idle().toNanos());
  }

  void closed(Http1UpstreamConnection connection, boolean wasIdle) {
    if (wasIdle) {
      if (idle.remove(connection)) {
        loop.metrics().upstreamIdle(metric, -1);
      }
    } else {
      loop.metrics().upstreamActive(metric, -1);
    }
  }

  /** Closes what is idle now and later what comes back. */
  void retire() {
    retired = true;
    for (Http1UpstreamConnection connection : idle.toArray(Http1UpstreamConnection[]::new)) {
      connection.close();
    }
    for (Http2UpstreamConnection connection : List.copyOf(shared)) {
      connection.leave();
    }
  }

  void unsolicited() {
    loop.metrics().upstreamFailed(metric, FailureCode.UPSTREAM_PROTOCOL);
  }

  @Override
  public Loop loop() {
    return loop;
  }

  UpstreamConfig.Pool settings() {
    return settings;
  }

  @Override
  public HeadLimits headLimits() {
    return headLimits;
  }

  @Override
  public Duration settingsTimeout() {
    return connectTimeout;
  }

  @Override
  public String endpointText() {
    return endpoint.text();
  }
}
