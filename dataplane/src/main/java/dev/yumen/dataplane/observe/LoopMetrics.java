package dev.yumen.dataplane.observe;

import dev.yumen.api.FailureCode;

/**
 * What one event loop counts. Every method but the package's own readers belongs to that loop's
 * thread alone; none locks, and none allocates once a series was seen.
 */
public final class LoopMetrics {
  /** Results of attempts: 1xx to 5xx, then one for each failure code. */
  static final int STATUS_CLASSES = 5;

  static final int CODES = FailureCode.values().length;
  static final int RESULTS = STATUS_CLASSES + CODES;

  /** Results of gRPC calls: none, then 0 to 16. */
  static final int GRPC_RESULTS = 18;

  private final Metrics metrics;

  final SeriesTable requests = new SeriesTable();
  final Durations requestDurations = new Durations();
  final Durations upstreamDurations = new Durations();
  final RouteCells routes = new RouteCells();
  final Cells inFlight = new Cells(1);
  final Cells rejected = new Cells(64);
  final Cells failures = new Cells(CODES);
  final Cells connections = new Cells(8);
  final Cells accepted = new Cells(8);
  final Cells refused = new Cells(8);
  final Cells listenerBytes = new Cells(16);
  final Cells bytes = new Cells(2);
  final Cells upstreamResults = new Cells(RESULTS * 8);
  final Cells grpcResults = new Cells(GRPC_RESULTS);
  final Cells upstreamActive = new Cells(8);
  final Cells upstreamIdle = new Cells(8);
  final Cells upstreamConnected = new Cells(8);
  final Cells upstreamConnectFailed = new Cells(8);
  final Cells upstreamRetries = new Cells(8);

  LoopMetrics(Metrics metrics) {
    this.metrics = metrics;
  }

  /** A request has begun; {@link #requestEnded} must follow exactly once. */
  public void requestStarted() {
    inFlight.add(0, 1);
  }

  public void requestEnded() {
    inFlight.add(0, -1);
  }

  /**
   * Counts a request that ended.
   *
   * @param path from {@link Metrics#pathSlot}; {@link Metrics#NONE} when no route matched
   * @param upstream from {@link Metrics#upstreamSlot}; {@link Metrics#NONE} when the gateway
   *     answered itself
   * @param status what the client was sent, or 499
   */
  public void request(int path, int upstream, String method, int status, long durationNanos) {
    if (!metrics.enabled()) {
      return;
    }
    long key = RequestKey.of(path, method, status);
    if (!requests.countKnown(key)) {
      countNew(key);
    }
    requestDurations.record(upstream, durationNanos);
  }

  /**
   * Counts a request that ended, for the live figures of its route.
   *
   * @param route from {@link Metrics#routeSlot}
   * @param status what the client was sent, or 499
   */
  public void routed(int route, int status, long durationNanos) {
    if (metrics.enabled()) {
      routes.count(route, status, durationNanos);
    }
  }

  /**
   * Counts a request or connection that was refused.
   *
   * @param reason from {@link Metrics#rejectionSlot}
   */
  public void rejected(int reason) {
    rejected.add(reason, 1);
  }

  public void failed(FailureCode code) {
    failures.add(index(code), 1);
  }

  /**
   * A client connected.
   *
   * @param listener from {@link Metrics#listenerSlot}
   */
  public void connectionOpened(int listener) {
    connections.add(listener, 1);
    accepted.add(listener, 1);
  }

  public void connectionClosed(int listener) {
    connections.add(listener, -1);
  }

  /**
   * A connection was refused as a whole.
   *
   * @param refusal from {@link Metrics#refusalSlot}
   */
  public void connectionRefused(int refusal) {
    refused.add(refusal, 1);
  }

  /**
   * Bytes from a client of a TCP or UDP listener.
   *
   * @param listener from {@link Metrics#listenerSlot}
   */
  public void bytesReceived(int listener, long count) {
    listenerBytes.add(2 * listener, count);
  }

  /** Bytes to a client of a TCP or UDP listener. */
  public void bytesSent(int listener, long count) {
    listenerBytes.add(2 * listener + 1, count);
  }

  /** Body bytes from a client. */
  public void received(long count) {
    bytes.add(0, count);
  }

  /** Body bytes to a client. */
  public void sent(long count) {
    bytes.add(1, count);
  }

  /**
   * An attempt got a response head.
   *
   * @param headNanos from the attempt's start to that head
   */
  public void upstreamAnswered(int upstream, int status, long headNanos) {
    if (!metrics.enabled()) {
      return;
    }
    int statusClass = Math.clamp(status / 100, 1, STATUS_CLASSES) - 1;
    upstreamResults.add(upstream * RESULTS + statusClass, 1);
    upstreamDurations.record(upstream, headNanos);
  }

  /** An attempt ended without a response head. */
  public void upstreamFailed(int upstream, FailureCode code) {
    upstreamResults.add(upstream * RESULTS + STATUS_CLASSES + index(code), 1);
  }

  /**
   * A gRPC call ended.
   *
   * @param upstream {@link Metrics#NONE} when the gateway answered itself
   * @param status 0 to 16, or -1 when it ended without
   */
  public void grpcCall(int upstream, int status) {
    if (metrics.enabled()) {
      grpcResults.add(upstream * GRPC_RESULTS + status + 1, 1);
    }
  }

  /** A request is tried again. */
  public void upstreamRetried(int upstream) {
    upstreamRetries.add(upstream, 1);
  }

  public void upstreamConnected(int upstream) {
    upstreamConnected.add(upstream, 1);
  }

  public void upstreamConnectFailed(int upstream) {
    upstreamConnectFailed.add(upstream, 1);
  }

  /** Connections that carry a request: 1 when one begins to, -1 when it no longer does. */
  public void upstreamActive(int upstream, int change) {
    upstreamActive.add(upstream, change);
  }

  /** Connections that rest in the pool: 1 when one is put back, -1 when it is taken or closed. */
  public void upstreamIdle(int upstream, int change) {
    upstreamIdle.add(upstream, change);
  }

  /** Cell of a code; numbers that never leave this process. */
  @SuppressWarnings("EnumOrdinal")
  static int index(FailureCode code) {
    return code.ordinal();
  }

  /** The first request of a series on this loop; the series cap is looked at here only. */
  private void countNew(long key) {
    long counted = metrics.admit(key) ? key : RequestKey.withPath(key, Slots.OTHER);
    requests.learn(counted);
    requests.countKnown(counted);
  }
}
