package dev.yumen.dataplane.exchange;

import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.routing.RouteMatch;
import dev.yumen.dataplane.routing.Target;
import org.jspecify.annotations.Nullable;

/**
 * Working objects of an exchange that are worth using again. An exchange that ended while foreign
 * code still held it (a filter that never completed) keeps its own for good.
 */
final class Scratch {
  final Target target = new Target();
  final RouteMatch<String> match = new RouteMatch<>();
  private @Nullable HeadTable answer;
  private @Nullable HeadTable none;

  /** An empty table for the fields of an answer that the gateway makes. */
  HeadTable answerFields() {
    HeadTable fields = answer;
    if (fields == null) {
      fields = new HeadTable();
      answer = fields;
    }
    fields.reset();
    return fields;
  }

  /** An empty table for filters that care for trailers where there are none. */
  HeadTable noTrailers() {
    HeadTable fields = none;
    if (fields == null) {
      fields = new HeadTable();
      none = fields;
    }
    fields.reset();
    return fields;
  }
}
