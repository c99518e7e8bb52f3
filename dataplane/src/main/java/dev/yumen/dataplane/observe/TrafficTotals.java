package dev.yumen.dataplane.observe;

import dev.yumen.api.FailureCode;
import java.util.List;
import java.util.Set;

/**
 * What all requests together came to until one moment, or between two. Made of the counts that
 * metrics are made of, so nothing is counted for it.
 *
 * @param durations of requests that ended, in buckets
 * @param statuses those that ended by the hundreds of their status: 1 for 1xx; 0 for any that is
 *     none of HTTP's
 * @param failed by client, by gateway and by upstreams; among the last attempts that were answered
 *     with 5xx
 * @param inFlight that have begun and not ended
 * @param connections open ones of clients
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
public record TrafficTotals(
    long[] durations, long[] statuses, Failed failed, long inFlight, long connections) {
  private static final int STATUSES = 6;
  private static final int ANSWERED_5XX = 4;

  /** Ports whose connections are no traffic. */
  private static final Set<String> OPERATORS = Set.of("admin", "management");

  /** Requests that failed, by who did. */
  public record Failed(long client, long gateway, long upstream) {}

  /** Those of now. Reads some longs for each series and each upstream. Any thread. */
  public static TrafficTotals of(Metrics metrics) {
    long[] durations = new long[Durations.BUCKETS];
    long[] statuses = new long[STATUSES];
    long inFlight = 0;
    long connections = 0;
    int upstreams = metrics.upstreams.size();
    List<String> listeners = metrics.listeners.values();
    for (LoopMetrics loop : metrics.loops) {
      for (int slot = 0; slot < upstreams; slot++) {
        loop.requestDurations.addTo(durations, slot);
      }
      loop.requests.read((key, count) -> statuses[RequestKey.statusClass(key)] += count);
      inFlight += loop.inFlight.get(0);
      for (int slot = 0; slot < listeners.size(); slot++) {
        connections += OPERATORS.contains(listeners.get(slot)) ? 0 : loop.connections.get(slot);
      }
    }
    return new TrafficTotals(
        durations, statuses, failed(metrics.loops, upstreams), inFlight, connections);
  }

  private static Failed failed(List<LoopMetrics> loops, int upstreams) {
    long client = 0;
    long gateway = 0;
    long upstream = 0;
    for (LoopMetrics loop : loops) {
      for (FailureCode code : FailureCode.values()) {
        long count = loop.failures.get(LoopMetrics.index(code));
        switch (code.source()) {
          case CLIENT -> client += count;
          case GATEWAY -> gateway += count;
          case UPSTREAM -> upstream += count;
        }
      }
      for (int slot = 0; slot < upstreams; slot++) {
        upstream += loop.upstreamResults.get(slot * LoopMetrics.RESULTS + ANSWERED_5XX);
      }
    }
    return new Failed(client, gateway, upstream);
  }

  /** What came since an earlier moment; what is open now stays what it is. */
  public TrafficTotals since(TrafficTotals earlier) {
    return new TrafficTotals(
        difference(durations, earlier.durations),
        difference(statuses, earlier.statuses),
        new Failed(
            failed.client - earlier.failed.client,
            failed.gateway - earlier.failed.gateway,
            failed.upstream - earlier.failed.upstream),
        inFlight,
        connections);
  }

  private static long[] difference(long[] now, long[] earlier) {
    long[] difference = new long[now.length];
    for (int i = 0; i < now.length; i++) {
      difference[i] = now[i] - earlier[i];
    }
    return difference;
  }

  /** Requests that ended. */
  public long requests() {
    long requests = 0;
    for (long count : statuses) {
      requests += count;
    }
    return requests;
  }

  /** Those whose status begins with this digit. */
  public long answered(int hundreds) {
    return statuses[hundreds];
  }

  /**
   * What this share of requests did not take longer than, in milliseconds; NaN without requests.
   *
   * @param share 0 to 1
   */
  public double millis(double share) {
    return Durations.quantileMillis(durations, share);
  }
}
