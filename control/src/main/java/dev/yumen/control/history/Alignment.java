package dev.yumen.control.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which item of an older list became which of a newer one: first those that are equal, then those
 * of the same identity, then those without one, in order. Takes time in the number of items and its
 * logarithm.
 */
final class Alignment {
  private static final int NONE = -1;

  private final List<?> before;
  private final List<?> after;
  private final int[] partners;
  private final BitSet taken = new BitSet();

  /**
   * @param before index in the older list, or -1
   * @param after index in the newer list, or -1
   * @param moved whether it does not stand in the order that most others kept
   */
  record Pair(int before, int after, boolean moved) {}

  private Alignment(List<?> before, List<?> after) {
    this.before = before;
    this.after = after;
    this.partners = new int[after.size()];
    Arrays.fill(partners, NONE);
  }

  /** Items that were removed, then those of the newer list in its order. */
  static List<Pair> of(List<?> before, List<?> after) {
    Alignment alignment = new Alignment(before, after);
    alignment.pair(item -> item);
    alignment.pair(Settings::identity);
    alignment.pair(item -> Settings.identity(item) == null ? Alignment.class : null);
    return alignment.pairs();
  }

  private void pair(Function<@Nullable Object, @Nullable Object> key) {
    Map<Object, Deque<Integer>> left = new HashMap<>();
    for (int i = taken.nextClearBit(0); i < before.size(); i = taken.nextClearBit(i + 1)) {
      Object its = key.apply(before.get(i));
      if (its != null) {
        left.computeIfAbsent(its, _ -> new ArrayDeque<>()).add(i);
      }
    }
    for (int i = 0; i < partners.length; i++) {
      Object its = partners[i] == NONE ? key.apply(after.get(i)) : null;
      Deque<Integer> candidates = its == null ? null : left.get(its);
      if (candidates != null && !candidates.isEmpty()) {
        partners[i] = candidates.remove();
        taken.set(partners[i]);
      }
    }
  }

  private List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (int i = taken.nextClearBit(0); i < before.size(); i = taken.nextClearBit(i + 1)) {
      pairs.add(new Pair(i, NONE, false));
    }
    BitSet kept = inOrder();
    for (int i = 0; i < partners.length; i++) {
      pairs.add(new Pair(partners[i], i, partners[i] != NONE && !kept.get(i)));
    }
    return pairs;
  }

  /** Items of the newer list that make up the longest run whose partners ascend. */
  private BitSet inOrder() {
    int[] ends = new int[partners.length];
    int[] previous = new int[partners.length];
    int longest = 0;
    for (int i = 0; i < partners.length; i++) {
      if (partners[i] == NONE) {
        continue;
      }
      int low = 0;
      int high = longest;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (partners[ends[middle]] < partners[i]) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      previous[i] = low == 0 ? NONE : ends[low - 1];
      ends[low] = i;
      longest = Math.max(longest, low + 1);
    }
    BitSet kept = new BitSet();
    for (int i = longest == 0 ? NONE : ends[longest - 1]; i != NONE; i = previous[i]) {
      kept.set(i);
    }
    return kept;
  }
}
