package dev.yumen.dataplane.routing;

/** Checks octet by octet that a text is UTF-8 as RFC 3629 §4 has it: no overlong forms. */
final class Utf8Check {
  private int missing;
  private int least;
  private int most;

  void reset() {
    missing = 0;
  }

  boolean accepts(int octet) {
    if (missing > 0) {
      if (octet < least || octet > most) {
        return false;
      }
      missing--;
      least = 0x80;
      most = 0xbf;
      return true;
    }
    if (octet < 0x80) {
      return true;
    }
    missing = octet >= 0xf0 ? 3 : octet >= 0xe0 ? 2 : 1;
    least = octet == 0xe0 ? 0xa0 : octet == 0xf0 ? 0x90 : 0x80;
    most = octet == 0xed ? 0x9f : octet == 0xf4 ? 0x8f : 0xbf;
    return octet >= 0xc2 && octet <= 0xf4;
  }

  boolean isComplete() {
    return missing == 0;
  }
}
