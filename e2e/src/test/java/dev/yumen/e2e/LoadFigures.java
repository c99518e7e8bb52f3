package dev.yumen.e2e;

import static java.util.stream.Collectors.joining;

import dev.yumen.e2e.OpenLoad.Answer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What the answers of a load say. */
record LoadFigures(List<Answer> answers) {
  private static final long SECOND = 1_000_000_000L;

  LoadFigures where(Predicate<Answer> which) {
    return new LoadFigures(answers.stream().filter(which).toList());
  }

  /** Requests that were due in a stretch of time, by {@link System#nanoTime}. */
  LoadFigures between(long from, long to) {
    return where(answer -> answer.due() - from >= 0 && answer.due() - to < 0);
  }

  LoadFigures posts() {
    return where(Answer::post);
  }

  LoadFigures gets() {
    return where(answer -> !answer.post());
  }

  LoadFigures failed() {
    return where(answer -> answer.status() != 200);
  }

  int count() {
    return answers.size();
  }

  /** The time that this share of the requests stayed below, in milliseconds. */
  double millis(double share) {
    long[] sorted = answers.stream().mapToLong(Answer::nanos).sorted().toArray();
    if (sorted.length == 0) {
      return 0;
    }
    return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))] / 1e6;
  }

  double p99() {
    return millis(0.99);
  }

  /** The same for each second of a stretch of time. */
  double[] p99EachSecond(long from, long to) {
    double[] seconds = new double[(int) ((to - from) / SECOND)];
    for (int i = 0; i < seconds.length; i++) {
      seconds[i] = between(from + i * SECOND, from + (i + 1) * SECOND).p99();
    }
    return seconds;
  }

  /** Percent of the requests that were answered with 200. */
  double availability() {
    return 100.0 - 100.0 * failed().count() / count();
  }

  /** Share of the good answers that this upstream gave. */
  double shareOf(String upstream) {
    LoadFigures good = where(answer -> answer.status() == 200);
    return (double) good.where(answer -> answer.told().equals(upstream)).count()
        / Math.max(1, good.count());
  }

  /** How often each status came; 0 is for no answer. */
  String statuses() {
    Map<Integer, Integer> counts = new TreeMap<>();
    answers.forEach(answer -> counts.merge(answer.status(), 1, Integer::sum));
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " x " + entry.getKey())
        .collect(joining(", "));
  }
}
