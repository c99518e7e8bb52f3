package dev.yumen.dataplane.exchange;

import dev.yumen.api.Ending;
import dev.yumen.api.Failure;
import dev.yumen.dataplane.observe.LoopMetrics;
import dev.yumen.dataplane.recording.Ended;
import dev.yumen.dataplane.recording.RequestRing;
import dev.yumen.dataplane.snapshot.Route;

/**
 * What is told of an exchange at its end, while all of it is still there.
 *
 * <p>In all of this, {@code status} is what the client got, or would have got had it stayed, and
 * {@code nanos} is the time since the first byte of the request.
 */
final class EndReport {
  private EndReport() {}

  static void toMetrics(ProxyExchange exchange, int status, long nanos) {
    LoopMetrics metrics = exchange.loop().metrics();
    Route.Slots slots = exchange.route().metrics();
    int upstream = exchange.forwarding().metric();
    metrics.request(slots.path(), upstream, exchange.method(), status, nanos);
    metrics.routed(slots.name(), status, nanos);
    if (exchange.grpc() != Grpc.Kind.NONE) {
      metrics.grpcCall(upstream, exchange.answering().grpcStatus());
    }
    metrics.received(exchange.requestBytes());
    metrics.sent(exchange.answering().bytes());
  }

  /** Nothing where requests are not recorded. */
  static void toRecording(
      ProxyExchange exchange, ExchangeAcceptor acceptor, int status, long nanos) {
    RequestRing ring = acceptor.ring(exchange.loop());
    if (ring == null) {
      return;
    }
    Failure failure = exchange.failure();
    Ended ended =
        new Ended(
            exchange.traceId(),
            new Ended.Origin(
                acceptor.listener(),
                exchange.peerAddress(),
                exchange.clientAddress(),
                exchange.tls()),
            exchange.request().version(),
            new Ended.Result(
                exchange.routeId(),
                exchange.forwarding().upstreamName(),
                exchange.forwarding().endpointText(),
                status,
                failure == null ? null : failure.code(),
                nanos));
    ring.add(exchange.wallMillis(), ended, exchange.head(), exchange.snapshot().hidden());
  }

  static Ending forFilters(ProxyExchange exchange, int status, long nanos) {
    Forwarding forwarding = exchange.forwarding();
    Answering answering = exchange.answering();
    return new Ending(
        status,
        answering.grpcStatus(),
        exchange.failure(),
        nanos,
        forwarding.answerNanos(),
        exchange.requestBytes(),
        answering.bytes(),
        forwarding.attempts(),
        forwarding.failedAttempts(),
        forwarding.endpointText());
  }
}
