package dev.yumen.dataplane;

import dev.yumen.config.Problem;
import java.util.List;

/** Why the gateway did not start: something that the user can mend. */
public final class StartFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  StartFailure(String sentence) {
    super(sentence);
    this.problems = List.of(new Problem(Problem.Severity.ERROR, null, "", sentence));
  }

  StartFailure(List<Problem> problems) {
    super("the configuration can not be used");
    this.problems = List.copyOf(problems);
  }

  /** One or more, each with its place where it has one. */
  public List<Problem> problems() {
    return problems;
  }
}
