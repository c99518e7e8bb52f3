package dev.yumen.control.replay;

import dev.yumen.dataplane.recording.RecordedRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts what differs between two judgements of requests. One thread counts. */
final class Tally {
  private static final class Count {
    private long count;
    private final String example;

    private Count(String example) {
      this.example = example;
    }
  }

  private record Pair(@Nullable String from, @Nullable String to) {}

  private final Map<Pair, Count> routes = new LinkedHashMap<>();
  private final Map<Pair, Count> answers = new LinkedHashMap<>();
  private final Count sent = new Count("");
  private @Nullable String sentExample;
  private long total;
  private long undecided;
  private long cut;

  /** One that is not whole can not be judged. */
  void cut() {
    total++;
    cut++;
  }

  void add(RecordedRequest request, Judged before, Judged after) {
    total++;
    if (!Objects.equals(before.route(), after.route())) {
      count(routes, new Pair(before.route(), after.route()), request.id(), 1);
    }
    if (!before.answer().equals(after.answer())) {
      count(answers, new Pair(before.answer(), after.answer()), request.id(), 1);
    } else if (!Objects.equals(before.sent(), after.sent())) {
      sent.count++;
      sentExample = sentExample == null ? request.id() : sentExample;
    }
    if (!before.unknown().equals(after.unknown())) {
      undecided++;
    }
  }

  private static void count(Map<Pair, Count> counts, Pair pair, String example, long more) {
    counts.computeIfAbsent(pair, _ -> new Count(example)).count += more;
  }

  void add(Tally other) {
    other.routes.forEach((pair, count) -> count(routes, pair, count.example, count.count));
    other.answers.forEach((pair, count) -> count(answers, pair, count.example, count.count));
    sent.count += other.sent.count;
    sentExample = sentExample == null ? other.sentExample : sentExample;
    total += other.total;
    undecided += other.undecided;
    cut += other.cut;
  }

  ReplayResult result() {
    return new ReplayResult(
        total, changes(routes), changes(answers), sent.count, sentExample, undecided, cut);
  }

  private static List<ReplayResult.Changed> changes(Map<Pair, Count> counts) {
    List<ReplayResult.Changed> changes = new ArrayList<>();
    counts.forEach(
        (pair, count) ->
            changes.add(new ReplayResult.Changed(pair.from, pair.to, count.count, count.example)));
    changes.sort(
        Comparator.comparingLong(ReplayResult.Changed::count)
            .reversed()
            .thenComparing(change -> change.from() + " " + change.to()));
    return changes;
  }
}
