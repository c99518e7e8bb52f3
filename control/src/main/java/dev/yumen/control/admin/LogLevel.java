package dev.yumen.control.admin;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** From which seriousness on lines are written to the log. */
public enum LogLevel {
  TRACE,
  DEBUG,
  INFO,
  WARN,
  ERROR,
  OFF;

  /** As it is written. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Null when there is none such. */
  static @Nullable LogLevel of(String text) {
    for (LogLevel level : values()) {
      if (level.text().equals(text)) {
        return level;
      }
    }
    return null;
  }
}
