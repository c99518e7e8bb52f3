package dev.yumen.dataplane.observe;

import dev.yumen.api.FailureCode;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** The gateway's own metrics, summed over the event loops. */
final class GatewayFamilies {
  private final Metrics metrics;

  GatewayFamilies(Metrics metrics) {
    this.metrics = metrics;
  }

  void collect(Collected to) {
    requests(to);
    metrics.overload.collect(to);
    metrics.audit.collect(to);
    metrics.admin.collect(to);
    connections(to);
    upstreams(to);
    configuration(to);
    certificates(to);
    metrics.acme.collect(to);
    metrics.redis.collect(to);
    metrics.canary.collect(to);
  }

  private void requests(Collected to) {
    Map<Long, Long> counts = new HashMap<>();
    for (LoopMetrics loop : metrics.loops) {
      loop.requests.read((key, count) -> counts.merge(key, count, Long::sum));
    }
    List<String> paths = metrics.paths.values();
    counts.forEach(
        (key, count) ->
            to.counter(
                Family.REQUESTS,
                count,
                RequestKey.method(key),
                paths.get(RequestKey.path(key)),
                RequestKey.status(key)));
    to.gauge(Family.REQUESTS_IN_FLIGHT, sum(loop -> loop.inFlight.get(0)));
    List<String> reasons = metrics.reasons.values();
    for (int slot = 0; slot < reasons.size(); slot++) {
      int reason = slot;
      long count = sum(loop -> loop.rejected.get(reason));
      if (count > 0 || slot > Slots.OTHER) {
        to.counter(Family.REJECTED, count, reasons.get(slot));
      }
    }
    for (FailureCode code : FailureCode.values()) {
      long count = sum(loop -> loop.failures.get(LoopMetrics.index(code)));
      to.counter(
          Family.FAILURES, count, code.name(), code.source().name().toLowerCase(Locale.ROOT));
    }
  }

  private void connections(Collected to) {
    List<String> listeners = metrics.listeners.values();
    for (int slot = 0; slot < listeners.size(); slot++) {
      int listener = slot;
      long accepted = sum(loop -> loop.accepted.get(listener));
      if (accepted > 0 || slot > Slots.OTHER) {
        String name = listeners.get(slot);
        to.counter(Family.CONNECTIONS_ACCEPTED, accepted, name);
        to.gauge(Family.CONNECTIONS, sum(loop -> loop.connections.get(listener)), name);
      }
    }
    listenerBytes(to, listeners);
    List<String> refusals = metrics.refusals.values();
    for (int slot = Slots.OTHER + 1; slot < refusals.size(); slot++) {
      int refusal = slot;
      String[] names = refusals.get(slot).split(" (?=[^ ]*$)", 2);
      to.counter(
          Family.CONNECTIONS_REFUSED, sum(loop -> loop.refused.get(refusal)), names[0], names[1]);
    }
    to.counter(Family.BYTES, sum(loop -> loop.bytes.get(0)), "received");
    to.counter(Family.BYTES, sum(loop -> loop.bytes.get(1)), "sent");
  }

  private void listenerBytes(Collected to, List<String> listeners) {
    for (int slot = Slots.OTHER; slot < listeners.size(); slot++) {
      int cell = 2 * slot;
      long received = sum(loop -> loop.listenerBytes.get(cell));
      long sent = sum(loop -> loop.listenerBytes.get(cell + 1));
      if (received + sent > 0) {
        to.counter(Family.LISTENER_BYTES, received, listeners.get(slot), "received");
        to.counter(Family.LISTENER_BYTES, sent, listeners.get(slot), "sent");
      }
    }
  }

  private void upstreams(Collected to) {
    List<String> names = metrics.upstreams.values();
    for (int slot = 0; slot < names.size(); slot++) {
      durations(to, Family.REQUEST_DURATION, loop -> loop.requestDurations, slot, names.get(slot));
      durations(
          to,
          Family.UPSTREAM_REQUEST_DURATION,
          loop -> loop.upstreamDurations,
          slot,
          names.get(slot));
      results(to, slot, names.get(slot));
      grpcResults(to, slot, names.get(slot));
      if (slot >= Slots.OTHER) {
        pool(to, slot, names.get(slot));
      }
    }
    metrics.endpoints.forEach(
        (slot, endpoints) ->
            to.gauge(Family.UPSTREAM_ENDPOINTS, endpoints.count(), names.get(slot)));
    metrics.rare.forEach(
        (what, count) ->
            to.counter(what.family(), count.sum(), names.get(what.upstream()), what.label()));
  }

  private void durations(
      Collected to, Family family, Function<LoopMetrics, Durations> of, int slot, String name) {
    long[] counts = new long[Durations.bounds().length];
    long nanos = 0;
    for (LoopMetrics loop : metrics.loops) {
      nanos += of.apply(loop).addTo(counts, slot);
    }
    for (long count : counts) {
      if (count > 0) {
        to.histogram(family, counts, nanos / 1e9, name);
        return;
      }
    }
  }

  private void results(Collected to, int slot, String name) {
    int first = slot * LoopMetrics.RESULTS;
    for (int statusClass = 0; statusClass < LoopMetrics.STATUS_CLASSES; statusClass++) {
      result(to, first + statusClass, name, (statusClass + 1) + "xx");
    }
    for (FailureCode code : FailureCode.values()) {
      result(to, first + LoopMetrics.STATUS_CLASSES + LoopMetrics.index(code), name, code.name());
    }
  }

  private void result(Collected to, int cell, String upstream, String result) {
    long count = sum(loop -> loop.upstreamResults.get(cell));
    if (count > 0) {
      to.counter(Family.UPSTREAM_REQUESTS, count, upstream, result);
    }
  }

  private void grpcResults(Collected to, int slot, String name) {
    int first = slot * LoopMetrics.GRPC_RESULTS;
    for (int result = 0; result < LoopMetrics.GRPC_RESULTS; result++) {
      int cell = first + result;
      long count = sum(loop -> loop.grpcResults.get(cell));
      if (count > 0) {
        to.counter(Family.GRPC_CALLS, count, name, result == 0 ? "none" : "" + (result - 1));
      }
    }
  }

  private void pool(Collected to, int slot, String name) {
    long connected = sum(loop -> loop.upstreamConnected.get(slot));
    long refused = sum(loop -> loop.upstreamConnectFailed.get(slot));
    if (slot == Slots.OTHER && connected + refused == 0) {
      return;
    }
    to.counter(Family.UPSTREAM_CONNECTS, connected, name, "connected");
    to.counter(Family.UPSTREAM_CONNECTS, refused, name, "failed");
    to.gauge(
        Family.UPSTREAM_CONNECTIONS, sum(loop -> loop.upstreamActive.get(slot)), name, "active");
    to.gauge(Family.UPSTREAM_CONNECTIONS, sum(loop -> loop.upstreamIdle.get(slot)), name, "idle");
    to.counter(Family.UPSTREAM_RETRIES, sum(loop -> loop.upstreamRetries.get(slot)), name);
  }

  private void configuration(Collected to) {
    to.counter(Family.CONFIG_RELOADS, metrics.reloadsApplied.sum(), "applied");
    to.counter(Family.CONFIG_RELOADS, metrics.reloadsRejected.sum(), "rejected");
    Metrics.AppliedConfig applied = metrics.applied();
    to.gauge(Family.CONFIG_VERSION, applied.number());
    to.gauge(Family.CONFIG_LAST_SUCCESS, applied.at().toEpochMilli() / 1e3);
    Metrics.ConfigSource source = metrics.source();
    if (source != null) {
      to.gauge(Family.CONFIG_SOURCE_UP, source.up() ? 1 : 0, source.name());
    }
  }

  /** A file that is named twice at one place is one series. */
  private void certificates(Collected to) {
    Map<CertificateExpiry, Instant> ends = new LinkedHashMap<>();
    for (CertificateExpiry each : metrics.certificates()) {
      CertificateExpiry series =
          new CertificateExpiry(each.side(), each.name(), each.certificate(), Instant.EPOCH);
      ends.merge(series, each.notAfter(), (one, other) -> one.isBefore(other) ? one : other);
    }
    ends.forEach(
        (series, end) ->
            to.gauge(
                Family.CERTIFICATE_EXPIRY,
                end.getEpochSecond(),
                series.side(),
                series.name(),
                series.certificate()));
  }

  private long sum(ToLongFunction<LoopMetrics> cell) {
    long sum = 0;
    for (LoopMetrics loop : metrics.loops) {
      sum += cell.applyAsLong(loop);
    }
    return sum;
  }
}
