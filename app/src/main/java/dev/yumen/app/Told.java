package dev.yumen.app;

import dev.yumen.control.history.Shown;
import java.util.Iterator;
import tools.jackson.databind.JsonNode;

/**
 * What an answer holds, to be printed in a terminal whoever gave it: texts in one line without
 * control characters, and something for what is not there or is none.
 */
final class Told {
  private Told() {}

  /** The text of a member; empty when it has none. */
  static String text(JsonNode of, String member) {
    return text(of, member, "");
  }

  static String text(JsonNode of, String member, String otherwise) {
    String text = value(of.path(member));
    return text.isEmpty() ? otherwise : text;
  }

  /** The text of a value, which may be a number too; empty when it has none. */
  static String value(JsonNode value) {
    return line(value.asString(""));
  }

  /** The whole number that a member is; 0 when it is none. */
  static long number(JsonNode of, String member) {
    return of.path(member).asLong(0);
  }

  /** A text in one line. */
  static String line(String text) {
    return text.isEmpty() ? text : Shown.clean(text);
  }

  /** A text of several lines, which stay lines. */
  static String lines(String text) {
    Iterator<String> lines = text.lines().iterator();
    StringBuilder clean = new StringBuilder(text.length());
    while (lines.hasNext()) {
      clean.append(line(lines.next())).append(lines.hasNext() ? "\n" : "");
    }
    return clean.toString();
  }
}
