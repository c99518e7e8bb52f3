package dev.yumen.dataplane.http1;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The field names that are recognised without making a string: each has a small number, its id; 0
 * is every other name. Names are found by a hash over their length and four of their characters
 * that was searched so that no two of them meet; then the whole name is compared. See
 * RATIONALE.md#head-parser.
 */
final class FieldName {
  static final int OTHER = 0;
  static final int HOST = 1;
  static final int CONTENT_LENGTH = 2;
  static final int TRANSFER_ENCODING = 3;
  static final int CONNECTION = 4;
  static final int EXPECT = 5;
  static final int UPGRADE = 6;
  static final int TE = 7;

  /** Ids from 1 to this one say something about the message's framing or its connection. */
  static final int LAST_MEANINGFUL = TE;

  /** Ids from {@link #CONTENT_LENGTH} to this one belong to the connection, Expect excepted. */
  static final int LAST_OWNED = 14;

  private static final String[] NAMES = {
    "",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "expect",
    "upgrade",
    "te",
    "keep-alive",
    "proxy-connection",
    "trailer",
    "http2-settings",
    // For the next hop alone (RFC 9110 §11.7); a gateway is the last one that they concern.
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-authentication-info",
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "access-control-request-headers",
    "access-control-request-method",
    "age",
    "allow",
    "alt-svc",
    "authorization",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-location",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "dnt",
    "etag",
    "expires",
    "forwarded",
    "from",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-modified",
    "link",
    "location",
    "max-forwards",
    "origin",
    "pragma",
    "priority",
    "range",
    "referer",
    "retry-after",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-fetch-user",
    "server",
    "set-cookie",
    "strict-transport-security",
    "traceparent",
    "tracestate",
    "upgrade-insecure-requests",
    "user-agent",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "x-consumer-groups",
    "x-consumer-id",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
    "x-request-id",
    "x-requested-with",
    "x-trace-id",
  };

  private static final int LONGEST = 30;
  private static final int WORDS_EACH = 4;

  /** The case bits of the four characters in a hash. */
  private static final int CASES = 0x20 << 6 | 0x20 << 12 | 0x20 << 18 | 0x20 << 24;

  private static final byte[] BY_HASH = new byte[512];
  private static final byte[] LENGTHS = new byte[NAMES.length];

  /** The names in words of eight bytes, first byte lowest, the last one filled up with zeros. */
  private static final long[] WORDS = new long[NAMES.length * WORDS_EACH];

  /** Has the case bit of every letter in {@link #WORDS}: only letters may differ by it. */
  private static final long[] CASE_BITS = new long[NAMES.length * WORDS_EACH];

  static {
    for (int id = 1; id < NAMES.length; id++) {
      byte[] name = NAMES[id].getBytes(StandardCharsets.US_ASCII);
      int slot = hash(name, 0, name.length);
      if (BY_HASH[slot] != 0 || name.length > LONGEST) {
        throw new AssertionError(NAMES[id]);
      }
      BY_HASH[slot] = (byte) id;
      LENGTHS[id] = (byte) name.length;
      for (int i = 0; i < name.length; i++) {
        int word = id * WORDS_EACH + (i >> 3);
        WORDS[word] |= (long) name[i] << ((i & 7) << 3);
        CASE_BITS[word] |= (name[i] >= 'a' ? 0x20L : 0) << ((i & 7) << 3);
      }
    }
  }

  private static final @Nullable AsciiString[] LOWER_CASE = new AsciiString[NAMES.length];

  static {
    for (int id = 1; id < NAMES.length; id++) {
      LOWER_CASE[id] = AsciiString.of(NAMES[id]);
    }
  }

  private FieldName() {}

  /** The name of an id, or null for {@link #OTHER}. */
  static @Nullable AsciiString lowerCase(int id) {
    return LOWER_CASE[id];
  }

  /**
   * The id of this range, which need not be a token; {@link Octets#SLACK} bytes must be readable
   * behind it.
   */
  static int idOf(byte[] bytes, int start, int end) {
    int length = end - start;
    if (length < 2 || length > LONGEST) {
      return OTHER;
    }
    int id = BY_HASH[hash(bytes, start, end)];
    if (LENGTHS[id] != length) {
      return OTHER;
    }
    int word = id * WORDS_EACH;
    int i = start;
    for (; i + 8 < end; i += 8) {
      if (((long) Octets.LONG.get(bytes, i) | CASE_BITS[word]) != WORDS[word]) {
        return OTHER;
      }
      word++;
    }
    long difference = ((long) Octets.LONG.get(bytes, i) | CASE_BITS[word]) ^ WORDS[word];
    return difference << ((8 - (end - i)) << 3) == 0 ? id : OTHER;
  }

  static int idOf(String name) {
    int length = name.length();
    if (length < 2 || length > LONGEST) {
      return OTHER;
    }
    int first = name.charAt(0);
    int middle = name.charAt(length >> 1);
    int id = BY_HASH[hash(length, first, middle, name.charAt(length - 2), name.charAt(length - 1))];
    return id != OTHER && NAMES[id].equalsIgnoreCase(name) ? id : OTHER;
  }

  /**
   * Whether the field belongs to one connection (RFC 9110 §7.6.1) or frames the message, so that
   * the gateway alone writes it.
   */
  static boolean isOwned(int id) {
    return id >= CONTENT_LENGTH && id <= LAST_OWNED && id != EXPECT;
  }

  /** For each id, the bits of {@link WireFields} that its field gets in such a head. */
  static int[] fates(HeadParser.Kind kind) {
    int[] fates = new int[NAMES.length];
    for (int id = 1; id < NAMES.length; id++) {
      boolean owned = isOwned(id) || (id == HOST && kind == HeadParser.Kind.REQUEST);
      fates[id] = owned ? WireFields.OWNED : 0;
      if (kind == HeadParser.Kind.TRAILERS) {
        fates[id] = mayTrail(id) ? 0 : WireFields.GONE;
      }
    }
    return fates;
  }

  /**
   * Whether a known field may stand behind a body (RFC 9110 §6.5.1): not what frames, routes,
   * authenticates or controls a message.
   */
  private static boolean mayTrail(int id) {
    return switch (NAMES[id]) {
      case "accept-ranges", "etag", "link" -> true;
      default -> false;
    };
  }

  /** Whether a field of another name may stand there: not what a gateway says of a request. */
  static boolean otherMayTrail(byte[] bytes, int start, int end) {
    return !startsWith(bytes, start, end, "x-forwarded-")
        && !startsWith(bytes, start, end, "x-consumer-");
  }

  /** Whether this name with underscores would be an owned one with hyphens. */
  static boolean resemblesOwned(byte[] bytes, int start, int end) {
    for (int id = CONTENT_LENGTH; id <= LAST_OWNED; id++) {
      if (id != EXPECT && Octets.resemblesName(bytes, start, end, NAMES[id])) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(byte[] bytes, int start, int end, String prefix) {
    return end - start > prefix.length()
        && Octets.resemblesName(bytes, start, start + prefix.length(), prefix);
  }

  private static int hash(byte[] bytes, int start, int end) {
    int middle = start + ((end - start) >> 1);
    return hash(end - start, bytes[start], bytes[middle], bytes[end - 2], bytes[end - 1]);
  }

  private static int hash(int length, int first, int middle, int lastButOne, int last) {
    int letters = first << 6 ^ middle << 12 ^ last << 18 ^ lastButOne << 24;
    return ((length ^ (letters | CASES)) * 0xA984441D) >>> 23;
  }
}
