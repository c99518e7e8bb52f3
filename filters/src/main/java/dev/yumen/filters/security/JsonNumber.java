package dev.yumen.filters.security;

/** Follows a number in JSON character by character (RFC 8259 §6). */
final class JsonNumber {
  private enum Part {
    START,
    MINUS,
    ZERO,
    WHOLE,
    POINT,
    FRACTION,
    E,
    SIGN,
    EXPONENT
  }

  private Part part = Part.START;

  /** Starts afresh. */
  void begin() {
    part = Part.START;
  }

  /** Whether the number goes on with this character. */
  boolean accepts(byte octet) {
    Part next = next(octet);
    if (next == Part.START) {
      return false;
    }
    part = next;
    return true;
  }

  /** {@code START} when the character is no part of the number. */
  private Part next(byte c) {
    boolean digit = c >= '0' && c <= '9';
    return switch (part) {
      case START -> c == '-' ? Part.MINUS : digit ? first(c) : Part.START;
      case MINUS -> digit ? first(c) : Part.START;
      case ZERO -> afterWhole(c);
      case WHOLE -> digit ? Part.WHOLE : afterWhole(c);
      case POINT -> digit ? Part.FRACTION : Part.START;
      case FRACTION -> digit ? Part.FRACTION : isE(c) ? Part.E : Part.START;
      case E -> c == '+' || c == '-' ? Part.SIGN : digit ? Part.EXPONENT : Part.START;
      case SIGN, EXPONENT -> digit ? Part.EXPONENT : Part.START;
    };
  }

  private static Part first(byte digit) {
    return digit == '0' ? Part.ZERO : Part.WHOLE;
  }

  private static Part afterWhole(byte c) {
    return c == '.' ? Part.POINT : isE(c) ? Part.E : Part.START;
  }

  private static boolean isE(byte c) {
    return c == 'e' || c == 'E';
  }

  /** Whether what has come so far is a number. */
  boolean isComplete() {
    return switch (part) {
      case ZERO, WHOLE, FRACTION, EXPONENT -> true;
      case START, MINUS, POINT, E, SIGN -> false;
    };
  }
}
