package dev.yumen.control.plan;

import dev.yumen.config.Position;
import dev.yumen.config.Positions;
import dev.yumen.control.history.ChangeKind;
import dev.yumen.control.history.ConfigDiff;
import dev.yumen.control.history.ObjectChange;
import dev.yumen.control.history.SettingChange;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A plan, or a difference, as people read it. What only one document has stands with its place
 * there; of long lists the beginning is shown. Immutable.
 */
public final class Report {
  private static final int MOST_OF_A_CODE = 20;
  private static final int MOST_OBJECTS = 100;
  private static final int MOST_SETTINGS = 50;

  private final Texts texts;
  private final Positions before;
  private final Positions after;

  public Report(Texts texts, Positions before, Positions after) {
    this.texts = texts;
    this.before = before;
    this.after = after;
  }

  /** The lines of a plan: one that sums up, what was found by severity, what differs. */
  public List<String> lines(Plan plan) {
    List<String> lines = new ArrayList<>();
    lines.add(summary(plan));
    for (Severity severity : Severity.values()) {
      List<String> found = found(plan, severity);
      if (!found.isEmpty()) {
        lines.add("");
        lines.add(texts.text("severity." + severity.text(), Map.of()));
        lines.addAll(found);
      }
    }
    if (!plan.diff().isEmpty()) {
      lines.add("");
      lines.add(texts.text("changes", Map.of()));
      changes(plan.diff()).forEach(line -> lines.add("  " + line));
    }
    return lines;
  }

  /** The lines of a difference. */
  public List<String> lines(ConfigDiff diff) {
    List<String> lines = new ArrayList<>();
    lines.add(diff.isEmpty() ? texts.text("summary.nothing", Map.of()) : counts(diff));
    lines.addAll(changes(diff));
    return lines;
  }

  private String summary(Plan plan) {
    if (plan.diff().isEmpty()) {
      return texts.text("summary.nothing", Map.of());
    }
    long dangers = plan.count(Severity.DANGER);
    long warnings = plan.count(Severity.WARNING);
    List<String> found = new ArrayList<>();
    if (dangers > 0) {
      found.add(texts.counted("summary.dangers", dangers));
    }
    if (warnings > 0) {
      found.add(texts.counted("summary.warnings", warnings));
    }
    String judged =
        found.isEmpty()
            ? texts.text("summary.safe", Map.of())
            : String.join(separator("comma"), found);
    return counts(plan.diff()) + separator("semicolon") + judged;
  }

  private String separator(String name) {
    return texts.text("summary." + name, Map.of());
  }

  private String counts(ConfigDiff diff) {
    Map<ChangeKind, Integer> counts = new EnumMap<>(ChangeKind.class);
    diff.of("routes").forEach(route -> counts.merge(route.kind(), 1, Integer::sum));
    int added = counts.getOrDefault(ChangeKind.ADDED, 0);
    String routes =
        texts.text(
            added == 1 ? "summary.routes.one" : "summary.routes",
            Map.of(
                "added", String.valueOf(added),
                "removed", String.valueOf(counts.getOrDefault(ChangeKind.REMOVED, 0)),
                "changed", String.valueOf(counts.getOrDefault(ChangeKind.CHANGED, 0))));
    int others = diff.objects().size() - diff.of("routes").size();
    return others == 0
        ? routes
        : routes + separator("semicolon") + texts.counted("summary.others", others);
  }

  /** All but those that the list of changes says as well. */
  private List<String> found(Plan plan, Severity severity) {
    Map<FindingCode, Integer> counts = new EnumMap<>(FindingCode.class);
    List<String> lines = new ArrayList<>();
    for (Finding finding : plan.findings()) {
      boolean said =
          switch (finding.code()) {
            case ROUTE_ADDED, ROUTE_REMOVED, ROUTE_CHANGED -> true;
            default -> finding.severity() != severity;
          };
      if (!said && counts.merge(finding.code(), 1, Integer::sum) <= MOST_OF_A_CODE) {
        lines.add("  " + placed(finding) + texts.of(finding) + " [" + finding.code().text() + "]");
      }
    }
    counts.forEach(
        (code, count) -> {
          if (count > MOST_OF_A_CODE) {
            lines.add("  " + more(count - MOST_OF_A_CODE) + " [" + code.text() + "]");
          }
        });
    return lines;
  }

  private String more(int count) {
    return "… " + texts.text("more", Map.of("count", String.valueOf(count)));
  }

  private String placed(Finding finding) {
    Position at = finding.at();
    if (at == null) {
      return "";
    }
    return (finding.document() == Finding.Document.OLD ? was(at) : at) + " ";
  }

  private String was(Position at) {
    return texts.text("was", Map.of("at", at.toString()));
  }

  private List<String> changes(ConfigDiff diff) {
    List<String> lines = new ArrayList<>();
    diff.objects().stream().limit(MOST_OBJECTS).forEach(object -> add(object, lines));
    if (diff.objects().size() > MOST_OBJECTS) {
      lines.add(more(diff.objects().size() - MOST_OBJECTS));
    }
    return lines;
  }

  private void add(ObjectChange object, List<String> lines) {
    String path = object.where().path();
    lines.add(sign(object.kind()) + path + place(object));
    List<SettingChange> settings = object.settings();
    settings.stream()
        .limit(MOST_SETTINGS)
        .forEach(setting -> lines.add("    " + line(setting, path)));
    if (settings.size() > MOST_SETTINGS) {
      lines.add("    " + more(settings.size() - MOST_SETTINGS));
    }
  }

  private static String sign(ChangeKind kind) {
    return switch (kind) {
      case ADDED -> "+ ";
      case REMOVED -> "- ";
      case CHANGED, MOVED -> "~ ";
    };
  }

  private String place(ObjectChange object) {
    String path = object.where().after();
    Position at = path == null ? null : after.nearest(path);
    if (path == null) {
      at = before.nearest(Objects.requireNonNull(object.where().before()));
    }
    return at == null ? "" : " (" + (path == null ? was(at) : at) + ")";
  }

  private String line(SettingChange change, String object) {
    String path = change.where().path();
    String inside = path.startsWith(object + ".") ? path.substring(object.length() + 1) : path;
    String name = sign(change.kind()) + inside + ": ";
    return switch (change.kind()) {
      case ADDED -> name + orNothing(change.after());
      case REMOVED -> name + orNothing(change.before());
      case CHANGED -> name + change.before() + " → " + change.after();
      case MOVED ->
          name
              + texts.text(
                  "moved",
                  Map.of("before", orNothing(change.before()), "after", orNothing(change.after())));
    };
  }

  private static String orNothing(@Nullable String text) {
    return text == null ? "" : text;
  }
}
