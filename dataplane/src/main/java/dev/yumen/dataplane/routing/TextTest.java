package dev.yumen.dataplane.routing;

import com.google.re2j.Pattern;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Regex;
import dev.yumen.config.MatchConfig.ValueMatch;
import org.jspecify.annotations.Nullable;

/** What is asked of a text that may be missing. */
sealed interface TextTest {

  boolean test(@Nullable String value);

  /** Follows a name: {@code is "7"}. */
  String describe();

  /**
   * @param setting what to name when a regular expression is none
   * @throws InvalidValue if a regular expression is none
   */
  static TextTest of(ValueMatch match, String setting) {
    if (match.exact() != null) {
      return new Exact(match.exact());
    }
    if (match.prefix() != null) {
      return new Prefix(match.prefix());
    }
    if (match.regex() != null) {
      return new Matches(Regex.compile(setting, match.regex()));
    }
    if (match.not() != null) {
      return new Not(match.not());
    }
    return match.present() != null ? new Present() : new Absent();
  }

  /** Whether no value can pass both. */
  default boolean isDisjointFrom(TextTest other) {
    return switch (this) {
      case Exact(String text) -> !other.test(text);
      case Prefix(String text) ->
          switch (other) {
            case Exact(String exact) -> !exact.startsWith(text);
            case Prefix(String prefix) -> !prefix.startsWith(text) && !text.startsWith(prefix);
            case Absent() -> true;
            case Matches _, Present _, Not _ -> false;
          };
      case Absent() -> !other.test(null);
      case Matches _, Present _, Not _ ->
          switch (other) {
            case Exact(String exact) -> !test(exact);
            case Absent() -> !test(null);
            case Prefix _, Matches _, Present _, Not _ -> false;
          };
    };
  }

  record Exact(String text) implements TextTest {
    @Override
    public boolean test(@Nullable String value) {
      return text.equals(value);
    }

    @Override
    public String describe() {
      return "is \"" + text + "\"";
    }
  }

  record Prefix(String text) implements TextTest {
    @Override
    public boolean test(@Nullable String value) {
      return value != null && value.startsWith(text);
    }

    @Override
    public String describe() {
      return "starts with \"" + text + "\"";
    }
  }

  record Matches(Pattern pattern) implements TextTest {
    @Override
    public boolean test(@Nullable String value) {
      return value != null && pattern.matches(value);
    }

    @Override
    public String describe() {
      return "matches " + pattern;
    }
  }

  record Present() implements TextTest {
    @Override
    public boolean test(@Nullable String value) {
      return value != null;
    }

    @Override
    public String describe() {
      return "is present";
    }
  }

  record Absent() implements TextTest {
    @Override
    public boolean test(@Nullable String value) {
      return value == null;
    }

    @Override
    public String describe() {
      return "is absent";
    }
  }

  record Not(String text) implements TextTest {
    @Override
    public boolean test(@Nullable String value) {
      return !text.equals(value);
    }

    @Override
    public String describe() {
      return "is not \"" + text + "\"";
    }
  }
}
