package dev.yumen.filters.oidc;

import dev.yumen.api.RequestHead;

/**
 * Where a browser goes after a login: a path of the same origin, whatever it was asked for.
 * Browsers take {@code //host} and {@code /\host} for other hosts, and drop tabs and line ends
 * inside (WHATWG URL, relative slash state).
 */
final class ReturnTarget {
  private static final int MOST_CHARACTERS = 1_024;
  private static final String HOME = "/";

  private ReturnTarget() {}

  /** What this request asks for, or the root when it is nothing to go back to. */
  static String of(RequestHead request) {
    String query = request.query();
    return safe(query == null ? request.path() : request.path() + "?" + query);
  }

  /** The target if it can only be of the same origin, else the root. */
  static String safe(String target) {
    boolean path =
        target.startsWith("/")
            && !target.startsWith("//")
            && target.length() <= MOST_CHARACTERS
            && target.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\');
    return path ? target : HOME;
  }
}
