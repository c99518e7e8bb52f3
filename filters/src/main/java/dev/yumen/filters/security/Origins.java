package dev.yumen.filters.security;

import dev.yumen.api.InvalidValue;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which origins are allowed: some by name, some below a domain, or all. */
final class Origins {
  private static final Pattern ORIGIN =
      Pattern.compile(
          "[a-z][a-z0-9+.-]*://(\\*\\.)?"
              + "([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");

  private static final String EXPECTED =
      "a lower-case origin without a path such as https://shop.example.com, or"
          + " https://*.example.com";

  private record Below(String scheme, String suffix) {}

  private final boolean any;
  private final Set<String> exact = new HashSet<>();
  private final Below[] below;

  Origins(List<String> origins) {
    any = origins.contains("*");
    origins.stream().filter(origin -> origin.indexOf('*') < 0).forEach(exact::add);
    below =
        origins.stream()
            .filter(origin -> origin.contains("://*."))
            .map(
                origin -> {
                  int star = origin.indexOf('*');
                  return new Below(origin.substring(0, star), origin.substring(star + 1));
                })
            .toArray(Below[]::new);
  }

  /** Passes one origin, or all below a domain. */
  static void check(String component, String origin) {
    if (!ORIGIN.matcher(origin).matches()) {
      throw new InvalidValue(component, origin, EXPECTED);
    }
  }

  /** Passes that too, and all origins, and the one of documents that have none. */
  static void checkOrAny(String component, String origin) {
    if (!origin.equals("*") && !origin.equals("null") && !ORIGIN.matcher(origin).matches()) {
      throw new InvalidValue(component, origin, EXPECTED + ", or \"*\"");
    }
  }

  /** Whether all are allowed, so that answers are the same for each. */
  boolean any() {
    return any;
  }

  /** The value of Access-Control-Allow-Origin; null when this origin is not allowed. */
  @Nullable String allowed(@Nullable String origin) {
    if (any) {
      return "*";
    }
    if (origin == null) {
      return null;
    }
    return exact.contains(origin) || isBelow(origin) ? origin : null;
  }

  private boolean isBelow(String origin) {
    for (Below one : below) {
      int name = origin.length() - one.suffix.length() - one.scheme.length();
      if (name > 0
          && origin.startsWith(one.scheme)
          && origin.endsWith(one.suffix)
          && isHostName(origin, one.scheme.length(), one.scheme.length() + name)) {
        return true;
      }
    }
    return false;
  }

  /** Nothing that ends the host, so that no other host hides in front of the suffix. */
  private static boolean isHostName(String origin, int from, int end) {
    for (int i = from; i < end; i++) {
      char c = origin.charAt(i);
      if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && "-._".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}
