package dev.yumen.config;

import dev.yumen.api.UrlPasswords;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something wrong with a configuration. What it says has no passwords of addresses in it ({@link
 * UrlPasswords}), whoever made it.
 *
 * @param severity whether the configuration can be used all the same
 * @param position where; null when it is about no place, such as a file that can not be read
 * @param path of the setting, such as {@code routes[2].match.path}; empty at the top
 * @param message what is wrong and what was expected
 */
public record Problem(Severity severity, @Nullable Position position, String path, String message) {

  /** Whether the configuration can be used all the same. */
  public enum Severity {
    ERROR,
    WARNING
  }

  public Problem {
    Objects.requireNonNull(severity);
    path = UrlPasswords.hiddenIn(path);
    message = UrlPasswords.hiddenInText(message);
  }

  @Override
  public String toString() {
    StringBuilder line = new StringBuilder();
    if (position != null) {
      line.append(position).append(' ');
    }
    if (severity == Severity.WARNING) {
      line.append("warning: ");
    }
    if (!path.isEmpty()) {
      line.append(path).append(": ");
    }
    return line.append(message).toString();
  }
}
