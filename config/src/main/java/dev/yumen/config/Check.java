package dev.yumen.config;

import dev.yumen.api.DataSize;
import dev.yumen.api.InvalidValue;
import java.time.Duration;

/** Range checks for the constructors of configuration records. */
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
      throw new InvalidValue(
          component,
          value.toString(),
          "a size from " + new DataSize(least) + " to " + new DataSize(most));
    }
  }

  static void positive(String component, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new InvalidValue(component, value.toString(), "more than 0s");
    }
  }

  static void notNegative(String component, Duration value) {
    if (value.isNegative()) {
      throw new InvalidValue(component, value.toString(), ">= 0s");
    }
  }
}
