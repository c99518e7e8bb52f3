package dev.yumen.config;

import dev.yumen.api.Invisible;
import dev.yumen.api.UrlPasswords;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Pieces of messages. */
final class Text {
  private static final int LONGEST = 120;
  private static final int MOST_NAMES = 50;

  private Text() {}

  /** In double quotes, on one line, shortened when long, without passwords in addresses. */
  static String quoted(String text) {
    return "\"" + oneLine(UrlPasswords.hiddenIn(text), LONGEST) + "\"";
  }

  /** Without control characters, so that a value can not forge a line of a log. */
  static String oneLine(String text, int longest) {
    StringBuilder line = new StringBuilder(Math.min(text.length(), longest) + 1);
    for (int i = 0; i < text.length(); i++) {
      if (line.length() >= longest) {
        return line.append('…').toString();
      }
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (Invisible.is(c)) {
            line.append(String.format("\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    return line.toString();
  }

  /** The names with commas; of very many only the first. */
  static String few(Collection<String> names) {
    String text = names.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
    return names.size() > MOST_NAMES ? text + ", …" : text;
  }

  /** {@code a, b or c}. */
  static String oneOf(List<String> names) {
    int last = names.size() - 1;
    if (last < 1) {
      return String.join("", names);
    }
    return String.join(", ", names.subList(0, last)) + " or " + names.get(last);
  }
}
