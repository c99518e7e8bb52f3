package dev.yumen.api;

/** Characters that nobody sees in a line, by which one text can pass for another. */
public final class Invisible {
  private Invisible() {}

  /** Whether it is a control, the end of a line, or turns the direction of writing. */
  public static boolean is(char c) {
    return Character.isISOControl(c)
        || c == '\u2028'
        || c == '\u2029'
        || Character.getType(c) == Character.FORMAT;
  }
}
