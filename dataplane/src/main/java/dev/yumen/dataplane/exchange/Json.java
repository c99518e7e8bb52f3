package dev.yumen.dataplane.exchange;

/** JSON of a few fields, written by hand (RFC 8259). */
final class Json {
  private Json() {}

  /** The text as a string, in quotes. */
  static String text(String text) {
    return "\"" + escaped(text) + "\"";
  }

  /** The text as it stands between quotes (RFC 8259 §7). */
  static String escaped(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    return json.toString();
  }
}
