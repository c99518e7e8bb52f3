package dev.yumen.api;

import java.nio.charset.StandardCharsets;

/** How a value becomes harmless where it goes. */
enum ValueEncoding {
  NONE,
  JSON,
  MARKUP,
  /** All but visible ASCII, space and tab is percent-encoded. */
  PRINTABLE,
  /** All but the unreserved characters is percent-encoded (RFC 3986 §2.3). */
  UNRESERVED,
  /**
   * As UNRESERVED but for what a segment may hold; without {@code ;}, which some servers cut at.
   */
  SEGMENT,
  /** What came from a request target stays as it is; anything else is percent-encoded. */
  URI,
  HOST;

  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private boolean keeps(char c) {
    boolean unreserved =
        (c >= 'a' && c <= 'z')
            || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9')
            || "-._~".indexOf(c) >= 0;
    return switch (this) {
      case NONE, JSON, MARKUP -> true;
      case PRINTABLE -> (c >= ' ' && c < 0x7f) || c == '\t';
      case UNRESERVED -> unreserved;
      case SEGMENT -> unreserved || "!$&'()*+,:@=".indexOf(c) >= 0;
      case URI -> unreserved || "!$&'()*+,:@=;/?%[]|^{}".indexOf(c) >= 0;
      case HOST -> unreserved || c == ':' || c == '[' || c == ']';
    };
  }

  String of(String value) {
    StringBuilder out = new StringBuilder();
    append(out, value);
    return out.toString();
  }

  void append(StringBuilder out, String value) {
    switch (this) {
      case NONE -> out.append(value);
      case JSON -> json(out, value);
      case MARKUP -> markup(out, value);
      case PRINTABLE, UNRESERVED, SEGMENT, URI, HOST -> percent(out, value);
    }
  }

  private void percent(StringBuilder out, String value) {
    int at = 0;
    while (at < value.length() && keeps(value.charAt(at))) {
      at++;
    }
    out.append(value, 0, at);
    if (at == value.length()) {
      return;
    }
    for (byte b : value.substring(at).getBytes(StandardCharsets.UTF_8)) {
      if (b >= 0 && keeps((char) b)) {
        out.append((char) b);
      } else {
        out.append('%').append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
      }
    }
  }

  private static void json(StringBuilder out, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c == '<' || Character.isSurrogate(c) || c == 0x2028 || c == 0x2029) {
        out.append("\\u").append(HEX[c >> 12]).append(HEX[(c >> 8) & 15]);
        out.append(HEX[(c >> 4) & 15]).append(HEX[c & 15]);
      } else {
        out.append(c);
      }
    }
  }

  private static void markup(StringBuilder out, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(c);
      }
    }
  }
}
