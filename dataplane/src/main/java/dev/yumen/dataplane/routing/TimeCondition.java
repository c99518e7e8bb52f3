package dev.yumen.dataplane.routing;

import dev.yumen.config.MatchConfig.TimeMatch;
import java.time.Instant;

/**
 * Now is in a window.
 *
 * @param after in milliseconds since 1970, inclusive
 * @param before exclusive
 */
record TimeCondition(long after, long before) implements Condition {

  static TimeCondition of(TimeMatch match) {
    return new TimeCondition(
        match.after() == null ? Long.MIN_VALUE : match.after().toEpochMilli(),
        match.before() == null ? Long.MAX_VALUE : match.before().toEpochMilli());
  }

  @Override
  public boolean test(RoutingRequest request) {
    long now = request.wallMillis();
    return now >= after && now < before;
  }

  @Override
  public String setting() {
    return "time";
  }

  @Override
  public String describe() {
    StringBuilder text = new StringBuilder("time is");
    if (after != Long.MIN_VALUE) {
      text.append(" not before ").append(Instant.ofEpochMilli(after));
    }
    if (before != Long.MAX_VALUE) {
      text.append(after == Long.MIN_VALUE ? "" : " and").append(" before ");
      text.append(Instant.ofEpochMilli(before));
    }
    return text.toString();
  }

  @Override
  public boolean isDisjointFrom(Condition other) {
    return other instanceof TimeCondition that && (before <= that.after || that.before <= after);
  }
}
