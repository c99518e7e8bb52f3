package dev.yumen.dataplane.exchange;

import org.jspecify.annotations.Nullable;

/**
 * The field {@code X-Request-Timeout}, by which a client says how long it waits: seconds, with up
 * to three decimals ({@code 1.5}), or a number with a unit ({@code 1500ms}, {@code 2s}).
 */
final class RequestTimeout {
  static final String FIELD = "x-request-timeout";

  private static final long MILLI = 1_000_000;
  private static final int MOST_DIGITS = 9;

  private RequestTimeout() {}

  /** Nanoseconds; -1 without one, or for one that is none. */
  static long nanos(@Nullable String value) {
    if (value == null) {
      return -1;
    }
    if (value.endsWith("ms")) {
      return times(whole(value.substring(0, value.length() - 2)), MILLI);
    }
    String seconds = value.endsWith("s") ? value.substring(0, value.length() - 1) : value;
    int dot = seconds.indexOf('.');
    if (dot < 0) {
      return times(whole(seconds), 1_000 * MILLI);
    }
    String decimals = seconds.substring(dot + 1);
    long before = whole(seconds.substring(0, dot));
    boolean fits = !decimals.isEmpty() && decimals.length() <= 3;
    long after = fits ? whole((decimals + "00").substring(0, 3)) : -1;
    return before < 0 || after < 0 ? -1 : (before * 1_000 + after) * MILLI;
  }

  private static long times(long number, long unit) {
    return number < 0 ? -1 : number * unit;
  }

  /** -1 for what is no number. */
  private static long whole(String digits) {
    if (digits.isEmpty() || digits.length() > MOST_DIGITS) {
      return -1;
    }
    long number = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      number = number * 10 + (c - '0');
    }
    return number;
  }

  /** What is left, written as the client wrote the whole: with a unit or without. */
  static String left(long nanos, String whole) {
    long millis = Math.max(1, Math.ceilDiv(nanos, MILLI));
    return whole.endsWith("s")
        ? millis + "ms"
        : "%d.%03d".formatted(millis / 1_000, millis % 1_000);
  }
}
