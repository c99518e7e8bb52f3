package dev.yumen.dataplane.observe;

import java.util.concurrent.atomic.LongAdder;

/** How the audit log fares. Any thread. */
public final class AuditMetrics {
  private final LongAdder lost = new LongAdder();
  private volatile long sequence;

  AuditMetrics() {}

  /** Records were not written. */
  public void lost(long records) {
    lost.add(records);
  }

  /** All that were not written. */
  public long lost() {
    return lost.sum();
  }

  /** The record of this number was written. */
  public void written(long number) {
    sequence = number;
  }

  void collect(Collected to) {
    to.counter(Family.AUDIT_LOST, lost.sum());
    if (sequence > 0) {
      to.gauge(Family.AUDIT_SEQUENCE, sequence);
    }
  }
}
