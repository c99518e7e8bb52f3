package dev.yumen.control.diagnose;

import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.recording.Ended;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recorded requests of one upstream, or of all, counted. Not thread-safe. */
final class Tally {
  /** Requests of a kind: how many, where the newest went, how long they took. */
  static final class Kind {
    private long count;
    private String endpoint = "";
    private long[] nanos = new long[16];

    private void add(Ended.Result result) {
      if (count == 0 && result.endpoint() != null) {
        endpoint = result.endpoint(); // the newest come first
      }
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, nanos.length * 2);
      }
      nanos[(int) count++] = result.nanos();
    }

    long count() {
      return count;
    }

    /** Where the newest of them went; {@code "an endpoint"} when that is not known. */
    String endpoint() {
      return endpoint.isEmpty() ? "an endpoint" : endpoint;
    }

    /** What this share did not take longer than, in nanoseconds; 0 without any. */
    long quantile(double share) {
      if (count == 0) {
        return 0;
      }
      long[] sorted = Arrays.copyOf(nanos, (int) count);
      Arrays.sort(sorted);
      return sorted[Math.clamp((int) Math.ceil(share * count) - 1, 0, sorted.length - 1)];
    }
  }

  private final Map<FailureCode, Kind> failed = new EnumMap<>(FailureCode.class);
  private final Kind answered = new Kind();
  private final Kind errors = new Kind();
  private final Kind gatewayTimeouts = new Kind();
  private long total;

  void add(Ended.Result result) {
    total++;
    FailureCode failure = result.failure();
    if (failure != null) {
      failed.computeIfAbsent(failure, _ -> new Kind()).add(result);
      return;
    }
    answered.add(result);
    if (result.status() >= 500) {
      (result.status() == 504 ? gatewayTimeouts : errors).add(result);
    }
  }

  long total() {
    return total;
  }

  /** Those that ended so; null when none did. */
  @Nullable Kind failed(FailureCode code) {
    return failed.get(code);
  }

  /** Those that the service answered, whatever it said. */
  Kind answered() {
    return answered;
  }

  /** Those that it answered with 5xx but 504. */
  Kind errors() {
    return errors;
  }

  Kind gatewayTimeouts() {
    return gatewayTimeouts;
  }

  /** Whether a count is so large a share that it is no accident: at least 1 of 100. */
  boolean isMany(long count) {
    return count > 0 && count * 100 >= total;
  }
}
