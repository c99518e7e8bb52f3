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
    out.println(told.path("text").asString(""));
    out.println();
    for (JsonNode step : told.path("steps")) {
      out.println(mark(step) + " " + step.path("name").asString(""));
      for (JsonNode seen : step.path("evidence")) {
        String at = seen.path("at").isString() ? "  [" + seen.path("at").asString() + "]" : "";
        out.println("     " + seen.path("text").asString("") + at);
        boolean trouble = "found suspect".contains(seen.path("verdict").asString("-"));
        String advice = seen.path("advice").asString("");
        if (!advice.isEmpty() && (trouble || advised.add(advice))) {
          out.println("     -> " + advice);
        }
        if (trouble && seen.path("docs").isString()) {
          out.println("     -> " + seen.path("docs").asString());
        }
      }
    }
  }

  private static String mark(JsonNode step) {
    return MARKS.getOrDefault(step.path("verdict").asString(""), "[??]");
  }
}
