package dev.yumen.dataplane.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the admin port turns away. Any thread. */
public final class AdminMetrics {
  private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();

  AdminMetrics() {}

  /**
   * A request was not answered as it was meant to be.
   *
   * @param code of the problem that it got instead, of a closed set
   */
  public void refused(String code) {
    refused.computeIfAbsent(code, _ -> new LongAdder()).increment();
  }

  void collect(Collected to) {
    refused.forEach((code, count) -> to.counter(Family.ADMIN_REFUSED, count.sum(), code));
  }
}
