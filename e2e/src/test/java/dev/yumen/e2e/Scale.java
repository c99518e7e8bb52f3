package dev.yumen.e2e;

/**
 * How much the heavy tests do. The suite's own amounts find mistakes within seconds; {@code
 * -Dyumen.e2e.scale=full} does what the project promises.
 */
final class Scale {
  private static final boolean FULL = "full".equals(System.getProperty("yumen.e2e.scale"));

  private Scale() {}

  static int of(int usual, int full) {
    return FULL ? full : usual;
  }
}
