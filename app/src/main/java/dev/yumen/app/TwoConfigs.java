package dev.yumen.app;

import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two configurations that are compared, both without errors. */
record TwoConfigs(LoadedConfig before, LoadedConfig after) {

  /**
   * Reads both, and prints each problem that keeps one from being used.
   *
   * @return null when there is one
   */
  static @Nullable TwoConfigs read(Path before, Path after, PrintWriter err) {
    Wiring.Checked old = Wiring.check(before, System.getenv());
    Wiring.Checked now = Wiring.check(after, System.getenv());
    print(before, old, err);
    print(after, now, err);
    return old.isGood() && now.isGood() ? new TwoConfigs(old.loaded(), now.loaded()) : null;
  }

  private static void print(Path file, Wiring.Checked checked, PrintWriter err) {
    List<Problem> errors =
        checked.problems().stream()
            .filter(problem -> problem.severity() == Problem.Severity.ERROR)
            .toList();
    if (!errors.isEmpty()) {
      err.println(file + ":");
      errors.forEach(problem -> err.println("  " + problem));
    }
  }
}
