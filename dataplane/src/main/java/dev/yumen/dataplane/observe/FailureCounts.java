package dev.yumen.dataplane.observe;

import dev.yumen.api.FailureCode;
import java.util.EnumMap;
import java.util.Map;

/** How often attempts failed since the process began, by code. Made of what metrics count. */
public final class FailureCounts {
  private FailureCounts() {}

  /** Attempts to an upstream that got no answer, by why; those that never came are not in it. */
  public static Map<FailureCode, Long> of(Metrics metrics, String upstream) {
    Map<FailureCode, Long> counts = new EnumMap<>(FailureCode.class);
    int slot = metrics.upstreams.values().lastIndexOf(upstream);
    if (slot <= Slots.OTHER) {
      return counts;
    }
    int first = slot * LoopMetrics.RESULTS + LoopMetrics.STATUS_CLASSES;
    for (LoopMetrics loop : metrics.loops) {
      for (FailureCode code : FailureCode.values()) {
        long count = loop.upstreamResults.get(first + LoopMetrics.index(code));
        if (count > 0) {
          counts.merge(code, count, Long::sum);
        }
      }
    }
    return counts;
  }
}
