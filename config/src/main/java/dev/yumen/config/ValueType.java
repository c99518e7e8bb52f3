package dev.yumen.config;

import dev.yumen.api.ConfigType;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What kind of value a setting takes. The reader, the schema and the reference pages all switch
 * over this, so that a new kind is missing nowhere.
 */
sealed interface ValueType {

  /** Kinds that are the same wherever they stand. */
  enum Basic implements ValueType {
    TEXT("text"),
    INT("a whole number"),
    LONG("a whole number"),
    DECIMAL("a number"),
    FLAG("true or false"),
    DURATION(Durations.EXPECTED),
    INSTANT("a time such as 2026-11-01T00:00:00Z"),
    URI("an address such as https://example.com/path"),
    PATH("a file name"),
    /** A file, which is read together with the configuration. */
    FILE("the name of a file"),
    PATTERN("an RE2 expression"),
    /** One filter with its settings. */
    FILTER("a filter: its name, or a mapping with its name as the one key");

    private final String expected;

    Basic(String expected) {
      this.expected = expected;
    }

    /** What is expected, as it stands in messages. */
    String expected() {
      return expected;
    }
  }

  /** One of the names of an enum. */
  record Choice(Class<? extends Enum<?>> type) implements ValueType {
    List<String> names() {
      return Stream.of(type.getEnumConstants()).map(Choice::name).toList();
    }

    static String name(Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** A class that reads itself from text. */
  record Custom(Class<?> type, ConfigType info, Method parse) implements ValueType {}

  /** A list. */
  record ListOf(ValueType element) implements ValueType {}

  /** A mapping with free keys. */
  record MapOf(ValueType value) implements ValueType {}

  /** A mapping with the keys of a record. */
  record Section(Class<? extends Record> type) implements ValueType {}
}
