package dev.yumen.control.diagnose;

import dev.yumen.config.Durations;
import java.time.Duration;
import java.util.Locale;

/** Figures as people read them. */
final class Figures {
  private Figures() {}

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A measured time: {@code 2.3 ms}, {@code 1.24 s}. */
  static String nanos(long nanos) {
    double millis = nanos / 1e6;
    if (millis >= 1000) {
      return String.format(Locale.ROOT, "%.2f s", millis / 1000);
    }
    return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
  }

  /** A setting, as it is written. */
  static String setting(Duration duration) {
    return Durations.text(duration);
  }

  static String bytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f", share * 100);
  }
}
