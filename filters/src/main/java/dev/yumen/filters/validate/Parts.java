package dev.yumen.filters.validate;

import dev.yumen.api.Headers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parts of a request outside of its body, their values still encoded. */
final class Parts {
  private final Map<String, String> path;
  private final Map<String, List<String>> query;
  private final Headers headers;
  private @Nullable Map<String, List<String>> cookies;

  /**
   * @param path the path template's variables
   * @param query undecoded, or null
   */
  Parts(Map<String, String> path, @Nullable String query, Headers headers) {
    this.path = path;
    this.query = query == null || query.isEmpty() ? Map.of() : pairs(query, '&');
    this.headers = headers;
  }

  /** Every value of this name, in order. */
  List<String> values(Parameter.In in, String name) {
    return switch (in) {
      case PATH -> {
        String value = path.get(name);
        yield value == null ? List.of() : List.of(value);
      }
      case QUERY -> query.getOrDefault(name, List.of());
      case HEADER -> headers.all(name);
      case COOKIE -> cookies().getOrDefault(name, List.of());
    };
  }

  Set<String> queryNames() {
    return query.keySet();
  }

  private Map<String, List<String>> cookies() {
    Map<String, List<String>> read = cookies;
    if (read == null) {
      read = pairs(String.join(";", headers.all("cookie")), ';');
      cookies = read;
    }
    return read;
  }

  private static Map<String, List<String>> pairs(String text, char between) {
    Map<String, List<String>> pairs = new HashMap<>();
    int at = 0;
    while (at <= text.length()) {
      int end = text.indexOf(between, at);
      end = end < 0 ? text.length() : end;
      String pair = text.substring(at, end).strip();
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String decoded = between == '&' ? Texts.formDecoded(name) : name;
      if (!pair.isEmpty()) {
        pairs
            .computeIfAbsent(decoded == null ? name : decoded, _ -> new ArrayList<>(1))
            .add(equals < 0 ? "" : pair.substring(equals + 1));
      }
      at = end + 1;
    }
    return pairs;
  }
}
