package dev.yumen.dataplane.recording;

import dev.yumen.api.FailureCode;
import dev.yumen.api.TlsSession;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireFieldSink;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries, one at a time, into an array of its own. What a client sent and must not be kept
 * never gets into it. One thread uses it.
 *
 * <p>An entry is its length (4 bytes), the time in milliseconds and the duration in nanoseconds (8
 * each), the status (2), the failure's number plus one and flags (1 each); texts, each behind its
 * length (2); then fields, each two texts.
 */
final class EntryWriter implements WireFieldSink {
  /** Longest entry; what does not fit is left out, and the entry says so. */
  static final int LONGEST = 8 << 10;

  /** Longest target; with it and the longest texts there is still room for an entry's rest. */
  static final int LONGEST_TARGET = 3 << 10;

  /** Longest text of any other kind that is no header field. */
  static final int LONGEST_TEXT = 512;

  static final int TIME = 4;
  static final int NANOS = 12;
  static final int STATUS = 20;
  static final int FAILURE = 22;
  static final int FLAGS = 23;
  static final int TEXTS = 24;

  static final int CUT = 1;
  static final int SECURE = 1 << 1;
  static final int CERTIFICATE = 1 << 2;

  /** The length of a value that is hidden. */
  static final int HIDDEN = 0xFFFF;

  private static final byte[] STARS = "***".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOTHING = {};

  private final NameClasses names = new NameClasses();
  private final byte[] entry = new byte[LONGEST];
  private byte[] head = NOTHING;
  private int at;
  private int limit;
  private boolean cut;

  /** The last entry; its length is what {@link #write} gave. */
  byte[] entry() {
    return entry;
  }

  /**
   * Writes an entry.
   *
   * @param hidden names in lower case whose values are hidden beside those that sound like it
   * @return its length
   */
  int write(long wallMillis, Ended ended, HeadTable request, Set<String> hidden) {
    names.also(hidden);
    head = request.bytes();
    cut = false;
    at = TEXTS;
    limit = LONGEST;
    TlsSession tls = ended.origin().tls();
    Ended.Result result = ended.result();
    text(ended.id());
    text(ended.origin().listener());
    text(tls == null ? null : tls.serverName());
    raw(ended.origin().peer().getAddress());
    boolean same = ended.origin().client().equals(ended.origin().peer());
    raw(same ? NOTHING : ended.origin().client().getAddress());
    text(request.method());
    text(ended.version());
    boolean absolute = request.authorityStart() >= 0;
    range(
        absolute ? request.authorityStart() : request.hostStart(),
        absolute ? request.authorityEnd() : request.hostEnd());
    target(request);
    text(result.route());
    text(result.upstream());
    text(result.endpoint());
    request.forEachRead(this);
    head = NOTHING;
    int flags = cut ? CUT : 0;
    flags |= tls == null ? 0 : SECURE;
    flags |= tls == null || tls.clientCertificate() == null ? 0 : CERTIFICATE;
    putInt(0, at);
    putLong(TIME, wallMillis);
    putLong(NANOS, result.nanos());
    putShort(STATUS, result.status());
    entry[FAILURE] = number(result.failure());
    entry[FLAGS] = (byte) flags;
    return at;
  }

  /** Its place among the codes of this program; never leaves the process. */
  @SuppressWarnings("EnumOrdinal")
  private static byte number(@Nullable FailureCode failure) {
    return (byte) (failure == null ? 0 : failure.ordinal() + 1);
  }

  // ---- fields ----

  @Override
  public void field(int nameStart, int nameEnd, int valueStart, int valueEnd) {
    byte kind = names.of(head, nameStart, nameEnd);
    boolean hides = kind == NameClasses.HIDDEN;
    int length = 4 + nameEnd - nameStart + (hides ? 0 : valueEnd - valueStart);
    if (at + length > LONGEST) {
      cut = true;
      return;
    }
    int start = begin();
    copy(nameStart, nameEnd);
    end(start);
    start = begin();
    if (hides) {
      putShort(start, HIDDEN);
      return;
    }
    if (kind == NameClasses.ADDRESS) {
      address(valueStart, valueEnd);
    } else {
      copy(valueStart, valueEnd);
    }
    end(start);
  }

  // ---- addresses: path;parameter=value?name=value&... ----

  private void target(HeadTable request) {
    int start = begin();
    limit = at + LONGEST_TARGET;
    if (request.pathStart() >= 0 && request.pathStart() < request.targetEnd()) {
      address(request.pathStart(), request.targetEnd());
    }
    limit = LONGEST;
    end(start);
  }

  /** Copies an address without what stands behind names of secrets, and without a user's name. */
  private void address(int start, int addressEnd) {
    int from = withoutUser(start, addressEnd);
    int next = from;
    boolean query = false;
    while (next < addressEnd) {
      byte octet = head[next++];
      query |= octet == '?';
      if (query ? octet == '?' || octet == '&' : octet == ';') {
        copy(from, next);
        next = pair(next, addressEnd, query);
        from = next;
      }
    }
    copy(from, addressEnd);
  }

  /** Copies {@code https://}, and stars for a user in front of the host; where the rest begins. */
  private int withoutUser(int start, int addressEnd) {
    int host = indexOf(':', start, addressEnd) + 3;
    if (head[start] == '/' || host > addressEnd || head[host - 1] != '/' || head[host - 2] != '/') {
      return start;
    }
    int hostEnd = Math.min(indexOf('/', host, addressEnd), indexOf('?', host, addressEnd));
    int user = indexOf('@', host, hostEnd);
    if (user == hostEnd) {
      return start;
    }
    copy(start, host);
    stars();
    return user;
  }

  /** Copies {@code name=value}, or the name alone when the value is hidden; where it ends. */
  private int pair(int start, int addressEnd, boolean query) {
    int equals = start;
    while (equals < addressEnd && head[equals] != '=' && !endsPair(head[equals], query)) {
      equals++;
    }
    if (equals == addressEnd || head[equals] != '=') {
      copy(start, equals);
      return equals;
    }
    int valueEnd = equals + 1;
    while (valueEnd < addressEnd && !endsPair(head[valueEnd], query)) {
      valueEnd++;
    }
    if (names.of(head, start, equals) == NameClasses.HIDDEN) {
      copy(start, equals + 1);
      stars();
    } else {
      copy(start, valueEnd);
    }
    return valueEnd;
  }

  private static boolean endsPair(byte octet, boolean query) {
    return query ? octet == '&' || octet == '#' : octet == ';' || octet == '/' || octet == '?';
  }

  private int indexOf(char wanted, int start, int rangeEnd) {
    int index = start;
    while (index < rangeEnd && head[index] != wanted) {
      index++;
    }
    return index;
  }

  private void stars() {
    if (at + STARS.length > limit) {
      cut = true;
      return;
    }
    System.arraycopy(STARS, 0, entry, at, STARS.length);
    at += STARS.length;
  }

  // ---- texts ----

  private void text(@Nullable String text) {
    int start = begin();
    if (text != null) {
      int length = text.length();
      int bits = 0;
      for (int i = 0; i < length && at < LONGEST; i++) {
        char c = text.charAt(i);
        bits |= c;
        entry[at++] = (byte) c;
      }
      if (bits > 0x7F || at - start - 2 > LONGEST_TEXT) {
        at = start + 2;
        byte[] whole = text.getBytes(StandardCharsets.UTF_8);
        limited(whole);
      }
    }
    end(start);
  }

  private void raw(byte[] bytes) {
    int start = begin();
    limited(bytes);
    end(start);
  }

  private void limited(byte[] bytes) {
    int length = Math.min(bytes.length, LONGEST_TEXT);
    cut |= length < bytes.length;
    System.arraycopy(bytes, 0, entry, at, length);
    at += length;
  }

  private void range(int start, int rangeEnd) {
    int from = begin();
    if (start >= 0) {
      limit = at + LONGEST_TEXT;
      copy(start, rangeEnd);
      limit = LONGEST;
    }
    end(from);
  }

  private int begin() {
    int start = at;
    at += 2;
    return start;
  }

  private void end(int start) {
    putShort(start, at - start - 2);
  }

  /** Copies what fits of a range of the head. */
  private void copy(int start, int rangeEnd) {
    int length = Math.min(rangeEnd - start, limit - at);
    cut |= length < rangeEnd - start;
    System.arraycopy(head, start, entry, at, length);
    at += length;
  }

  // ---- numbers ----

  private void putShort(int index, int value) {
    entry[index] = (byte) (value >>> 8);
    entry[index + 1] = (byte) value;
  }

  private void putInt(int index, int value) {
    putShort(index, value >>> 16);
    putShort(index + 2, value);
  }

  private void putLong(int index, long value) {
    putInt(index, (int) (value >>> 32));
    putInt(index + 4, (int) value);
  }
}
