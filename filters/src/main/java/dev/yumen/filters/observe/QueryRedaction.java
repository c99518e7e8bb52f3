package dev.yumen.filters.observe;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hides the values of query parameters, and of headers, that are known to hold secrets. */
final class QueryRedaction {
  static final String HIDDEN = "***";

  private final Set<String> names = new HashSet<>();

  QueryRedaction(List<String> names) {
    names.forEach(name -> this.names.add(name.toLowerCase(Locale.ROOT)));
  }

  /** The query with hidden values; the same string when there is nothing to hide. */
  @Nullable String apply(@Nullable String query) {
    if (query == null || names.isEmpty()) {
      return query;
    }
    StringBuilder out = null;
    int copied = 0;
    int at = 0;
    while (at < query.length()) {
      int end = query.indexOf('&', at);
      end = end < 0 ? query.length() : end;
      int equals = query.indexOf('=', at);
      if (equals >= 0 && equals < end && isSecret(query, at, equals)) {
        out = out == null ? new StringBuilder(query.length()) : out;
        out.append(query, copied, equals + 1).append(HIDDEN);
        copied = end;
      }
      at = end + 1;
    }
    return out == null ? query : out.append(query, copied, query.length()).toString();
  }

  /** The same for the query of an address. */
  String ofAddress(String address) {
    int query = address.indexOf('?');
    return query < 0
        ? address
        : address.substring(0, query + 1) + apply(address.substring(query + 1));
  }

  /** Whether the values of this name are hidden. */
  boolean hides(String name) {
    return names.contains(name.toLowerCase(Locale.ROOT));
  }

  private boolean isSecret(String query, int from, int end) {
    String name = query.substring(from, end);
    if (name.indexOf('%') >= 0 || name.indexOf('+') >= 0) {
      try {
        name = URLDecoder.decode(name, StandardCharsets.UTF_8);
      } catch (IllegalArgumentException _) {
        return true; // can not be told
      }
    }
    return hides(name);
  }
}
