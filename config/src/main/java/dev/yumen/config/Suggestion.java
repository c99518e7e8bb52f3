package dev.yumen.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the name that was probably meant. */
final class Suggestion {
  private static final int LONGEST = 64;

  private Suggestion() {}

  /** The known name closest to the one written, or null when none is close. */
  static @Nullable String closest(String written, Collection<String> known) {
    String text = written.toLowerCase(Locale.ROOT).replace('_', '-');
    if (text.length() > LONGEST) {
      return null;
    }
    String best = null;
    int least = Math.max(1, text.length() / 3) + 1;
    for (String name : known) {
      if (Math.abs(name.length() - text.length()) < least) {
        int distance = distance(text, name.toLowerCase(Locale.ROOT));
        if (distance < least) {
          least = distance;
          best = name;
        }
      }
    }
    return best;
  }

  /** {@code (did you mean "x"?)}, or {@code (known: x, y)} when nothing is close. */
  static String hint(String written, Collection<String> known) {
    return hintOf(closest(written, known), known);
  }

  /** The same when the closest is known already. */
  static String hintOf(@Nullable String meant, Collection<String> known) {
    if (meant != null) {
      return " (did you mean " + Text.quoted(meant) + "?)";
    }
    return known.isEmpty() ? "" : " (known: " + Text.few(known) + ")";
  }

  /** Edits between two words: insert, delete, replace, swap of neighbours. */
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, a, b, i, j);
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int cheapest(int[][] cost, String a, String b, int i, int j) {
    boolean same = a.charAt(i - 1) == b.charAt(j - 1);
    int least = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
    least = Math.min(least, cost[i - 1][j - 1] + (same ? 0 : 1));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
  }
}
