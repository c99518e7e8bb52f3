package dev.yumen.dataplane.http1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The character classes of RFC 9110 §5.6.2 and RFC 3986 as one table, and scans over bytes that use
 * it. Scans that read whole words need {@link #SLACK} readable bytes behind the end.
 */
final class Octets {
  static final int TOKEN = 1;
  static final int PATH = 1 << 1;
  static final int QUERY = 1 << 2;
  static final int VALUE = 1 << 3;
  static final int HOST = 1 << 4;
  static final int DIGIT = 1 << 5;

  /**
   * Bytes that must exist behind the end of what is scanned by words; what they hold is ignored.
   */
  static final int SLACK = 8;

  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;
  private static final long SPACES = 0x2020202020202020L;
  private static final long COLONS = 0x3A3A3A3A3A3A3A3AL;
  private static final long DELS = 0x7F7F7F7F7F7F7F7FL;

  private static final byte[] CLASS = new byte[256];

  static {
    for (int c = '0'; c <= '9'; c++) {
      CLASS[c] |= TOKEN | PATH | QUERY | HOST | DIGIT;
    }
    for (int c = 'a'; c <= 'z'; c++) {
      CLASS[c] |= TOKEN | PATH | QUERY | HOST;
      CLASS[c - 0x20] |= TOKEN | PATH | QUERY | HOST;
    }
    mark("!#$%&'*+-.^_`|~", TOKEN);
    mark("-._~", HOST);
    // The backslash is for path normalisation to judge: there a route can allow it.
    mark("-._~!$&'()*+,;=:@/%\\", PATH | QUERY);
    // Not in RFC 3986 §3.4, but browsers and libraries send them raw and nothing reads a path
    // there.
    mark("?[]|{}^\"`", QUERY);
    for (int c = 0; c < 256; c++) {
      if (c == '\t' || (c >= ' ' && c != 0x7F)) {
        CLASS[c] |= VALUE;
      }
    }
  }

  private Octets() {}

  private static void mark(String chars, int bits) {
    for (int i = 0; i < chars.length(); i++) {
      CLASS[chars.charAt(i)] |= (byte) bits;
    }
  }

  static boolean is(byte b, int bits) {
    return (CLASS[b & 0xFF] & bits) != 0;
  }

  static boolean isSpace(byte b) {
    return b == ' ' || b == '\t';
  }

  /** The first index in {@code [from, to)} that has none of the bits, else {@code to}. */
  static int skip(byte[] bytes, int from, int to, int bits) {
    int i = from;
    while (i < to && (CLASS[bytes[i] & 0xFF] & bits) != 0) {
      i++;
    }
    return i;
  }

  /** The first index in {@code [from, to)} that can not stand in a field value, else {@code to}. */
  static int skipValue(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      long word = (long) LONG.get(bytes, i);
      long dels = word ^ DELS;
      // The lowest mark is exact; higher ones can be borrow from it and are not looked at.
      long marks = (((word - SPACES) & ~word) | ((dels - ONES) & ~dels)) & HIGH;
      if (marks == 0) {
        i += 8;
        continue;
      }
      i += Long.numberOfTrailingZeros(marks) >>> 3;
      if (i >= to || bytes[i] != '\t') {
        return Math.min(i, to);
      }
      i++;
    }
    return to;
  }

  /** The first index in {@code [from, to)} that holds a colon, else {@code to}. */
  static int findColon(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i += 8) {
      long word = (long) LONG.get(bytes, i) ^ COLONS;
      long marks = (word - ONES) & ~word & HIGH;
      if (marks != 0) {
        return Math.min(i + (Long.numberOfTrailingZeros(marks) >>> 3), to);
      }
    }
    return to;
  }

  /** Whether two ranges of one length are equal but for the case of ASCII letters. */
  static boolean equalIgnoringCase(byte[] bytes, int a, int b, int length) {
    for (int i = 0; i < length; i++) {
      if (lower(bytes[a + i]) != lower(bytes[b + i])) {
        return false;
      }
    }
    return true;
  }

  /** Whether the range holds this text, which must be lower-case ASCII. */
  static boolean holds(byte[] bytes, int start, int end, String lowerCase) {
    if (end - start != lowerCase.length()) {
      return false;
    }
    for (int i = 0; i < lowerCase.length(); i++) {
      if (lower(bytes[start + i]) != lowerCase.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the range holds this name, in whatever case either is. */
  static boolean holdsName(byte[] bytes, int start, int end, String name) {
    if (end - start != name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (lower(bytes[start + i]) != lower(name.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** Like {@link #holdsName}, an underscore in the range standing for a hyphen in the name. */
  static boolean resemblesName(byte[] bytes, int start, int end, String name) {
    if (end - start != name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      int b = lower(bytes[start + i]);
      int c = lower(name.charAt(i));
      if (b != c && !(b == '_' && c == '-')) {
        return false;
      }
    }
    return true;
  }

  static int lower(int c) {
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
  }
}
