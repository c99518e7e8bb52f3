package dev.yumen.app;

import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.Explanation.Limit;
import dev.yumen.dataplane.explain.Explanation.Step;
import dev.yumen.dataplane.explain.Explanation.Tried;
import dev.yumen.dataplane.explain.Phrase;
import dev.yumen.dataplane.explain.Sentences;
import dev.yumen.dataplane.explain.Wording;
import dev.yumen.dataplane.routing.Candidate.Misses;
import dev.yumen.dataplane.routing.Candidate.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An explanation as lines to be read in a terminal: the outcome first, the reasons below. */
final class ExplainText {
  private static final int MOST_ROUTES = 10;

  private final Sentences sentences;
  private final List<String> lines = new ArrayList<>();

  private ExplainText(Wording wording) {
    this.sentences = new Sentences(wording);
  }

  static List<String> of(Explanation told, Wording wording) {
    return new ExplainText(wording).lines(told);
  }

  private List<String> lines(Explanation told) {
    lines.add(sentences.line(told));
    why(told);
    routes(told);
    filters(told.filters());
    if (told.destination() != null) {
      lines.add("");
      lines.add(
          sentences.say(Phrase.UPSTREAM)
              + " "
              + told.destination().upstream()
              + place(told.destination().at()));
      lines.add(
          "  "
              + sentences.say(Phrase.LIMITS)
              + ": "
              + told.destination().limits().stream()
                  .map((Limit limit) -> limit.setting() + " " + limit.value())
                  .collect(Collectors.joining(", ")));
    }
    return lines;
  }

  private void why(Explanation told) {
    sentences.why(told).forEach(sentence -> lines.add("  " + sentence));
  }

  private void routes(Explanation told) {
    if (told.candidates().isEmpty()) {
      return;
    }
    lines.add("");
    lines.add(sentences.say(told.route() == null ? Phrase.NEAREST : Phrase.CANDIDATES));
    List<Tried> shown =
        told.candidates().stream()
            .filter(tried -> told.route() == null || !isElsewhere(tried))
            .limit(MOST_ROUTES)
            .toList();
    int width = shown.stream().mapToInt(tried -> tried.candidate().id().length()).max().orElse(0);
    for (Tried tried : shown) {
      String text = sentences.of(tried.candidate().standing());
      row(tried.candidate().id(), width, text, tried.at());
    }
    if (shown.size() < told.rules()) {
      String count = Integer.toString(shown.size());
      String all = Integer.toString(told.rules());
      lines.add("  " + sentences.say(Phrase.MORE_RULES, count, all));
    }
  }

  private static boolean isElsewhere(Tried tried) {
    return tried.candidate().standing() instanceof Misses misses && misses.part() == Part.PATH;
  }

  private void filters(List<Step> steps) {
    if (steps.isEmpty()) {
      return;
    }
    lines.add("");
    lines.add(sentences.say(Phrase.FILTERS));
    int width = steps.stream().mapToInt(step -> step.name().length()).max().orElse(0);
    for (Step step : steps) {
      row(step.name(), width, sentences.effect(step), step.at());
    }
  }

  private void row(String name, int width, String text, @Nullable String at) {
    lines.add("  " + name + " ".repeat(width - name.length() + 2) + text + place(at));
  }

  private static String place(@Nullable String at) {
    return at == null ? "" : "  [" + at + "]";
  }
}
