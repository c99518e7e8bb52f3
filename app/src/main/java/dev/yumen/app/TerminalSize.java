package dev.yumen.app;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How large the terminal is. */
record TerminalSize(int columns, int rows) {
  static final TerminalSize USUAL = new TerminalSize(80, 24);

  private static final Pattern ANSWER = Pattern.compile("(\\d{1,4}) (\\d{1,4})\\s*");

  /** Asks {@code stty}, as Java does not know it; where there is none, 80 columns in 24 rows. */
  static TerminalSize now() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (InputStream answer = stty.getInputStream()) {
        String said = new String(answer.readNBytes(64), StandardCharsets.US_ASCII);
        return stty.waitFor(1, TimeUnit.SECONDS) ? of(said) : USUAL;
      }
    } catch (IOException _) {
      return USUAL;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return USUAL;
    }
  }

  /** Of what {@code stty size} prints. */
  static TerminalSize of(String said) {
    Matcher size = ANSWER.matcher(said);
    if (!size.matches()) {
      return USUAL;
    }
    int rows = Integer.parseInt(size.group(1));
    int columns = Integer.parseInt(size.group(2));
    return rows == 0 || columns == 0 ? USUAL : new TerminalSize(columns, rows);
  }
}
