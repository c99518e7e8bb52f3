package dev.yumen.dataplane.routing;

import java.util.Arrays;

/** How near the paths of rules come to one that somebody asked for: a guess at what was meant. */
final class PathLikeness {
  private static final int LONGEST = 64;

  private final String[] asked;

  PathLikeness(String path) {
    this.asked = path.split("/", LONGEST);
  }

  /**
   * How near; the nearest is the least.
   *
   * @param common segments from the left that agree
   * @param edits between the first segments that do not
   * @param apart how many more segments one has than the other
   */
  record Score(int common, int edits, int apart) implements Comparable<Score> {
    @Override
    public int compareTo(Score other) {
      int result = Integer.compare(other.common, common);
      result = result != 0 ? result : Integer.compare(edits, other.edits);
      return result != 0 ? result : Integer.compare(apart, other.apart);
    }
  }

  /** Of a path as configured. */
  Score of(String pattern) {
    String[] segments = pattern.split("/", LONGEST);
    int common = 0;
    while (common < Math.min(asked.length, segments.length)
        && agree(asked[common], segments[common])) {
      common++;
    }
    int edits =
        common < Math.min(asked.length, segments.length)
            ? edits(asked[common], segments[common])
            : 0;
    return new Score(common, edits, Math.abs(asked.length - segments.length));
  }

  private static boolean agree(String asked, String segment) {
    return segment.equals(asked) || (segment.startsWith("{") && !asked.isEmpty());
  }

  /** Letters to insert, delete or replace; of long words a bound of it. */
  private static int edits(String one, String two) {
    if (one.length() > LONGEST || two.length() > LONGEST) {
      return Math.max(one.length(), two.length());
    }
    int[] row = new int[two.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= two.length(); j++) {
        int replaced = diagonal + (one.charAt(i - 1) == two.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[two.length()];
  }
}
