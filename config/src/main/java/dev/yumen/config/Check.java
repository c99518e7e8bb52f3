package dev.yumen.config;

import dev.yumen.api.DataSize;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Regex;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks and copies for the constructors of configuration records. */
final class Check {
  private Check() {}

  static void range(String component, long value, long least, long most) {
    if (value < least || value > most) {
      throw new InvalidValue(
          component,
          value,
          most >= Integer.MAX_VALUE ? ">= " + least : "a number from " + least + " to " + most);
    }
  }

  static void range(String component, DataSize value, long least, long most) {
    if (value.bytes() < least || value.bytes() > most) {
      throw InvalidValue.found(
          component,
          value.toString(),
          "a size from " + new DataSize(least) + " to " + new DataSize(most));
    }
  }

  static void positive(String component, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw InvalidValue.found(component, Durations.text(value), "more than 0s");
    }
  }

  static void range(String component, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw InvalidValue.found(
          component,
          Durations.text(value),
          "a time from " + Durations.text(least) + " to " + Durations.text(most));
    }
  }

  /** A share of a whole. */
  static void ratio(String component, double value) {
    if (value < 0 || value > 1) {
      throw new InvalidValue(component, value, "a number from 0 to 1");
    }
  }

  static void notNegative(String component, Duration value) {
    if (value.isNegative()) {
      throw InvalidValue.found(component, Durations.text(value), ">= 0s");
    }
  }

  /** An RE2 expression that compiles, or none. */
  static void regex(String component, @Nullable String value) {
    if (value != null) {
      Regex.compile(component, value);
    }
  }

  /** An unmodifiable copy in the same order. */
  static <V> Map<String, V> copy(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
