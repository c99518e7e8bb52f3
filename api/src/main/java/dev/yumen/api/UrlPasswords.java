package dev.yumen.api;

/**
 * Takes who logs in, and with what password, out of addresses in texts that people read: of {@code
 * redis://user:secret@host} is left {@code redis://***@host}. Addresses that are none count too,
 * such as one with a space in its password, and rather too much is hidden than too little.
 */
public final class UrlPasswords {
  private static final String START = "://";
  private static final String HIDDEN = "***";

  private UrlPasswords() {}

  /** A value without them: wherever quotes stand in it, they are part of it. */
  public static String hiddenIn(String value) {
    return hidden(value, false);
  }

  /** A sentence without them, in which values stand in double quotes. */
  public static String hiddenInText(String text) {
    return hidden(text, true);
  }

  private static String hidden(String text, boolean quoted) {
    if (text.indexOf('@') < 0 || text.indexOf(':') < 0) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length());
    int from = 0;
    int start = text.indexOf(START);
    while (start >= 0) {
      int begin = start + START.length();
      int at = endOfUser(text, begin, quoted);
      if (at >= 0) {
        withoutScheme(text, from, start, shown);
        shown.append(START).append(HIDDEN);
        from = at;
      }
      start = text.indexOf(START, Math.max(begin, at));
    }
    withoutScheme(text, from, text.length(), shown);
    return shown.toString();
  }

  /** Where the {@code @} is that ends what is to be hidden; -1 when nothing is. */
  private static int endOfUser(String text, int begin, boolean quoted) {
    int next = text.indexOf(START, begin);
    int end = next < 0 ? text.length() : next;
    int quote = quoted ? text.indexOf('"', begin) : -1;
    int at = text.lastIndexOf('@', (quote >= 0 && quote < end ? quote : end) - 1);
    int authority = endOfAuthority(text, begin, end);
    int colon = text.indexOf(':', begin);
    if (at >= begin && (at <= authority || (colon >= 0 && colon < at))) {
      return at;
    }
    at = text.lastIndexOf('@');
    return at >= begin && colon >= 0 && colon < authority && !isPort(text, colon + 1, authority)
        ? at
        : -1;
  }

  private static int endOfAuthority(String text, int begin, int end) {
    int at = begin;
    while (at < end && "/?#\"".indexOf(text.charAt(at)) < 0 && text.charAt(at) > ' ') {
      at++;
    }
    return at;
  }

  private static boolean isPort(String text, int from, int end) {
    for (int i = from; i < end; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** The same for what is written without {@code ://}, such as {@code user:secret@host}. */
  private static void withoutScheme(String text, int start, int end, StringBuilder shown) {
    int from = start;
    int at = text.indexOf('@', from);
    while (at >= 0 && at < end) {
      int colon = colonOfName(text, from, at);
      if (colon >= 0) {
        shown.append(text, from, colon + 1).append(HIDDEN);
        from = at;
      }
      at = text.indexOf('@', at + 1);
    }
    shown.append(text, from, end);
  }

  /** The colon after a name in the word that ends here; -1 when it does not begin so. */
  private static int colonOfName(String text, int from, int end) {
    int begin = end;
    while (begin > from && text.charAt(begin - 1) > ' ' && text.charAt(begin - 1) != '"') {
      begin--;
    }
    int colon = begin;
    while (colon < end && isOfName(text.charAt(colon))) {
      colon++;
    }
    boolean name = colon < end && text.charAt(colon) == ':' && !text.startsWith(START, colon);
    return name ? colon : -1;
  }

  private static boolean isOfName(char c) {
    return Character.isLetterOrDigit(c) || "/._%+-".indexOf(c) >= 0;
  }
}
