package dev.yumen.app;

import dev.yumen.dataplane.explain.Phrase;
import dev.yumen.dataplane.explain.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * An explanation, as the admin API tells it, as lines to be read in a terminal: the outcome first,
 * the reasons below.
 */
final class ExplainText {
  private static final int MOST_ROUTES = 10;
  private static final Set<String> ENDS = Set.of("answers", "refuses");

  private final Wording wording;
  private final JsonNode told;
  private final List<String> lines = new ArrayList<>();

  private ExplainText(JsonNode told, Wording wording) {
    this.told = told;
    this.wording = wording;
  }

  /**
   * @param told as {@code POST /explain} answers
   */
  static List<String> of(JsonNode told, Wording wording) {
    return new ExplainText(told, wording).lines();
  }

  private List<String> lines() {
    lines.add(outcome());
    if (!text(told, "why").isEmpty()) {
      for (String sentence : text(told, "why").split("; ")) {
        lines.add("  " + sentence);
      }
    }
    routes();
    filters();
    if (told.path("limits").isObject()) {
      lines.add("");
      String place = place(told.path("upstream-at"));
      lines.add(wording.say(Phrase.UPSTREAM) + " " + text(told, "upstream") + place);
      lines.add(
          told.path("limits").properties().stream()
              .map(limit -> Told.line(limit.getKey()) + " " + Told.value(limit.getValue()))
              .collect(Collectors.joining(", ", "  " + wording.say(Phrase.LIMITS) + ": ", "")));
    }
    return lines;
  }

  private String outcome() {
    StringBuilder line = new StringBuilder(text(told, "method") + " " + text(told, "path"));
    if (isThere("route")) {
      then(line, wording.say(Phrase.TO_ROUTE, text(told, "route")));
    }
    for (JsonNode filter : told.path("filters")) {
      String result = text(filter, "result");
      if (ENDS.contains(result)) {
        Phrase by = result.equals("answers") ? Phrase.ANSWERED_BY : Phrase.REFUSED_BY;
        then(line, wording.say(by, text(filter, "name")));
      }
    }
    if (isThere("upstream")) {
      then(line, wording.say(Phrase.TO_UPSTREAM, text(told, "upstream")));
    }
    if (isThere("status")) {
      then(line, (text(told, "status") + " " + text(told, "code")).strip());
    } else if (isThere("endpoint")) {
      then(line, text(told, "endpoint"));
    }
    return line.toString();
  }

  private static void then(StringBuilder line, String next) {
    line.append(" → ").append(next);
  }

  private void routes() {
    JsonNode candidates = told.path("candidates");
    if (candidates.isEmpty()) {
      return;
    }
    boolean taken = isThere("route");
    lines.add("");
    lines.add(wording.say(taken ? Phrase.CANDIDATES : Phrase.NEAREST));
    List<JsonNode> shown =
        candidates
            .valueStream()
            .filter(one -> !taken || !text(one, "setting").equals("path"))
            .limit(MOST_ROUTES)
            .toList();
    rows(shown, "route", "reason");
    long rules = Told.number(told, "rules");
    if (shown.size() < rules) {
      String count = Integer.toString(shown.size());
      lines.add("  " + wording.say(Phrase.MORE_RULES, count, Long.toString(rules)));
    }
  }

  private void filters() {
    if (!told.path("filters").isEmpty()) {
      lines.add("");
      lines.add(wording.say(Phrase.FILTERS));
      rows(told.path("filters").valueStream().toList(), "name", "effect");
    }
  }

  private void rows(List<JsonNode> all, String name, String text) {
    int width = all.stream().mapToInt(one -> text(one, name).length()).max().orElse(0);
    for (JsonNode one : all) {
      String called = text(one, name);
      String gap = " ".repeat(width - called.length() + 2);
      lines.add("  " + called + gap + text(one, text) + place(one.path("at")));
    }
  }

  private static String place(JsonNode at) {
    return at.isString() ? "  [" + Told.value(at) + "]" : "";
  }

  private boolean isThere(String key) {
    return !told.path(key).isMissingNode() && !told.path(key).isNull();
  }

  private static String text(JsonNode of, String key) {
    return Told.text(of, key);
  }
}
