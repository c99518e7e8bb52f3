package dev.yumen.dataplane.routing;

import java.nio.charset.StandardCharsets;

/** The host of a request: without port and final dot, in lower case. */
final class Hosts {
  /** No DNS name is longer (RFC 1035 §2.3.4). */
  static final int LONGEST = 255;

  private Hosts() {}

  /** Where the host ends in an authority: before the port and one final dot. */
  static int end(byte[] authority, int start, int end) {
    int at = end;
    while (at > start && authority[at - 1] >= '0' && authority[at - 1] <= '9') {
      at--;
    }
    int hostEnd = at > start && authority[at - 1] == ':' ? at - 1 : end;
    return hostEnd > start && authority[hostEnd - 1] == '.' ? hostEnd - 1 : hostEnd;
  }

  /** Writes the host to {@code into}; its length, 0 when there is none or it is too long. */
  static int copy(RoutingRequest request, byte[] into) {
    byte[] authority = request.authorityBytes();
    int start = request.authorityStart();
    int length = end(authority, start, request.authorityEnd()) - start;
    if (length > into.length) {
      return 0;
    }
    for (int i = 0; i < length; i++) {
      byte octet = authority[start + i];
      into[i] = octet >= 'A' && octet <= 'Z' ? (byte) (octet | 0x20) : octet;
    }
    return length;
  }

  static String text(RoutingRequest request) {
    byte[] host = new byte[LONGEST];
    return new String(host, 0, copy(request, host), StandardCharsets.ISO_8859_1);
  }
}
