package dev.yumen.dataplane.http1;

import java.util.List;

/**
 * A small change to a message, to see what a parser makes of it.
 *
 * @param place where, counted from the start and around
 * @param text what is put there
 */
record Edit(Kind kind, int place, String text) {
  /** What is done at the place. */
  enum Kind {
    INSERT,
    REPLACE,
    DELETE,
    REPEAT,
    CUT_OFF
  }

  static String applyAll(String message, List<Edit> edits) {
    String result = message;
    for (Edit edit : edits) {
      result = edit.apply(result);
    }
    return result;
  }

  private String apply(String message) {
    if (message.isEmpty()) {
      return text;
    }
    int at = place % message.length();
    String before = message.substring(0, at);
    return switch (kind) {
      case INSERT -> before + text + message.substring(at);
      case REPLACE -> before + text + message.substring(at + 1);
      case DELETE -> before + message.substring(at + 1);
      case REPEAT -> message.substring(0, at + 1) + message.substring(Math.max(0, at - 6));
      case CUT_OFF -> before;
    };
  }
}
