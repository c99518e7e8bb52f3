package dev.yumen.filters.path;

import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Verdict;

/**
 * The one way in which filters replace a path.
 *
 * <p>A path that arrives here is in normal form, but its parts can come together to something that
 * is not: {@code /api..} without {@code /api} leaves dots that an upstream would walk up. Such a
 * request is refused with 400 rather than forwarded in a form that nobody matched.
 */
final class Paths {
  private Paths() {}

  /** Replaces the path, or refuses the request when the result could mean another place. */
  static Verdict replace(Exchange exchange, String path) {
    if (isAmbiguous(path)) {
      return Verdict.fail(FailureCode.BAD_REQUEST, "the rewritten path is ambiguous: " + path);
    }
    exchange.request().path(path);
    return Verdict.proceed();
  }

  private static boolean isAmbiguous(String path) {
    if (path.indexOf('%') < 0 && path.indexOf("/.") < 0) {
      return false;
    }
    int at = 0;
    while (at < path.length()) {
      int end = path.indexOf('/', at + 1);
      end = end < 0 ? path.length() : end;
      if (isDots(path, at + 1, end)) {
        return true;
      }
      at = end;
    }
    return hasBrokenTriplet(path);
  }

  /** One or two dots, encoded or not, perhaps with parameters behind. */
  private static boolean isDots(String path, int from, int end) {
    int dots = 0;
    int at = from;
    while (at < end && path.charAt(at) != ';') {
      if (path.charAt(at) == '.') {
        at++;
      } else if (path.regionMatches(true, at, "%2e", 0, 3)) {
        at += 3;
      } else {
        return false;
      }
      dots++;
    }
    return dots == 1 || dots == 2;
  }

  private static boolean hasBrokenTriplet(String path) {
    int at = path.indexOf('%');
    while (at >= 0) {
      if (at + 2 >= path.length()
          || Character.digit(path.charAt(at + 1), 16) < 0
          || Character.digit(path.charAt(at + 2), 16) < 0) {
        return true;
      }
      at = path.indexOf('%', at + 3);
    }
    return false;
  }

  /**
   * Passes a fixed path of a setting.
   *
   * @throws InvalidValue if it does not start with a slash, could not be sent, or holds dot
   *     segments
   */
  static void check(String component, String path) {
    if (!path.startsWith("/")) {
      throw new InvalidValue(component, path, "a path that starts with \"/\"");
    }
    checkPart(component, path);
    if (isAmbiguous(path)) {
      throw new InvalidValue(component, path, "a path without \".\", \"..\" and stray %");
    }
  }

  /** Passes a fixed part of a path. */
  static void checkPart(String component, String part) {
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c <= ' ' || c >= 0x7f || "\"#<>?\\^`{|}".indexOf(c) >= 0) {
        throw new InvalidValue(
            component,
            part,
            "characters that a path may hold, without query; write others percent-encoded");
      }
    }
  }
}
