package dev.yumen.filters.security;

/** Says of octets, one by one, whether they are UTF-8 in its only form (RFC 3629 §4). */
final class Utf8Reader {
  private int left;
  private int lowest = 0x80;
  private int highest = 0xbf;

  boolean accepts(byte octet) {
    int value = octet & 0xff;
    if (left > 0) {
      boolean fits = value >= lowest && value <= highest;
      lowest = 0x80;
      highest = 0xbf;
      left--;
      return fits;
    }
    if (value < 0x80) {
      return true;
    }
    left = value < 0xe0 ? 1 : value < 0xf0 ? 2 : 3;
    if (value == 0xe0) {
      lowest = 0xa0; // else longer than needed
    } else if (value == 0xed) {
      highest = 0x9f; // else a surrogate
    } else if (value == 0xf0) {
      lowest = 0x90;
    } else if (value == 0xf4) {
      highest = 0x8f; // else beyond U+10FFFF
    }
    return value >= 0xc2 && value <= 0xf4;
  }
}
