package dev.yumen.dataplane.http1;

import java.nio.charset.StandardCharsets;

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

  private static final byte[] BY_HASH = new byte[512];

  /** The names as words of eight bytes, lowest first, the last one filled up with zeros. */
  private static final long[][] WORDS = new long[NAMES.length][];

  private static final int LONGEST = 30;

  static {
    for (int id = 1; id < NAMES.length; id++) {
      byte[] name = NAMES[id].getBytes(StandardCharsets.US_ASCII);
      int slot = hash(name.length, name[0], name[name.length >> 1], lastTwo(name));
      if (BY_HASH[slot] != 0 || name.length > LONGEST) {
        throw new AssertionError(NAMES[id]);
      }
      BY_HASH[slot] = (byte) id;
      WORDS[id] = new long[(name.length + 7) >> 3];
      for (int i = 0; i < name.length; i++) {
        WORDS[id][i >> 3] |= (long) name[i] << ((i & 7) << 3);
      }
    }
  }

  private FieldName() {}

  /**
   * The id of the token in this range; {@link Octets#SLACK} bytes must be readable behind it. Bit
   * 0x20 is set before comparing, which among token characters makes only letters equal.
   */
  static int idOf(byte[] bytes, int start, int end) {
    int length = end - start;
    if (length < 2 || length > LONGEST) {
      return OTHER;
    }
    int tail = (bytes[end - 1] | 0x20) << 18 ^ (bytes[end - 2] | 0x20) << 24;
    int id = BY_HASH[hash(length, bytes[start], bytes[start + (length >> 1)], tail)];
    if (id == OTHER || NAMES[id].length() != length) {
      return OTHER;
    }
    long[] words = WORDS[id];
    int last = words.length - 1;
    for (int i = 0; i < last; i++) {
      if (((long) Octets.LONG.get(bytes, start + (i << 3)) | 0x2020202020202020L) != words[i]) {
        return OTHER;
      }
    }
    int unused = ((last + 1) << 6) - (length << 3);
    long word = (long) Octets.LONG.get(bytes, start + (last << 3)) | 0x2020202020202020L;
    return (word << unused) >>> unused == words[last] ? id : OTHER;
  }

  static int idOf(String name) {
    int length = name.length();
    if (length < 2 || length > LONGEST) {
      return OTHER;
    }
    int tail = (name.charAt(length - 1) | 0x20) << 18 ^ (name.charAt(length - 2) | 0x20) << 24;
    int id = BY_HASH[hash(length, name.charAt(0), name.charAt(length >> 1), tail)];
    return id != OTHER && NAMES[id].equalsIgnoreCase(name) ? id : OTHER;
  }

  /**
   * Whether the field belongs to one connection (RFC 9110 §7.6.1) or frames the message, so that
   * the gateway alone writes it.
   */
  static boolean isOwned(int id) {
    return id >= CONTENT_LENGTH && id <= LAST_OWNED && id != EXPECT;
  }

  /**
   * Whether a known field may stand behind a body (RFC 9110 §6.5.1): not what frames, routes,
   * authenticates or controls a message. Unknown names may, those that a gateway sets excepted.
   */
  static boolean mayTrail(int id, byte[] bytes, int start, int end) {
    if (id != OTHER) {
      return switch (NAMES[id]) {
        case "accept-ranges", "etag", "link" -> true;
        default -> false;
      };
    }
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

  private static int lastTwo(byte[] name) {
    return (name[name.length - 1] | 0x20) << 18 ^ (name[name.length - 2] | 0x20) << 24;
  }

  private static int hash(int length, int first, int middle, int tail) {
    int mixed = length ^ (first | 0x20) << 6 ^ (middle | 0x20) << 12 ^ tail;
    return (mixed * 0xA984441D) >>> 23;
  }
}
