package dev.yumen.app;

import dev.yumen.control.plan.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A difference that the admin API tells, as people read it. */
final class ChangesText {
  private ChangesText() {}

  /** A line for each object that differs, and one for each of its settings below it. */
  static List<String> lines(JsonNode changes, Texts texts) {
    List<String> lines = new ArrayList<>();
    if (changes.isEmpty()) {
      lines.add(texts.text("summary.nothing", Map.of()));
    }
    for (JsonNode object : changes) {
      String section = object.path("section").asString("");
      String name = object.path("name").asString("");
      String path = name.isEmpty() ? section : section + "[" + name + "]";
      String place = place(object, texts);
      lines.add(sign(object) + path + (place.isEmpty() ? "" : " (" + place + ")"));
      for (JsonNode setting : object.path("settings")) {
        lines.add("    " + setting(setting, path));
      }
    }
    return lines;
  }

  private static String place(JsonNode object, Texts texts) {
    String at = place(object.path("at"));
    String was = place(object.path("was-at"));
    return at.isEmpty() && !was.isEmpty() ? texts.text("was", Map.of("at", was)) : at;
  }

  private static String place(JsonNode at) {
    return at.asString("");
  }

  private static String sign(JsonNode change) {
    return switch (change.path("change").asString("")) {
      case "added" -> "+ ";
      case "removed" -> "- ";
      default -> "~ ";
    };
  }

  private static String setting(JsonNode setting, String object) {
    String path = setting.path("path").asString("");
    String inside = path.startsWith(object + ".") ? path.substring(object.length() + 1) : path;
    String before = setting.path("before").asString("");
    String after = setting.path("after").asString("");
    String values =
        switch (setting.path("change").asString("")) {
          case "added" -> after;
          case "removed" -> before;
          default -> before + " → " + after;
        };
    return sign(setting) + inside + ": " + values;
  }
}
