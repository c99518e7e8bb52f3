package dev.yumen.control.admin;

import dev.yumen.config.Position;
import dev.yumen.config.Problem;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A problem of a configuration as programs read it, in the admin API and from commands. */
public final class ProblemData {
  private ProblemData() {}

  /** By name, in order; the caller may add to it. */
  public static Map<String, Object> of(Problem problem) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("severity", problem.severity().name().toLowerCase(Locale.ROOT));
    Position position = problem.position();
    if (position != null) {
      data.put("file", position.file());
      data.put("line", position.line());
      data.put("column", position.column());
    }
    data.put("path", problem.path());
    data.put("message", problem.message());
    return data;
  }
}
