package dev.yumen.control.publish;

import dev.yumen.config.Problem;
import java.util.List;

/** What came of a configuration that was handed to the {@link Publisher}. */
public sealed interface ApplyResult {

  /**
   * It is live now.
   *
   * @param number one more with each change, across starts as long as the history is kept
   * @param warnings what was noticed all the same
   */
  record Applied(long number, List<Problem> warnings) implements ApplyResult {}

  /** It is the live one already. */
  record Unchanged(long number) implements ApplyResult {}

  /**
   * It is not used; what was live before still is.
   *
   * @param problems all of them, at least one of severity ERROR
   */
  record Rejected(List<Problem> problems) implements ApplyResult {}
}
