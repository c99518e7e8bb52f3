package dev.yumen.dataplane.observe;

import java.util.List;

/** Path slot, method and status in one long that is never 0. */
final class RequestKey {
  private static final List<String> METHODS =
      List.of(
          "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "other");
  private static final int OTHER_METHOD = METHODS.size() - 1;
  private static final int LOWEST_STATUS = 100;
  private static final int HIGHEST_STATUS = 599;

  /** Stands for a status that HTTP does not have. */
  private static final int OTHER_STATUS = 1;

  private RequestKey() {}

  static long of(int path, String method, int status) {
    int known = status < LOWEST_STATUS || status > HIGHEST_STATUS ? OTHER_STATUS : status;
    return (long) path << 16 | (long) number(method) << 10 | known;
  }

  static long withPath(long key, int path) {
    return (long) path << 16 | (key & 0xFFFF);
  }

  static int path(long key) {
    return (int) (key >>> 16);
  }

  static String method(long key) {
    return METHODS.get((int) (key >>> 10) & 0x3F);
  }

  static String status(long key) {
    int status = (int) key & 0x3FF;
    return status == OTHER_STATUS ? "other" : Integer.toString(status);
  }

  /** The hundreds of the status, 1 to 5; 0 for one that HTTP does not have. */
  static int statusClass(long key) {
    return ((int) key & 0x3FF) / 100;
  }

  private static int number(String method) {
    return switch (method) {
      case "GET" -> 0;
      case "HEAD" -> 1;
      case "POST" -> 2;
      case "PUT" -> 3;
      case "DELETE" -> 4;
      case "PATCH" -> 5;
      case "OPTIONS" -> 6;
      case "TRACE" -> 7;
      case "CONNECT" -> 8;
      default -> OTHER_METHOD;
    };
  }
}
