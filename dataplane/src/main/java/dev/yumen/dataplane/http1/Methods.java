package dev.yumen.dataplane.http1;

import java.nio.charset.StandardCharsets;

/** Request methods as constants, so that a usual request makes no string. */
final class Methods {
  private Methods() {}

  /** The method in this range, in the case it was sent (RFC 9110 §9.1). */
  static String of(byte[] bytes, int start, int end) {
    String guess =
        switch (end - start) {
          case 3 -> bytes[start] == 'G' ? "GET" : "PUT";
          case 4 -> bytes[start] == 'P' ? "POST" : "HEAD";
          case 5 -> bytes[start] == 'P' ? "PATCH" : "TRACE";
          case 6 -> "DELETE";
          case 7 -> bytes[start] == 'O' ? "OPTIONS" : "CONNECT";
          default -> "";
        };
    for (int i = 0; i < guess.length(); i++) {
      if (bytes[start + i] != guess.charAt(i)) {
        guess = "";
      }
    }
    return guess.isEmpty()
        ? new String(bytes, start, end - start, StandardCharsets.ISO_8859_1)
        : guess;
  }
}
