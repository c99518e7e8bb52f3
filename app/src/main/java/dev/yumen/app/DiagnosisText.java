package dev.yumen.app;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A diagnosis as lines to be read in a terminal: what was found first, the steps below. */
final class DiagnosisText {
  /** Marks that every terminal can show. */
  private static final Map<String, String> MARKS =
      Map.of("good", "[ok]", "not-known", "[??]", "suspect", "[!?]", "found", "[!!]");

  private static final Set<String> TROUBLE = Set.of("found", "suspect");

  private DiagnosisText() {}

  /**
   * @param told as the admin API tells it
   */
  static void print(JsonNode told, OutputOption output, PrintWriter out) {
    if (output.isJson()) {
      out.println(OutputOption.json(told));
      return;
    }
    Set<String> advised = new HashSet<>();
    out.println(Told.text(told, "text"));
    out.println();
    for (JsonNode step : told.path("steps")) {
      out.println(mark(step) + " " + Told.text(step, "name"));
      for (JsonNode seen : step.path("evidence")) {
        String at = seen.path("at").isString() ? "  [" + Told.text(seen, "at") + "]" : "";
        out.println("     " + Told.text(seen, "text") + at);
        boolean trouble = TROUBLE.contains(Told.text(seen, "verdict"));
        String advice = Told.text(seen, "advice");
        if (!advice.isEmpty() && (trouble || advised.add(advice))) {
          out.println("     -> " + advice);
        }
        if (trouble && seen.path("docs").isString()) {
          out.println("     -> " + Told.text(seen, "docs"));
        }
      }
    }
  }

  private static String mark(JsonNode step) {
    return MARKS.getOrDefault(Told.text(step, "verdict"), "[??]");
  }
}
