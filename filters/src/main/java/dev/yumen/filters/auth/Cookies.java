package dev.yumen.filters.auth;

import dev.yumen.api.Headers;
import java.util.ArrayList;
import java.util.List;

/** Edits of {@code Cookie} (RFC 6265 §4.2). */
final class Cookies {
  private Cookies() {}

  /** Removes every cookie of this name; the others stay as they were sent. */
  static void remove(Headers headers, String name) {
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
