package dev.yumen.filters.security;

import dev.yumen.api.Headers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code Cookie} and {@code Set-Cookie} where it matters that a name can occur twice. */
final class CookieValues {
  private CookieValues() {}

  /** Every value that a request has for this name, in order. */
  static List<String> sent(Headers request, String name) {
    List<String> values = new ArrayList<>(1);
    for (String line : request.all("cookie")) {
      for (String pair : line.split(";", -1)) {
        String value = valueOf(pair, name);
        if (value != null) {
          values.add(value);
        }
      }
    }
    return values;
  }

  /** The value that an answer sets for this name, the last one of several; null when none. */
  static @Nullable String set(Headers response, String name) {
    String found = null;
    for (String line : response.all("set-cookie")) {
      int end = line.indexOf(';');
      String value = valueOf(end < 0 ? line : line.substring(0, end), name);
      found = value == null ? found : value;
    }
    return found;
  }

  private static @Nullable String valueOf(String pair, String name) {
    int equals = pair.indexOf('=');
    boolean named = equals >= 0 && pair.substring(0, equals).strip().equals(name);
    return named ? pair.substring(equals + 1).strip() : null;
  }
}
