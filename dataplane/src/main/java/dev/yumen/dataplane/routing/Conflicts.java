package dev.yumen.dataplane.routing;

import dev.yumen.config.Problem.Severity;
import dev.yumen.dataplane.routing.PathPattern.Kind;
import dev.yumen.dataplane.routing.TextTest.Exact;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds rules of one node between which nothing decides: of equal rank, and not provably disjoint.
 * What is compared pair by pair are only rules that agree on whatever tells most of them apart (a
 * method, a header value …), so that ten thousand routes of one path that differ by a tenant header
 * are no trouble. What can not be checked within the budget is an error, never passed over.
 */
final class Conflicts<T> {
  private static final int FEW = 16;
  private static final int MOST_COMPARISONS = 2_000_000;
  private static final int MOST_PROBLEMS = 200;
  private static final int MOST_SHADOW_CANDIDATES = 64;

  private final Consumer<RouteProblem> problems;
  private int reported;
  private int comparisons;

  Conflicts(Consumer<RouteProblem> problems) {
    this.problems = problems;
  }

  /**
   * @param entries of one node, highest rank first
   */
  void check(List<Entry<T>> entries) {
    int from = 0;
    for (int to = 1; to <= entries.size(); to++) {
      if (to == entries.size() || !entries.get(from).ranksWith(entries.get(to))) {
        split(entries.subList(from, to));
        from = to;
      }
    }
    if (entries.size() > 1 && entries.size() <= MOST_SHADOW_CANDIDATES) {
      checkShadows(entries);
    }
  }

  private void split(List<Entry<T>> group) {
    Map<String, List<Entry<T>>> buckets = group.size() <= FEW ? Map.of() : buckets(group);
    if (buckets.isEmpty()) {
      comparePairs(group);
      return;
    }
    Set<Entry<T>> placed = new HashSet<>();
    buckets.values().forEach(placed::addAll);
    List<Entry<T>> rest = group.stream().filter(entry -> !placed.contains(entry)).toList();
    buckets.values().forEach(this::split);
    split(rest);
    for (Entry<T> entry : rest) {
      for (Entry<T> other : placed) {
        compare(entry, other);
      }
    }
  }

  /** By the property with most values; empty when none makes smaller groups. */
  private static <T> Map<String, List<Entry<T>>> buckets(List<Entry<T>> group) {
    Map<String, Map<String, List<Entry<T>>>> byProperty = new HashMap<>();
    for (Entry<T> entry : group) {
      points(entry)
          .forEach(
              (property, values) -> {
                Map<String, List<Entry<T>>> buckets =
                    byProperty.computeIfAbsent(property, _ -> new HashMap<>());
                for (String value : values) {
                  buckets.computeIfAbsent(value, _ -> new ArrayList<>()).add(entry);
                }
              });
    }
    Map<String, List<Entry<T>>> best = Map.of();
    for (Map<String, List<Entry<T>>> buckets : byProperty.values()) {
      boolean smaller = buckets.values().stream().allMatch(bucket -> bucket.size() < group.size());
      if (smaller && buckets.size() > best.size()) {
        best = buckets;
      }
    }
    return best;
  }

  /** Properties of which a rule takes only some values: rules without a common one are disjoint. */
  private static Map<String, List<String>> points(Entry<?> entry) {
    Map<String, List<String>> points = new HashMap<>();
    if (entry.methods != null) {
      points.put("method", entry.methods.methods());
    }
    if (entry.path.kind() == Kind.REGEX) {
      String literal = new String(entry.path.literal(), StandardCharsets.US_ASCII);
      points.put("path", List.of(literal)); // of one length, as their ranks are equal
    }
    for (Condition condition : entry.conditions) {
      if (condition instanceof ValueCondition value && value.expected() instanceof Exact exact) {
        points.put(value.source() + " " + value.name(), List.of(exact.text()));
      }
    }
    return points;
  }

  private void comparePairs(List<Entry<T>> group) {
    for (int i = 0; i < group.size(); i++) {
      for (int j = i + 1; j < group.size(); j++) {
        compare(group.get(i), group.get(j));
      }
    }
  }

  private void compare(Entry<T> one, Entry<T> two) {
    if (reported > MOST_PROBLEMS || comparisons > MOST_COMPARISONS) {
      return;
    }
    if (++comparisons > MOST_COMPARISONS) {
      report(
          one,
          null,
          "too many routes like this one to prove that no two are in conflict (expected: different"
              + " paths, methods, values or priorities)");
    } else if (!areDisjoint(one, two)) {
      boolean inOrder = one.rule.id().compareTo(two.rule.id()) < 0;
      Entry<T> first = inOrder ? one : two;
      report(
          inOrder ? two : one,
          first,
          "route "
              + first.rule.id()
              + " can match the same request with path "
              + first.path
              + " and nothing decides between the two (expected: conditions that exclude each"
              + " other, or different priorities)");
    }
  }

  private void report(Entry<T> entry, @Nullable Entry<T> with, String message) {
    boolean listed = ++reported <= MOST_PROBLEMS;
    problems.accept(
        new RouteProblem(
            Severity.ERROR,
            entry.rule.id(),
            "match",
            listed ? message : "and more conflicts, not listed",
            listed && with != null ? with.rule.id() : null));
  }

  private static boolean areDisjoint(Entry<?> one, Entry<?> two) {
    if (one.methods != null && two.methods != null && one.methods.isDisjointFrom(two.methods)) {
      return true;
    }
    if (one.path.kind() == Kind.REGEX && !Arrays.equals(one.path.literal(), two.path.literal())) {
      return true;
    }
    for (Condition condition : one.conditions) {
      for (Condition other : two.conditions) {
        if (condition.isDisjointFrom(other) || other.isDisjointFrom(condition)) {
          return true;
        }
      }
    }
    return false;
  }

  private void checkShadows(List<Entry<T>> entries) {
    for (int i = 0; i < entries.size(); i++) {
      for (int j = i + 1; j < entries.size(); j++) {
        Entry<T> higher = entries.get(i);
        Entry<T> lower = entries.get(j);
        if (lower.rule.match().host().size() <= 1 && higher.takesAllOf(lower)) {
          problems.accept(
              new RouteProblem(
                  Severity.WARNING,
                  lower.rule.id(),
                  "match",
                  "never reached: route "
                      + higher.rule.id()
                      + " has a higher priority and takes every such request",
                  higher.rule.id()));
        }
      }
    }
  }
}
