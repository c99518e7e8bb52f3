package dev.yumen.filters.observe;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;

/**
 * One line of the access log while it is written, as JSON or as {@code name=value} pairs. Reused
 * for line after line by one thread; what clients sent can neither end a value nor a line.
 */
final class LogLine {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  /** Of a long with its sign. */
  private static final int MOST_DIGITS = 20;

  /** How names and values are put together. */
  enum Form {
    JSON,
    TEXT
  }

  private byte[] bytes = new byte[1024];
  private int length;
  private Form form = Form.JSON;
  private long second = Long.MIN_VALUE;
  private String secondText = "";

  /** A name as it stands in a line of each form, made once. */
  static final class Name {
    private final byte[] json;
    private final byte[] text;

    Name(String name) {
      json = (",\"" + name + "\":").getBytes(StandardCharsets.US_ASCII);
      text = (" " + name + "=").getBytes(StandardCharsets.US_ASCII);
    }
  }

  LogLine start(Form newForm) {
    form = newForm;
    length = 0;
    if (form == Form.JSON) {
      put('{');
    }
    return this;
  }

  /** The finished line with its line feed, a copy. */
  byte[] end() {
    if (form == Form.JSON) {
      put('}');
    }
    put('\n');
    return Arrays.copyOf(bytes, length);
  }

  void field(Name name, String value) {
    name(name);
    boolean quoted = form == Form.JSON || needsQuotes(value);
    reserve(value.length() + 2);
    if (quoted) {
      put('"');
    }
    for (int i = plain(value); i < value.length(); i++) {
      i += character(value, i);
    }
    if (quoted) {
      put('"');
    }
  }

  /** Writes characters as they are up to the first that can not stand so, and says which it is. */
  private int plain(String value) {
    int end = value.length();
    for (int i = 0; i < end; i++) {
      char c = value.charAt(i);
      if (c < ' ' || c == '"' || c == '\\' || c >= 0x7f) {
        length += i;
        return i;
      }
      bytes[length + i] = (byte) c;
    }
    length += end;
    return end;
  }

  void field(Name name, long value) {
    name(name);
    number(value);
  }

  /** Nanoseconds as milliseconds with three places behind the point. */
  void millis(Name name, long nanos) {
    name(name);
    long micros = nanos / 1_000;
    number(micros / 1_000);
    put('.');
    int rest = (int) (micros % 1_000);
    put('0' + rest / 100);
    put('0' + rest / 10 % 10);
    put('0' + rest % 10);
  }

  /** A time as in RFC 3339, in UTC with milliseconds. */
  void time(Name name, long epochMillis) {
    name(name);
    long now = Math.floorDiv(epochMillis, 1_000L);
    if (now != second) {
      second = now;
      secondText = secondText(LocalDateTime.ofEpochSecond(now, 0, ZoneOffset.UTC));
    }
    boolean quoted = form == Form.JSON;
    if (quoted) {
      put('"');
    }
    ascii(secondText);
    int millis = (int) Math.floorMod(epochMillis, 1_000L);
    put('.');
    put('0' + millis / 100);
    put('0' + millis / 10 % 10);
    put('0' + millis % 10);
    put('Z');
    if (quoted) {
      put('"');
    }
  }

  /** The library leaves seconds out when they are 0. */
  private static String secondText(LocalDateTime time) {
    String text = time.toString();
    return time.getSecond() == 0 ? text + ":00" : text;
  }

  /** The first name goes without what separates it from one before. */
  private void name(Name name) {
    byte[] written = form == Form.JSON ? name.json : name.text;
    int from = length == (form == Form.JSON ? 1 : 0) ? 1 : 0;
    reserve(written.length);
    System.arraycopy(written, from, bytes, length, written.length - from);
    length += written.length - from;
  }

  private static boolean needsQuotes(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= 0x7f) {
        return true;
      }
    }
    return value.isEmpty();
  }

  /** Writes a character and returns how many more of the text it took. */
  private int character(String value, int at) {
    char c = value.charAt(at);
    if (c == '"' || c == '\\') {
      put('\\');
      put(c);
    } else if (c < ' ' || c == 0x7f) {
      escape(c);
    } else if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xc0 | c >> 6);
      put(0x80 | (c & 0x3f));
    } else if (!Character.isSurrogate(c)) {
      put(0xe0 | c >> 12);
      put(0x80 | (c >> 6 & 0x3f));
      put(0x80 | (c & 0x3f));
    } else if (at + 1 < value.length() && Character.isSurrogatePair(c, value.charAt(at + 1))) {
      int point = Character.toCodePoint(c, value.charAt(at + 1));
      put(0xf0 | point >> 18);
      put(0x80 | (point >> 12 & 0x3f));
      put(0x80 | (point >> 6 & 0x3f));
      put(0x80 | (point & 0x3f));
      return 1;
    } else {
      escape(c);
    }
    return 0;
  }

  private void escape(char c) {
    ascii("\\u");
    put(HEX[c >> 12]);
    put(HEX[c >> 8 & 15]);
    put(HEX[c >> 4 & 15]);
    put(HEX[c & 15]);
  }

  /** Digits from the last to the first: dividing by a constant is a multiplication. */
  private void number(long value) {
    reserve(MOST_DIGITS);
    if (value < 0) {
      put('-');
    }
    long rest = Math.absExact(value);
    int digits = 1;
    for (long more = rest / 10; more > 0; more /= 10) {
      digits++;
    }
    for (int at = length + digits - 1; at >= length; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
  }

  private void ascii(String text) {
    for (int i = 0; i < text.length(); i++) {
      put(text.charAt(i));
    }
  }

  private void put(int b) {
    reserve(1);
    bytes[length++] = (byte) b;
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
