package dev.yumen.config;

import dev.yumen.api.ConfigType;
import dev.yumen.api.InvalidValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * When a fallback takes the place of a service.
 *
 * @param kind what happened
 * @param status for {@code STATUS}, else null
 */
@ConfigType(
    expected = FallbackCondition.EXPECTED,
    examples = {"open", "failure", "503"})
public record FallbackCondition(Kind kind, @Nullable StatusRange status) {
  static final String EXPECTED = "open, failure, or a status such as 503 or 5xx";

  /** What happened. */
  public enum Kind {
    /** The breaker refused the call. */
    OPEN,
    /** The call got no answer. */
    FAILURE,
    /** The service answered with a status. */
    STATUS
  }

  public static FallbackCondition parse(String text) {
    return switch (text) {
      case "open" -> new FallbackCondition(Kind.OPEN, null);
      case "failure" -> new FallbackCondition(Kind.FAILURE, null);
      default -> {
        try {
          yield new FallbackCondition(Kind.STATUS, StatusRange.parse(text));
        } catch (InvalidValue _) {
          throw new InvalidValue("", text, EXPECTED);
        }
      }
    };
  }

  @Override
  public String toString() {
    return status != null ? status.toString() : kind.name().toLowerCase(Locale.ROOT);
  }
}
