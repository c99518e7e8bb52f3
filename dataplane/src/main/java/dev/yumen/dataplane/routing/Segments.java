package dev.yumen.dataplane.routing;

/** What happens to the segments of a path whose characters are already normal. */
final class Segments {
  private Segments() {}

  /** {@link Target#DOT_PARAMETERS} and {@link Target#DOUBLE_SLASH} as far as they occur. */
  static int forms(byte[] path, int length) {
    int forms = 0;
    int at = 0;
    while (at < length) {
      int separator = separator(path, at, length);
      if (separator == 0) {
        at++;
        continue;
      }
      boolean plain = path[at] == '/';
      at += separator;
      if (plain && at < length && path[at] == '/') {
        forms |= Target.DOUBLE_SLASH;
      }
      int dots = at;
      while (dots < length && path[dots] == '.') {
        dots++;
      }
      if ((dots == at + 1 || dots == at + 2) && endsAmbiguously(path, dots, length, plain)) {
        forms |= Target.DOT_PARAMETERS;
      }
    }
    return forms;
  }

  /** Whether some servers, but not all, see a segment of dots that ends here. */
  private static boolean endsAmbiguously(byte[] path, int at, int length, boolean plainStart) {
    if (at == length || path[at] == '/') {
      return !plainStart;
    }
    return path[at] == ';'
        || isEscape(path, at, length, '3', 'B')
        || separator(path, at, length) > 0;
  }

  /** Length of what some server takes for a slash here: 0 for nothing. */
  private static int separator(byte[] path, int at, int length) {
    if (path[at] == '/') {
      return 1;
    }
    return isEscape(path, at, length, '2', 'F') || isEscape(path, at, length, '5', 'C') ? 3 : 0;
  }

  private static boolean isEscape(byte[] path, int at, int length, char high, char low) {
    return path[at] == '%' && at + 2 < length && path[at + 1] == high && path[at + 2] == low;
  }

  /** Removes dot segments (RFC 3986 §5.2.4), in place if wanted; the new length, -1 above root. */
  static int removeDots(byte[] path, int length, byte[] into) {
    return copy(path, length, into, false);
  }

  /** Removes empty segments first, then dot segments; the new length, -1 above root. */
  static int removeDotsAndMerge(byte[] path, int length, byte[] into) {
    return copy(path, length, into, true);
  }

  private static int copy(byte[] path, int length, byte[] into, boolean merge) {
    int out = 0;
    int slash = 0;
    while (slash < length) {
      int start = slash + 1;
      int end = start;
      while (end < length && path[end] != '/') {
        end++;
      }
      boolean last = end == length;
      int dots = dots(path, start, end);
      if (dots == 2) {
        out = dropLast(into, out);
        if (out < 0) {
          return -1;
        }
      }
      if (dots == 0 && (end > start || !merge)) {
        into[out++] = '/';
        System.arraycopy(path, start, into, out, end - start);
        out += end - start;
      } else if (last) {
        into[out++] = '/';
      }
      slash = end;
    }
    return out;
  }

  /** 1 or 2 for a dot segment, else 0. */
  private static int dots(byte[] path, int start, int end) {
    int length = end - start;
    boolean dots =
        length >= 1 && length <= 2 && path[start] == '.' && (length == 1 || path[start + 1] == '.');
    return dots ? length : 0;
  }

  private static int dropLast(byte[] path, int length) {
    int at = length - 1;
    while (at >= 0 && path[at] != '/') {
      at--;
    }
    return at;
  }
}
