package dev.yumen.filters.auth;

import dev.yumen.api.Headers;
import java.util.ArrayList;
import java.util.List;

/** Reads and edits {@code Cookie} (RFC 6265 §4.2). */
public final class Cookies {
  private Cookies() {}

  /** The values of every cookie of this name, in order. */
  public static List<String> values(Headers headers, String name) {
    List<String> values = new ArrayList<>(1);
    for (String line : headers.all("cookie")) {
      for (String pair : line.split(";", -1)) {
        int equals = pair.indexOf('=');
        if (equals >= 0 && pair.substring(0, equals).strip().equals(name)) {
          values.add(pair.substring(equals + 1).strip());
        }
      }
    }
    return values;
  }

  /** Removes every cookie of this name; the others stay as they were sent. */
  public static void remove(Headers headers, String name) {
    List<String> kept = new ArrayList<>();
    for (String line : headers.all("cookie")) {
      for (String pair : line.split(";", -1)) {
        String cookie = pair.strip();
        int equals = cookie.indexOf('=');
        boolean hit = equals >= 0 && cookie.substring(0, equals).strip().equals(name);
        if (!hit && !cookie.isEmpty()) {
          kept.add(cookie);
        }
      }
    }
    if (kept.isEmpty()) {
      headers.remove("cookie");
    } else {
      headers.set("cookie", String.join("; ", kept));
    }
  }
}
