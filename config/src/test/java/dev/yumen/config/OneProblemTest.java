package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Writes what no setting takes in place of each value of the full configuration. */
class OneProblemTest {
  private static final ConfigReader READER = ConfigFolder.reader();

  @Test
  void whatIsWrongWithOneSettingIsToldOnce() {
    List<OneReplaced> all = OneReplaced.ofFull(OneProblemTest::listOfAList).toList();
    List<String> others = new ArrayList<>();
    for (OneReplaced one : all) {
      List<Problem> errors = errors(one.load(READER));
      if (errors.size() != 1) {
        others.add(one.written().place() + " " + one.written().text() + ": " + errors);
      }
    }
    assertEquals("", String.join("\n", others));
    assertTrue(all.size() > 300, all.size() + " values");
  }

  private static List<Problem> errors(LoadedConfig loaded) {
    return loaded.problems().stream()
        .filter(problem -> problem.severity() == Problem.Severity.ERROR)
        .toList();
  }

  private static Node listOfAList(Scalar written) {
    return new Sequence(written.place(), List.of(new Sequence(written.place(), List.of())));
  }
}
