package dev.yumen.control.plan;

import dev.yumen.config.Position;
import dev.yumen.config.Positions;
import dev.yumen.control.history.ConfigDiff;
import dev.yumen.control.history.ObjectChange;
import dev.yumen.control.history.SettingChange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A plan, or a difference, as maps, lists, texts and numbers, which JSON is written of. */
public final class PlanData {
  private PlanData() {}

  /**
   * The whole of a plan.
   *
   * @param before where settings stand in the old configuration
   * @param after where settings stand in the new one
   */
  public static Map<String, Object> of(Plan plan, Texts texts, Positions before, Positions after) {
    Map<String, Object> counts = new LinkedHashMap<>();
    for (Severity severity : Severity.values()) {
      counts.put(severity.text(), plan.count(severity));
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("counts", counts);
    data.put("findings", plan.findings().stream().map(finding -> finding(finding, texts)).toList());
    data.put("changes", of(plan.diff(), before, after));
    return data;
  }

  /** The objects of a difference. */
  public static List<Map<String, Object>> of(ConfigDiff diff, Positions before, Positions after) {
    return diff.objects().stream().map(object -> object(object, before, after)).toList();
  }

  private static Map<String, Object> finding(Finding finding, Texts texts) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("severity", finding.severity().text());
    data.put("code", finding.code().text());
    put(data, "route", finding.route());
    put(data, "upstream", finding.upstream());
    put(data, "at", finding.at());
    put(data, "document", finding.document().name().toLowerCase(Locale.ROOT));
    data.put("details", finding.details());
    data.put("text", texts.of(finding));
    return data;
  }

  private static Map<String, Object> object(
      ObjectChange object, Positions before, Positions after) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("change", object.kind().text());
    data.put("section", object.section());
    data.put("name", object.name());
    data.put("path", object.where().path());
    put(data, "at", position(object.where().after(), after));
    put(data, "was-at", position(object.where().before(), before));
    data.put("settings", object.settings().stream().map(change -> setting(change, after)).toList());
    return data;
  }

  private static Map<String, Object> setting(SettingChange change, Positions after) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("change", change.kind().text());
    data.put("path", change.where().path());
    put(data, "before", change.before());
    put(data, "after", change.after());
    put(data, "at", position(change.where().after(), after));
    return data;
  }

  private static @Nullable Position position(@Nullable String path, Positions positions) {
    return path == null ? null : positions.nearest(path);
  }

  private static void put(Map<String, Object> data, String key, @Nullable Object value) {
    if (value != null) {
      data.put(key, value.toString());
    }
  }
}
