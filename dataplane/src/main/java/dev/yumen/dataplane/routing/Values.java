package dev.yumen.dataplane.routing;

import dev.yumen.api.Headers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads query parameters and cookies. Where a name occurs twice, the first one counts. */
final class Values {
  private Values() {}

  /** The decoded value of the first parameter of this name; empty for one without {@code =}. */
  static @Nullable String query(Target target, String name) {
    if (!target.hasQuery()) {
      return null;
    }
    byte[] bytes = target.query();
    int at = target.queryStart();
    int end = target.queryEnd();
    while (at <= end) {
      int pairEnd = indexOf(bytes, at, end, '&');
      int equals = indexOf(bytes, at, pairEnd, '=');
      if (pairEnd > at && decode(bytes, at, equals).equals(name)) {
        return equals == pairEnd ? "" : decode(bytes, equals + 1, pairEnd);
      }
      at = pairEnd + 1;
    }
    return null;
  }

  /** All parameters, decoded, each with its first value. */
  static Map<String, String> queries(Target target) {
    Map<String, String> all = new LinkedHashMap<>();
    byte[] bytes = target.query();
    int at = target.queryStart();
    int end = target.queryEnd();
    while (target.hasQuery() && at <= end) {
      int pairEnd = indexOf(bytes, at, end, '&');
      int equals = indexOf(bytes, at, pairEnd, '=');
      if (pairEnd > at) {
        String value = equals == pairEnd ? "" : decode(bytes, equals + 1, pairEnd);
        all.putIfAbsent(decode(bytes, at, equals), value);
      }
      at = pairEnd + 1;
    }
    return all;
  }

  /** The value of the first cookie of this name (RFC 6265 §5.4), quotes and all. */
  static @Nullable String cookie(Headers headers, String name) {
    List<String> lines = headers.all("cookie");
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      int at = 0;
      while (at < line.length()) {
        int end = line.indexOf(';', at);
        end = end < 0 ? line.length() : end;
        int equals = line.indexOf('=', at);
        if (equals >= 0 && equals < end && line.substring(at, equals).strip().equals(name)) {
          return line.substring(equals + 1, end).strip();
        }
        at = end + 1;
      }
    }
    return null;
  }

  /** Form decoding: {@code +} is a space; an escape that is none stands for itself. */
  static String decode(byte[] bytes, int start, int end) {
    byte[] decoded = new byte[end - start];
    int length = 0;
    for (int at = start; at < end; at++) {
      byte octet = bytes[at];
      int value =
          octet == '%' && at + 2 < end ? (hex(bytes[at + 1]) << 4) | hex(bytes[at + 2]) : -1;
      if (value >= 0) {
        at += 2;
        decoded[length++] = (byte) value;
      } else {
        decoded[length++] = octet == '+' ? (byte) ' ' : octet;
      }
    }
    return new String(decoded, 0, length, StandardCharsets.UTF_8);
  }

  private static int hex(byte digit) {
    return digit < 0 ? -1 : Character.digit((char) digit, 16);
  }

  private static int indexOf(byte[] bytes, int start, int end, char wanted) {
    int at = start;
    while (at < end && bytes[at] != wanted) {
      at++;
    }
    return at;
  }
}
