package dev.yumen.dataplane.audit;

import dev.yumen.api.FailureCode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The refusals of about a second: alike ones are one record with a count. Beyond a hundred that
 * differ, the rest are counted by their code alone, so that who varies his path can not fill the
 * disk. One thread.
 */
final class Denials {
  private static final int MOST_A_SECOND = 100;
  private static final long SECOND = 1_000_000_000;

  private final Map<Denial, Seen> seen = new LinkedHashMap<>();
  private long since;

  /**
   * What makes two refusals alike.
   *
   * @param route null, as all after it, for those that are counted by their code alone
   * @param consumer null too when none was known
   */
  record Denial(
      FailureCode code,
      @Nullable String route,
      @Nullable String client,
      @Nullable String consumer,
      @Nullable String method,
      @Nullable String path) {
    static Denial other(FailureCode code) {
      return new Denial(code, null, null, null, null, null);
    }
  }

  /** The first of those that are alike, and how many there were. */
  private static final class Seen {
    private final Instant first;
    private final String why;
    private final String traceId;
    private long count;

    Seen(AuditEvent.Refused refusal) {
      this.first = refusal.time();
      this.why = refusal.why();
      this.traceId = refusal.traceId();
    }
  }

  void add(AuditEvent.Refused refusal, long now) {
    Denial denial = refusal.denial();
    if (seen.isEmpty()) {
      since = now;
    }
    boolean fits = seen.size() < MOST_A_SECOND || seen.containsKey(denial);
    Denial counted = fits ? denial : Denial.other(denial.code());
    seen.computeIfAbsent(counted, _ -> new Seen(refusal)).count++;
  }

  boolean due(long now) {
    return !seen.isEmpty() && now - since >= SECOND;
  }

  /** Gives what was seen, and begins anew. */
  void flush(AuditTrail to) {
    seen.forEach((denial, times) -> to.record("denied", told(denial, times)));
    seen.clear();
  }

  private static Map<String, Object> told(Denial denial, Seen times) {
    Map<String, Object> what = new LinkedHashMap<>();
    what.put("code", denial.code().name());
    what.put("count", times.count);
    what.put("first", times.first.toString());
    put(what, "route", denial.route());
    put(what, "client", denial.client());
    put(what, "consumer", denial.consumer());
    put(what, "method", denial.method());
    put(what, "path", denial.path());
    if (denial.route() != null) {
      what.put("reason", times.why);
      what.put("trace-id", times.traceId);
    }
    return what;
  }

  private static void put(Map<String, Object> what, String name, @Nullable String value) {
    if (value != null) {
      what.put(name, value);
    }
  }
}
