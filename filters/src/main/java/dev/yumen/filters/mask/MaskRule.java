package dev.yumen.filters.mask;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Regex;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is hidden, and how much of it stays visible. */
@Describe("What is hidden, and how much of it stays visible.")
public record MaskRule(
    @Describe("Place in JSON, a JSON Pointer; * stands for every member or element.")
        @Nullable String pointer,
    @Describe("What is known by its form.") @Nullable Sensitive pattern,
    @Describe("An RE2 expression; what it matches is hidden.") @Nullable String expression,
    @Describe("Characters that stay visible at the beginning.") @Default("0") int keepFirst,
    @Describe("Characters that stay visible at the end.") @Default("0") int keepLast) {

  private static final int MOST_KEPT = 100;

  public MaskRule {
    if (Stream.of(pointer, pattern, expression).filter(Objects::nonNull).count() != 1) {
      throw InvalidValue.found("", "a rule", "one of pointer, pattern and expression");
    }
    if (pointer != null && !pointer.isEmpty() && !pointer.startsWith("/")) {
      throw new InvalidValue("pointer", pointer, "a JSON Pointer such as /users/*/name");
    }
    if (expression != null && Regex.compile("expression", expression).matches("")) {
      throw new InvalidValue("expression", expression, "one that does not match nothing");
    }
    if (keepFirst < 0 || keepFirst > MOST_KEPT) {
      throw new InvalidValue("keep-first", keepFirst, "0 to " + MOST_KEPT);
    }
    if (keepLast < 0 || keepLast > MOST_KEPT) {
      throw new InvalidValue("keep-last", keepLast, "0 to " + MOST_KEPT);
    }
  }

  /** A value as this rule shows it: short ones are hidden whole. */
  String hide(String value, char mask) {
    int length = value.codePointCount(0, value.length());
    boolean shows = length > keepFirst + keepLast;
    int first = shows ? value.offsetByCodePoints(0, keepFirst) : 0;
    int last = shows ? value.offsetByCodePoints(value.length(), -keepLast) : value.length();
    int hidden = shows ? length - keepFirst - keepLast : length;
    return value.substring(0, first) + String.valueOf(mask).repeat(hidden) + value.substring(last);
  }
}
