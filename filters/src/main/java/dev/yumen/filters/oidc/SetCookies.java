package dev.yumen.filters.oidc;

import dev.yumen.api.Exchange;
import dev.yumen.api.Headers;
import dev.yumen.api.Key;
import java.util.ArrayList;
import java.util.List;

/** Cookies that go with the answer of an exchange, whatever it becomes. */
final class SetCookies {
  private static final Key<List<String>> LINES = Key.of("oidc-login cookies");

  private SetCookies() {}

  static void add(Exchange exchange, List<String> lines) {
    List<String> all = exchange.get(LINES);
    List<String> more = all == null ? new ArrayList<>() : new ArrayList<>(all);
    more.addAll(lines);
    exchange.put(LINES, more);
  }

  static void write(Exchange exchange, Headers response) {
    List<String> lines = exchange.get(LINES);
    if (lines != null) {
      lines.forEach(line -> response.add("set-cookie", line));
      exchange.put(LINES, List.of());
    }
  }
}
