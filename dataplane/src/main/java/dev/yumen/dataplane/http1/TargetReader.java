package dev.yumen.dataplane.http1;

/**
 * Tells the form of a request target (RFC 9112 §3.2), by its first characters and the method, and
 * where its authority and path stand. Its characters were checked before.
 */
final class TargetReader {
  private TargetReader() {}

  /** Fills in authority and path; false when the target has none of the four forms. */
  static boolean read(HeadTable table) {
    byte[] bytes = table.bytes();
    int start = table.targetStart;
    boolean brackets = (table.flags & HeadTable.BRACKET) != 0;
    if (table.method.equals("CONNECT")) {
      return readAuthority(table);
    }
    if (bytes[start] == '/') {
      return !brackets;
    }
    if (bytes[start] == '*') {
      return table.targetEnd - start == 1 && table.method.equals("OPTIONS");
    }
    return readAbsolute(table, bytes);
  }

  private static boolean readAuthority(HeadTable table) {
    table.authorityStart = table.targetStart;
    table.authorityEnd = table.targetEnd;
    table.pathStart = table.targetEnd;
    return table.queryStart < 0
        && Authority.isValidWithPort(table.bytes(), table.targetStart, table.targetEnd);
  }

  private static boolean readAbsolute(HeadTable table, byte[] bytes) {
    int pathEnd = table.pathEnd();
    int authority = schemeEnd(bytes, table.targetStart, pathEnd);
    if (authority < 0) {
      return false;
    }
    int path = authority;
    while (path < pathEnd && bytes[path] != '/') {
      path++;
    }
    table.authorityStart = authority;
    table.authorityEnd = path;
    table.pathStart = path;
    for (int i = path; i < pathEnd; i++) {
      if (bytes[i] == '[' || bytes[i] == ']') {
        return false;
      }
    }
    return Authority.isValid(bytes, authority, path);
  }

  /** Index behind {@code http://} or {@code https://}, or -1. */
  private static int schemeEnd(byte[] bytes, int start, int end) {
    for (String scheme : new String[] {"http://", "https://"}) {
      int after = start + scheme.length();
      if (after <= end && Octets.holds(bytes, start, after, scheme)) {
        return after;
      }
    }
    return -1;
  }
}
