package dev.yumen.app;

import dev.yumen.control.plan.Severity;
import dev.yumen.control.plan.Texts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A plan, or a difference, as the admin API tells it, as people read it. What only one document has
 * stands with its place there; of long lists the beginning is shown.
 */
final class PlanText {
  private static final int MOST_OF_A_CODE = 20;
  private static final int MOST_OBJECTS = 100;
  private static final int MOST_SETTINGS = 50;

  /** What the list of changes says as well. */
  private static final Set<String> SAID_BELOW =
      Set.of("route-added", "route-removed", "route-changed");

  private final Texts texts;

  PlanText(Texts texts) {
    this.texts = texts;
  }

  /** The lines of a plan: one that sums up, what was found by severity, what differs. */
  List<String> plan(JsonNode plan) {
    List<String> lines = new ArrayList<>();
    JsonNode changes = plan.path("changes");
    lines.add(changes.isEmpty() ? say("summary.nothing") : summary(plan));
    for (Severity severity : Severity.values()) {
      List<String> found = found(plan.path("findings"), severity.text());
      if (!found.isEmpty()) {
        lines.add("");
        lines.add(say("severity." + severity.text()));
        lines.addAll(found);
      }
    }
    if (!changes.isEmpty()) {
      lines.add("");
      lines.add(say("changes"));
      objects(changes).forEach(line -> lines.add("  " + line));
    }
    return lines;
  }

  /** The lines of a difference. */
  List<String> changes(JsonNode changes) {
    List<String> lines = new ArrayList<>();
    lines.add(changes.isEmpty() ? say("summary.nothing") : counts(changes));
    lines.addAll(objects(changes));
    return lines;
  }

  // ---- what is summed up ----

  private String summary(JsonNode plan) {
    long dangers = Told.number(plan.path("counts"), "danger");
    long warnings = Told.number(plan.path("counts"), "warning");
    List<String> found = new ArrayList<>();
    if (dangers > 0) {
      found.add(texts.counted("summary.dangers", dangers));
    }
    if (warnings > 0) {
      found.add(texts.counted("summary.warnings", warnings));
    }
    String judged =
        found.isEmpty() ? say("summary.safe") : String.join(say("summary.comma"), found);
    return counts(plan.path("changes")) + say("summary.semicolon") + judged;
  }

  private String counts(JsonNode changes) {
    Map<String, Integer> routes = new LinkedHashMap<>();
    int others = 0;
    for (JsonNode object : changes) {
      if (text(object, "section").equals("routes")) {
        routes.merge(text(object, "change"), 1, Integer::sum);
      } else {
        others++;
      }
    }
    int added = routes.getOrDefault("added", 0);
    String counted =
        texts.text(
            added == 1 ? "summary.routes.one" : "summary.routes",
            Map.of(
                "added", String.valueOf(added),
                "removed", String.valueOf(routes.getOrDefault("removed", 0)),
                "changed", String.valueOf(routes.getOrDefault("changed", 0))));
    return others == 0
        ? counted
        : counted + say("summary.semicolon") + texts.counted("summary.others", others);
  }

  // ---- what was found ----

  private List<String> found(JsonNode findings, String severity) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    List<String> lines = new ArrayList<>();
    for (JsonNode finding : findings) {
      String code = text(finding, "code");
      if (SAID_BELOW.contains(code) || !text(finding, "severity").equals(severity)) {
        continue;
      }
      if (counts.merge(code, 1, Integer::sum) <= MOST_OF_A_CODE) {
        lines.add("  " + placed(finding) + text(finding, "text") + " [" + code + "]");
      }
    }
    counts.forEach(
        (code, count) -> {
          if (count > MOST_OF_A_CODE) {
            lines.add("  " + more(count - MOST_OF_A_CODE) + " [" + code + "]");
          }
        });
    return lines;
  }

  private String placed(JsonNode finding) {
    String at = text(finding, "at");
    if (at.isEmpty()) {
      return "";
    }
    return (text(finding, "document").equals("old") ? was(at) : at) + " ";
  }

  private String was(String at) {
    return texts.text("was", Map.of("at", at));
  }

  private String more(int count) {
    return "… " + texts.text("more", Map.of("count", String.valueOf(count)));
  }

  // ---- what differs ----

  private List<String> objects(JsonNode changes) {
    List<String> lines = new ArrayList<>();
    changes.valueStream().limit(MOST_OBJECTS).forEach(object -> add(object, lines));
    if (changes.size() > MOST_OBJECTS) {
      lines.add(more(changes.size() - MOST_OBJECTS));
    }
    return lines;
  }

  private void add(JsonNode object, List<String> lines) {
    String path = text(object, "path");
    String at = text(object, "at");
    String was = text(object, "was-at");
    String place = at.isEmpty() && !was.isEmpty() ? was(was) : at;
    lines.add(sign(object) + path + (place.isEmpty() ? "" : " (" + place + ")"));
    JsonNode settings = object.path("settings");
    settings
        .valueStream()
        .limit(MOST_SETTINGS)
        .forEach(setting -> lines.add("    " + line(setting, path)));
    if (settings.size() > MOST_SETTINGS) {
      lines.add("    " + more(settings.size() - MOST_SETTINGS));
    }
  }

  private static String sign(JsonNode change) {
    return switch (text(change, "change")) {
      case "added" -> "+ ";
      case "removed" -> "- ";
      default -> "~ ";
    };
  }

  private String line(JsonNode setting, String object) {
    String path = text(setting, "path");
    String inside = path.startsWith(object + ".") ? path.substring(object.length() + 1) : path;
    String before = text(setting, "before");
    String after = text(setting, "after");
    String values =
        switch (text(setting, "change")) {
          case "added" -> after;
          case "removed" -> before;
          case "moved" -> texts.text("moved", Map.of("before", before, "after", after));
          default -> before + " → " + after;
        };
    return sign(setting) + inside + ": " + values;
  }

  private String say(String key) {
    return texts.text(key, Map.of());
  }

  private static String text(JsonNode of, String key) {
    return Told.text(of, key);
  }
}
