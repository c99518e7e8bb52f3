package dev.yumen.dataplane.routing;

import org.jspecify.annotations.Nullable;

/**
 * Brings a request target into normal form (RFC 3986 §6.2.2), so that what is matched, authorised
 * and sent upstream is one and the same path:
 *
 * <ul>
 *   <li>percent-encoded unreserved characters are decoded, other escapes get upper-case digits;
 *   <li>characters that a URI must encode but clients send raw (octets above 7f, {@code "<>\^`{|}})
 *       are encoded;
 *   <li>segments {@code .} and {@code ..} are removed, however they were written;
 *   <li>{@code %25} stays, so nothing is ever decoded twice.
 * </ul>
 *
 * The result is pure ASCII. The query is never changed. A target that is already normal, which is
 * nearly every one, costs a single scan and no copy.
 */
public final class TargetNormalizer {
  private static final byte PLAIN = 0;
  private static final byte SLASH = 1;
  private static final byte QUESTION = 2;
  private static final byte PERCENT = 3;
  private static final byte ENCODE = 4;
  private static final byte BAD = 5;

  private static final byte[] KIND = kinds();
  private static final byte[] HEX = hexValues();
  private static final byte[] DIGITS = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'
  };

  private TargetNormalizer() {}

  /**
   * Normalises {@code source} from {@code start} to {@code end}: an origin-form target, the rest of
   * an absolute-form one after its authority (may be empty), or {@code *}.
   *
   * @return null when {@code into} was filled, else why the target is refused
   */
  public static @Nullable TargetError normalize(byte[] source, int start, int end, Target into) {
    into.clear();
    if (start == end || source[start] == '?') {
      return query(source, start, end, into); // RFC 9110 §4.2.3: no path means "/"
    }
    if (source[start] != '/') {
      if (end - start == 1 && source[start] == '*') {
        into.path(source, start, end);
        return null;
      }
      return TargetError.NOT_A_PATH;
    }
    int at = start;
    for (; at < end; at++) {
      byte kind = KIND[source[at] & 0xff];
      if (kind == PLAIN) {
        continue;
      }
      if (kind == QUESTION) {
        break;
      }
      if (kind != SLASH || (at + 1 < end && (source[at + 1] == '.' || source[at + 1] == '/'))) {
        return rewrite(source, start, end, into);
      }
    }
    into.path(source, start, at);
    return query(source, at, end, into);
  }

  private static @Nullable TargetError query(byte[] source, int mark, int end, Target into) {
    if (mark == end) {
      return null;
    }
    for (int at = mark + 1; at < end; at++) {
      if (KIND[source[at] & 0xff] == BAD) {
        return TargetError.BAD_CHARACTER;
      }
    }
    into.hasQuery = true;
    into.query = source;
    into.queryStart = mark + 1;
    into.queryEnd = end;
    return null;
  }

  private static @Nullable TargetError rewrite(byte[] source, int start, int end, Target into) {
    int pathEnd = start;
    while (pathEnd < end && source[pathEnd] != '?') {
      pathEnd++;
    }
    byte[] out = into.scratch((pathEnd - start) * 3);
    Utf8Check utf8 = into.utf8;
    utf8.reset();
    int length = 0;
    for (int at = start; at < pathEnd; at++) {
      byte kind = KIND[source[at] & 0xff];
      int octet = source[at] & 0xff;
      if (kind == BAD) {
        return TargetError.BAD_CHARACTER;
      }
      if (kind == PERCENT) {
        octet = at + 2 < pathEnd ? octet(source[at + 1], source[at + 2]) : -1;
        TargetError error = refused(octet);
        if (error != null) {
          return error;
        }
        at += 2;
      }
      if (!utf8.accepts(octet)) {
        return TargetError.BAD_UTF8;
      }
      if (kind == PLAIN || kind == SLASH || (kind == PERCENT && isUnreserved(octet))) {
        out[length++] = (byte) octet;
      } else {
        into.forms |= form(octet);
        out[length++] = '%';
        out[length++] = DIGITS[octet >> 4];
        out[length++] = DIGITS[octet & 15];
      }
    }
    if (!utf8.isComplete()) {
      return TargetError.BAD_UTF8;
    }
    into.forms |= Segments.forms(out, length);
    if (!segments(out, length, into)) {
      return TargetError.ABOVE_ROOT;
    }
    return query(source, pathEnd, end, into);
  }

  private static boolean segments(byte[] path, int length, Target into) {
    if ((into.forms & Target.DOUBLE_SLASH) == 0) {
      int kept = Segments.removeDots(path, length, path);
      into.path(path, 0, kept);
      return kept > 0;
    }
    byte[] merged = into.mergedScratch(length);
    int kept = Segments.removeDotsAndMerge(path, length, merged);
    if (kept < 0) {
      return false; // with the empty segments it may not climb, but the two would disagree
    }
    into.path(path, 0, Segments.removeDots(path, length, path));
    into.merged = merged;
    into.mergedStart = 0;
    into.mergedEnd = kept;
    return true;
  }

  private static @Nullable TargetError refused(int octet) {
    if (octet < 0) {
      return TargetError.BAD_PERCENT;
    }
    if (octet == 0) {
      return TargetError.NUL;
    }
    return octet < 0x20 || octet == 0x7f ? TargetError.CONTROL : null;
  }

  private static int form(int octet) {
    return switch (octet) {
      case '/' -> Target.ENCODED_SLASH;
      case '\\' -> Target.BACKSLASH;
      default -> 0;
    };
  }

  private static int octet(byte high, byte low) {
    return (HEX[high & 0xff] << 4) | HEX[low & 0xff]; // -1 when either is no digit
  }

  private static boolean isUnreserved(int octet) {
    return (octet >= 'a' && octet <= 'z')
        || (octet >= 'A' && octet <= 'Z')
        || (octet >= '0' && octet <= '9')
        || octet == '-'
        || octet == '.'
        || octet == '_'
        || octet == '~';
  }

  private static byte[] kinds() {
    byte[] kinds = new byte[256];
    for (int octet = 0; octet < 256; octet++) {
      if (octet <= ' ' || octet == 0x7f || octet == '#') {
        kinds[octet] = BAD;
      } else if (octet > 0x7f || "\"<>\\^`{|}".indexOf(octet) >= 0) {
        kinds[octet] = ENCODE;
      }
    }
    kinds['/'] = SLASH;
    kinds['?'] = QUESTION;
    kinds['%'] = PERCENT;
    return kinds;
  }

  private static byte[] hexValues() {
    byte[] values = new byte[256];
    for (int octet = 0; octet < 256; octet++) {
      values[octet] = octet < 0x80 ? (byte) Character.digit((char) octet, 16) : -1;
    }
    return values;
  }
}
