package dev.yumen.app;

import dev.yumen.app.TopPage.Line;
import java.io.PrintWriter;
import java.util.List;

/**
 * The terminal's other screen, on which pages replace each other without flicker: each is written
 * over the one before in one piece. Closing gives the terminal back as it was; any thread may.
 */
final class TopScreen implements AutoCloseable {
  private static final String ESCAPE = "\u001b[";
  private static final String OPEN = ESCAPE + "?1049h" + ESCAPE + "?25l";
  private static final String CLOSE = ESCAPE + "0m" + ESCAPE + "?25h" + ESCAPE + "?1049l";

  private final PrintWriter out;
  private final boolean colours;
  private boolean closed;

  TopScreen(PrintWriter out, boolean colours) {
    this.out = out;
    this.colours = colours;
    write(OPEN);
  }

  /** Shows as many of the lines as there is room for. */
  synchronized void show(List<Line> lines, int height) {
    if (closed) {
      return;
    }
    StringBuilder page = new StringBuilder(ESCAPE + "H");
    int most = Math.min(lines.size(), height);
    for (int i = 0; i < most; i++) {
      page.append(styled(lines.get(i))).append(ESCAPE).append('K');
      page.append(i < most - 1 ? "\r\n" : "");
    }
    write(page.append(ESCAPE).append('J').toString());
  }

  private String styled(Line line) {
    if (!colours) {
      return line.text();
    }
    return switch (line.style()) {
      case PLAIN -> line.text();
      case BOLD -> ESCAPE + "1m" + line.text() + ESCAPE + "0m";
      case RED -> ESCAPE + "31m" + line.text() + ESCAPE + "0m";
    };
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      write(CLOSE);
    }
  }

  private void write(String text) {
    out.print(text);
    out.flush();
  }
}
