package dev.yumen.dataplane.audit;

import java.util.Map;

/** Takes note of acts of administration. */
@FunctionalInterface
public interface AuditTrail {

  /**
   * Any thread; never waits. Nothing happens where no audit log is kept.
   *
   * @param kind of act, in lower-case-with-dashes
   * @param what texts, numbers and lists of texts by lower-case names, in the order written; no
   *     secrets. Long texts and lists are cut.
   */
  void record(String kind, Map<String, ?> what);
}
