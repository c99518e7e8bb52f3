package dev.yumen.config;

import dev.yumen.config.SourceFiles.SourceText;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a {@code .env} file: {@code KEY=VALUE} lines. No message ever shows a value. */
final class DotEnv {
  private static final Pattern KEY =
      Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*");

  private DotEnv() {}

  static Map<String, String> parse(SourceText input, Problems problems) {
    Map<String, String> variables = new HashMap<>();
    int number = 0;
    for (String line : input.text().lines().toList()) {
      number++;
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      Place place = new Place(input.source(), number, 1 + line.indexOf(text));
      Matcher key = KEY.matcher(text);
      if (!key.lookingAt()) {
        problems.error(place, "", "a line that can not be read (expected: KEY=VALUE)");
        continue;
      }
      String value = value(text.substring(key.end()));
      if (value == null) {
        problems.error(place, key.group(1), "a value in quotes that does not end with its line");
        continue;
      }
      variables.put(key.group(1), value);
    }
    return variables;
  }

  private static @Nullable String value(String text) {
    char quote = text.isEmpty() ? ' ' : text.charAt(0);
    if (quote != '\'' && quote != '"') {
      return text.substring(0, comment(text)).strip();
    }
    int end = 1;
    while (end < text.length() && text.charAt(end) != quote) {
      end += quote == '"' && text.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= text.length()) {
      return null;
    }
    String rest = text.substring(end + 1).strip();
    if (!rest.isEmpty() && !rest.startsWith("#")) {
      return null;
    }
    String inside = text.substring(1, end);
    return quote == '"' ? unescape(inside) : inside;
  }

  /** Where a comment starts: at a hash sign that follows white space, or the text's end. */
  private static int comment(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '#' && (i == 0 || Character.isWhitespace(text.charAt(i - 1)))) {
        return i;
      }
    }
    return text.length();
  }

  private static String unescape(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\' || i + 1 == text.length()) {
        plain.append(c);
        continue;
      }
      char escaped = text.charAt(++i);
      switch (escaped) {
        case 'n' -> plain.append('\n');
        case 'r' -> plain.append('\r');
        case 't' -> plain.append('\t');
        case '\\', '"', '$' -> plain.append(escaped);
        default -> plain.append('\\').append(escaped);
      }
    }
    return plain.toString();
  }
}
