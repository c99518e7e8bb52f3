package dev.yumen.config;

import dev.yumen.api.InvalidValue;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as they are written: {@code 500ms}, {@code 30s}, {@code 2h30m}. */
public final class Durations {
  static final String EXPECTED = "a span of time such as 500ms, 30s, 5m, 1h or 2h30m";

  /** What {@link #parse} reads, for the schema; nothing at all matches too and is refused. */
  static final String PATTERN = "(\\d{1,9}d)?(\\d{1,9}h)?(\\d{1,9}m)?(\\d{1,9}s)?(\\d{1,9}ms)?";

  private static final Pattern TEXT = Pattern.compile(PATTERN);
  private static final long[] MILLIS = {86_400_000, 3_600_000, 60_000, 1_000, 1};
  private static final String[] UNITS = {"d", "h", "m", "s", "ms"};

  private Durations() {}

  /**
   * Reads what {@link #text} writes.
   *
   * @throws InvalidValue if it is no span of time
   */
  public static Duration parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      throw new InvalidValue("", text, EXPECTED);
    }
    long millis = 0;
    for (int unit = 0; unit < UNITS.length; unit++) {
      String part = matcher.group(unit + 1);
      if (part != null) {
        String digits = part.substring(0, part.length() - UNITS[unit].length());
        millis += Long.parseLong(digits) * MILLIS[unit];
      }
    }
    return Duration.ofMillis(millis);
  }

  /** Text that {@link #parse} reads back, when the span is not negative. */
  public static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    StringBuilder text = new StringBuilder(millis < 0 ? "-" : "");
    long rest = Math.abs(millis);
    for (int unit = 0; unit < UNITS.length; unit++) {
      if (rest >= MILLIS[unit]) {
        text.append(rest / MILLIS[unit]).append(UNITS[unit]);
        rest %= MILLIS[unit];
      }
    }
    return text.toString();
  }
}
