package dev.yumen.control.plan;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Regex;
import java.util.List;
import java.util.regex.Pattern;

/** What can be said of regular expressions by looking at them. */
final class Patterns {
  /** Paths that only an expression for everything has in common. */
  private static final List<String> ALL_KINDS =
      List.of("/a", "/0", "/users/7", "/a/b/c/d.json", "/-._~", "/%E4%B8%AD/x", "/Q9z/../k");

  /** A repetition of anything right behind a name, which also takes longer names. */
  private static final Pattern BEHIND_NAME = Pattern.compile("[A-Za-z0-9]\\.[*+](?!\\?*\\))");

  private Patterns() {}

  /** Whether an expression for a whole path, or a value, takes about every one. */
  static boolean matchesAll(String expression) {
    try {
      var compiled = Regex.compile("", expression);
      return ALL_KINDS.stream().allMatch(compiled::matches);
    } catch (InvalidValue _) {
      return false;
    }
  }

  /** Whether it takes names that begin with one that it names: {@code /api.*} takes /apis. */
  static boolean isBroad(String expression) {
    return BEHIND_NAME.matcher(expression).find();
  }

  /** Whether it can match in the middle of a text. */
  static boolean isUnanchored(String expression) {
    return !expression.startsWith("^") && !expression.startsWith("(?i)^");
  }
}
