package dev.yumen.control.replay;

import dev.yumen.control.plan.Texts.Language;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a replay has shown as maps, lists, texts and numbers, as JSON has them. */
public final class ReplayData {
  private ReplayData() {}

  /** All of it; {@code text} is for people. */
  public static Map<String, @Nullable Object> of(ReplayResult result, Language language) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("total", result.total());
    data.put("route-changed", result.routeChanged());
    data.put("status-changes", changes(result.answers(), true));
    data.put("routes", changes(result.routes(), false));
    data.put("sent-changed", result.sent());
    data.put("sent-example-id", result.sentExample());
    data.put("undecided", result.undecided());
    data.put("cut", result.cut());
    data.put("text", new ReplayTexts(language).of(result));
    return data;
  }

  private static List<Map<String, @Nullable Object>> changes(
      List<ReplayResult.Changed> changes, boolean statuses) {
    return changes.stream()
        .map(
            change -> {
              Map<String, @Nullable Object> data = new LinkedHashMap<>();
              data.put("from", statuses ? status(change.from()) : change.from());
              data.put("to", statuses ? status(change.to()) : change.to());
              data.put("count", change.count());
              data.put("example-id", change.example());
              return data;
            })
        .toList();
  }

  /** A status as a number; what is none stays a word. */
  private static @Nullable Object status(@Nullable String answer) {
    return answer != null && answer.matches("\\d{1,3}") ? Integer.valueOf(answer) : answer;
  }
}
