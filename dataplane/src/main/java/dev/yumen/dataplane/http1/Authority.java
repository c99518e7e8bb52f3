package dev.yumen.dataplane.http1;

/**
 * The check of {@code host[:port]} (RFC 9110 §7.2, RFC 3986 §3.2), stricter than the grammar: no
 * user information, no percent-encoding or sub-delimiters in a name, no empty label, a port from 1
 * to 65535.
 */
final class Authority {
  private static final int LONGEST_NAME = 255;

  private Authority() {}

  /** Whether the range is a host with an optional port. */
  static boolean isValid(byte[] bytes, int start, int end) {
    return portStart(bytes, start, end) >= 0;
  }

  /** Whether the range is a host with a port, as CONNECT needs it (RFC 9112 §3.2.3). */
  static boolean isValidWithPort(byte[] bytes, int start, int end) {
    int port = portStart(bytes, start, end);
    return port >= 0 && port < end;
  }

  /** Index of the port, {@code end} when there is none, or -1 when the range is no authority. */
  private static int portStart(byte[] bytes, int start, int end) {
    int hostEnd =
        start < end && bytes[start] == '['
            ? literalEnd(bytes, start, end)
            : nameEnd(bytes, start, end);
    if (hostEnd < 0 || hostEnd == end) {
      return hostEnd;
    }
    return isPort(bytes, hostEnd, end) ? hostEnd + 1 : -1;
  }

  private static int nameEnd(byte[] bytes, int start, int end) {
    byte before = '.';
    int i = start;
    while (i < end && Octets.is(bytes[i], Octets.HOST)) {
      byte b = bytes[i++];
      if (b == '.' && before == '.') {
        return -1;
      }
      before = b;
    }
    return i == start || i - start > LONGEST_NAME ? -1 : i;
  }

  private static boolean isPort(byte[] bytes, int colon, int end) {
    int digits = end - colon - 1;
    if (bytes[colon] != ':' || digits < 1 || digits > 5) {
      return false;
    }
    int port = 0;
    for (int i = colon + 1; i < end; i++) {
      if (!Octets.is(bytes[i], Octets.DIGIT)) {
        return false;
      }
      port = port * 10 + (bytes[i] - '0');
    }
    return port >= 1 && port <= 65535;
  }

  /**
   * Index behind the closing bracket of an IPv6 literal, or -1. Zones and IPvFuture are refused.
   */
  private static int literalEnd(byte[] bytes, int start, int end) {
    int groups = 0;
    boolean gap = false;
    int i = start + 1;
    if (i + 1 < end && bytes[i] == ':' && bytes[i + 1] == ':') {
      gap = true;
      i += 2;
    }
    while (i < end && bytes[i] != ']') {
      int digits = hexDigits(bytes, i, end);
      int after = i + digits;
      if (after < end && bytes[after] == '.') {
        int close = ipv4End(bytes, i, end);
        return close > 0 && bytes[close] == ']' && isComplete(groups + 2, gap) ? close + 1 : -1;
      }
      if (digits < 1 || digits > 4 || after == end) {
        return -1;
      }
      groups++;
      i = after;
      if (bytes[i] == ']') {
        break;
      }
      if (bytes[i] != ':' || ++i == end || bytes[i] == ']') {
        return -1;
      }
      if (bytes[i] == ':') {
        if (gap) {
          return -1;
        }
        gap = true;
        i++;
      }
    }
    return i < end && isComplete(groups, gap) ? i + 1 : -1;
  }

  private static boolean isComplete(int groups, boolean gap) {
    return gap ? groups <= 7 : groups == 8;
  }

  private static int hexDigits(byte[] bytes, int from, int end) {
    int i = from;
    while (i < end && ChunkedDecoder.hexValue(bytes[i]) >= 0) {
      i++;
    }
    return i - from;
  }

  /** Index behind a dotted IPv4 address that something follows, or -1. */
  private static int ipv4End(byte[] bytes, int from, int end) {
    int i = from;
    for (int part = 0; part < 4; part++) {
      int value = 0;
      int first = i;
      while (i < end && i - first < 3 && Octets.is(bytes[i], Octets.DIGIT)) {
        value = value * 10 + (bytes[i++] - '0');
      }
      boolean zeroFirst = i - first > 1 && bytes[first] == '0';
      if (i == first || value > 255 || zeroFirst || i == end) {
        return -1;
      }
      if (part < 3 && bytes[i++] != '.') {
        return -1;
      }
    }
    return i;
  }
}
