package dev.yumen.app;

/** How the program was called, so that what it says to type next works where it is typed. */
final class Called {
  /** Set by the launcher: as it was typed, or {@code yumen} when it was found on the PATH. */
  static final String PROPERTY = "yumen.command";

  private Called() {}

  static String name() {
    String called = System.getProperty(PROPERTY, "");
    if (called.isEmpty()) {
      return "yumen";
    }
    return called.matches("[\\w./:\\\\~+@%-]+") ? called : '"' + called + '"';
  }
}
