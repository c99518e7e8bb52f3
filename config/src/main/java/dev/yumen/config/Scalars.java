package dev.yumen.config;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Regex;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.ValueType.Basic;
import dev.yumen.config.ValueType.Choice;
import dev.yumen.config.ValueType.Custom;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Reads single values. Strict where YAML is loose: a number in quotes is text, and a number is
 * decimal; what came from a variable or file may be either.
 */
final class Scalars {
  private Scalars() {}

  static Object read(Basic type, Scalar scalar) {
    String text = scalar.text();
    return switch (type) {
      case TEXT -> text;
      case INT -> whole(scalar, Integer.MIN_VALUE, Integer.MAX_VALUE).intValue();
      case LONG -> whole(scalar, Long.MIN_VALUE, Long.MAX_VALUE);
      case DECIMAL -> decimal(scalar);
      case FLAG -> flag(scalar);
      case DURATION -> Durations.parse(text);
      case INSTANT -> instant(text);
      case URI -> uri(text);
      case PATH -> path(text);
      case PATTERN -> Regex.compile("", text);
      case FILE, FILTER -> throw new IllegalArgumentException(type + " is no value by itself");
    };
  }

  static Object read(Choice type, Scalar scalar) {
    for (Enum<?> constant : type.type().getEnumConstants()) {
      if (Choice.name(constant).equals(scalar.text())) {
        return constant;
      }
    }
    throw new InvalidValue("", scalar.text(), Text.oneOf(type.names()));
  }

  static Object read(Custom type, Scalar scalar) {
    try {
      return type.parse().invoke(null, scalar.text());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InvalidValue invalid) {
        throw invalid;
      }
      throw new InvalidValue("", scalar.text(), type.info().expected());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Long whole(Scalar scalar, long least, long most) {
    requireUnquoted(scalar, Basic.INT);
    String text = scalar.text();
    if (!isWhole(text)) {
      throw new InvalidValue("", shown(scalar), Basic.INT.expected());
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException _) {
      // Longer than a long: said below.
    }
    throw new InvalidValue("", shown(scalar), "a whole number from " + least + " to " + most);
  }

  private static boolean isWhole(String text) {
    int digits = text.startsWith("-") ? 1 : 0;
    return digits < text.length() && text.chars().skip(digits).allMatch(c -> c >= '0' && c <= '9');
  }

  private static Double decimal(Scalar scalar) {
    requireUnquoted(scalar, Basic.DECIMAL);
    String text = scalar.text();
    boolean number = text.length() <= 64 && text.matches("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");
    double value = number ? Double.parseDouble(text) : Double.NaN;
    if (!Double.isFinite(value)) {
      throw new InvalidValue("", shown(scalar), Basic.DECIMAL.expected());
    }
    return value;
  }

  private static Boolean flag(Scalar scalar) {
    requireUnquoted(scalar, Basic.FLAG);
    return switch (scalar.text()) {
      case "true", "True", "TRUE" -> true;
      case "false", "False", "FALSE" -> false;
      default -> throw new InvalidValue("", shown(scalar), Basic.FLAG.expected());
    };
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException _) {
      throw new InvalidValue("", text, Basic.INSTANT.expected());
    }
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException _) {
      throw new InvalidValue("", text, Basic.URI.expected());
    }
  }

  private static Path path(String text) {
    try {
      if (!text.isEmpty()) {
        return Path.of(text);
      }
    } catch (InvalidPathException _) {
      // Said below.
    }
    throw new InvalidValue("", text, Basic.PATH.expected());
  }

  private static void requireUnquoted(Scalar scalar, Basic type) {
    if (scalar.origin() == Origin.QUOTED) {
      throw new InvalidValue("", scalar.text(), type.expected() + ", without quotes");
    }
  }

  /** The value for a message: numbers, true and false as they are, other text in quotes. */
  private static Object shown(Scalar scalar) {
    String text = scalar.text();
    boolean bare = text.length() <= 64 && text.matches("[-+]?[0-9][0-9.eExXa-fA-F_+-]*|true|false");
    return bare ? new Bare(text) : text;
  }

  /** Text that stands in a message without quotes. */
  private record Bare(String text) {
    @Override
    public String toString() {
      return text;
    }
  }
}
