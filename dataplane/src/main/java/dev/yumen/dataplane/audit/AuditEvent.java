package dev.yumen.dataplane.audit;

import java.time.Instant;
import java.util.Map;

/** What waits for the writer. */
sealed interface AuditEvent {

  /** An act that is a record of its own. */
  record Act(String kind, Map<String, ?> what) implements AuditEvent {}

  /**
   * A refusal, which may be one of many.
   *
   * @param why in one line
   */
  record Refused(Denials.Denial denial, String why, String traceId, Instant time)
      implements AuditEvent {}
}
