package dev.yumen.dataplane.routing;

/**
 * The literal text that every match of a regular expression begins with, as far as it is easily
 * seen. Too short a prefix costs time, too long a one would lose matches: when in doubt it ends.
 */
final class RegexPrefix {
  private RegexPrefix() {}

  static String of(String regex) {
    if (hasAlternatives(regex)) {
      return "";
    }
    StringBuilder prefix = new StringBuilder();
    int at = regex.startsWith("^") ? 1 : 0;
    while (at < regex.length()) {
      boolean escaped = regex.charAt(at) == '\\' && at + 1 < regex.length();
      char c = regex.charAt(escaped ? at + 1 : at);
      if (c < ' ' || c > '~' || escaped == isPlain(c)) {
        return prefix.toString();
      }
      at += escaped ? 2 : 1;
      if (mayBeOptional(regex, at)) {
        return prefix.toString();
      }
      prefix.append(c);
    }
    return prefix.toString();
  }

  /**
   * Whether what stands before this place may occur zero times. RE2/J lets flags stand between a
   * character and its repetition: <code>/(?i)*</code> matches nothing at all.
   */
  private static boolean mayBeOptional(String regex, int at) {
    return regex.startsWith("(?", at)
        || (at < regex.length() && "*?{".indexOf(regex.charAt(at)) >= 0);
  }

  /** Whether a character stands for itself; the others do so only after a backslash. */
  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "/-_~!&',;=:@% ".indexOf(c) >= 0;
  }

  /** Whether {@code |} occurs outside of parentheses; true when that is hard to tell. */
  private static boolean hasAlternatives(String regex) {
    int depth = 0;
    for (int at = 0; at < regex.length(); at++) {
      switch (regex.charAt(at)) {
        case '\\' -> at++;
        case '[' -> at = endOfClass(regex, at);
        case '(' -> depth++;
        case ')' -> depth--;
        case '|' -> {
          if (depth == 0) {
            return true;
          }
        }
        default -> {}
      }
    }
    return depth != 0 || regex.contains("\\Q");
  }

  private static int endOfClass(String regex, int open) {
    int at = regex.startsWith("[^", open) ? open + 2 : open + 1;
    if (regex.startsWith("]", at)) {
      at++; // in the first place it is a member
    }
    while (at < regex.length() && regex.charAt(at) != ']') {
      if (regex.startsWith("[:", at)) {
        at = Math.max(at, regex.indexOf(":]", at) + 1);
      }
      at += at < regex.length() && regex.charAt(at) == '\\' ? 2 : 1;
    }
    return at;
  }
}
