package dev.yumen.filters.fetch;

import dev.yumen.api.InvalidValue;
import java.time.Duration;
import java.util.Locale;

/** Between what a time that settings say may be. */
public final class Bounds {
  private Bounds() {}

  /**
   * Passes a time within bounds.
   *
   * @param setting where it stands
   * @throws InvalidValue for another one
   */
  public static void check(String setting, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new InvalidValue(setting, text(value), text(least) + " to " + text(most));
    }
  }

  private static String text(Duration value) {
    if (value.isZero()) {
      return "0s";
    }
    return value.toSeconds() == 0
        ? value.toMillis() + "ms"
        : value.toString().substring(2).toLowerCase(Locale.ROOT);
  }
}
