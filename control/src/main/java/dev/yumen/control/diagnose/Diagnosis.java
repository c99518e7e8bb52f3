package dev.yumen.control.diagnose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tree that was walked.
 *
 * @param about what it was walked for, such as a route, by name
 * @param steps all of the tree, in its order
 */
public record Diagnosis(Tree tree, Map<String, String> about, List<Step> steps) {
  public Diagnosis {
    about = new LinkedHashMap<>(about);
    steps = List.copyOf(steps);
  }

  /**
   * What came of one check.
   *
   * @param evidence the most telling first; never empty
   */
  public record Step(Check check, List<Evidence> evidence) {
    public Step {
      Comparator<Evidence> telling = Comparator.comparing(seen -> seen.sign().verdict());
      evidence = evidence.stream().sorted(telling.reversed()).toList();
    }

    /** That of its most telling evidence. */
    public Verdict verdict() {
      return evidence.getFirst().sign().verdict();
    }
  }

  /** The first step that found a cause; null when none did. */
  public @Nullable Step conclusion() {
    return first(Verdict.FOUND);
  }

  /** The first step that came to this. */
  @Nullable Step first(Verdict verdict) {
    return steps.stream().filter(step -> step.verdict() == verdict).findFirst().orElse(null);
  }

  /** Evidence as it comes, until a diagnosis is made of it. */
  static final class Builder {
    private final Tree tree;
    private final Map<Check, List<Evidence>> seen = new EnumMap<>(Check.class);

    Builder(Tree tree) {
      this.tree = tree;
    }

    void add(Check check, Evidence evidence) {
      seen.computeIfAbsent(check, _ -> new ArrayList<>()).add(evidence);
    }

    void add(Check check, List<Evidence> all) {
      all.forEach(evidence -> add(check, evidence));
    }

    /** Whether nothing was seen there yet. */
    boolean isEmpty(Check check) {
      return !seen.containsKey(check);
    }

    /**
     * @param otherwise for checks that nothing was seen at
     */
    Diagnosis build(Map<String, String> about, Evidence otherwise) {
      List<Step> steps = new ArrayList<>();
      for (Check check : Check.of(tree)) {
        steps.add(new Step(check, seen.getOrDefault(check, List.of(otherwise))));
      }
      return new Diagnosis(tree, about, steps);
    }
  }
}
