package dev.yumen.app;

import java.io.File;
import java.nio.file.Path;

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

  /**
   * The name of a file as it is typed: in quotes where a shell would take it for something else.
   */
  static String typed(Path file) {
    String name = file.toString();
    String plain = name.startsWith("-") ? "." + File.separator + name : name;
    if (plain.matches("[\\p{L}\\p{N}_./:\\\\+@%-]+")) {
      return plain;
    }
    return File.separatorChar == '/' ? "'" + plain.replace("'", "'\\''") + "'" : '"' + plain + '"';
  }
}
