package dev.yumen.filters.path;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.yumen.api.InvalidValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An expression and the text that stands in place of its first match, in which a group of the
 * expression is a name or number in braces after a dollar sign. Takes time linear in the input.
 */
final class RegexRewrite {

  /** A literal, or the number of a group when that is not negative. */
  private record Part(String literal, int group) {}

  private final Pattern pattern;
  private final List<Part> parts;

  private RegexRewrite(Pattern pattern, List<Part> parts) {
    this.pattern = pattern;
    this.parts = parts;
  }

  /**
   * Compiles settings that are called {@code pattern} and {@code to}.
   *
   * @throws InvalidValue if one of them can not be read, or {@code to} names an unknown group
   */
  static RegexRewrite compile(String pattern, String to) {
    Pattern compiled;
    try {
      compiled = Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new InvalidValue("pattern", pattern, "an RE2 expression; " + e.getDescription());
    }
    List<Part> parts = new ArrayList<>();
    int at = 0;
    while (at < to.length()) {
      int start = to.indexOf("${", at);
      int end = to.indexOf('}', Math.max(start, 0));
      if (start >= 0 && end < 0) {
        throw new InvalidValue("to", to, "a } after ${");
      }
      parts.add(new Part(to.substring(at, start < 0 ? to.length() : start), -1));
      if (start < 0) {
        break;
      }
      parts.add(new Part("", group(to.substring(start + 2, end), compiled)));
      at = end + 1;
    }
    return new RegexRewrite(compiled, List.copyOf(parts));
  }

  private static int group(String name, Pattern pattern) {
    Map<String, Integer> named = pattern.namedGroups();
    Integer number = named.get(name);
    if (number != null) {
      return number;
    }
    if (name.matches("[0-9]{1,3}") && Integer.parseInt(name) <= pattern.groupCount()) {
      return Integer.parseInt(name);
    }
    throw new InvalidValue(
        "to",
        "${" + name + "}",
        "a group of the pattern: 0 to "
            + pattern.groupCount()
            + (named.isEmpty() ? "" : " or " + String.join(", ", named.keySet())));
  }

  /** The fixed text of the replacement, without its groups. */
  String literals() {
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(part.literal));
    return text.toString();
  }

  /** The input with its first match replaced; null when nothing matches. */
  @Nullable String apply(String input) {
    Matcher matcher = pattern.matcher(input);
    if (!matcher.find()) {
      return null;
    }
    StringBuilder out = new StringBuilder(input.length() + 32);
    out.append(input, 0, matcher.start());
    for (Part part : parts) {
      if (part.group < 0) {
        out.append(part.literal);
      } else if (matcher.start(part.group) >= 0) {
        out.append(input, matcher.start(part.group), matcher.end(part.group));
      }
    }
    return out.append(input, matcher.end(), input.length()).toString();
  }
}
