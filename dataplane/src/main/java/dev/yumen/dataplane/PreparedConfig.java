package dev.yumen.dataplane;

import dev.yumen.config.Problem;
import java.util.List;

/**
 * A configuration that is compiled and can be made live, so that somebody can do what has to be
 * done in between, such as writing it where it is kept. Ended by {@link #close}, whatever became of
 * it. One thread at a time.
 */
public interface PreparedConfig extends AutoCloseable {
  /** What was found so far; with one of severity ERROR it can not become live. */
  List<Problem> problems();

  /**
   * Makes it live: all of it, or nothing. At most once.
   *
   * @return everything that was found; with an ERROR among it, the old configuration goes on
   * @throws IllegalStateException when the gateway is closed, or another configuration became live
   *     since this one was prepared
   */
  List<Problem> publish();

  /** Lets go of what was taken for it, unless it is live. */
  @Override
  void close();

  /** One that can not become live. */
  static PreparedConfig refused(List<Problem> problems) {
    return new Refused(List.copyOf(problems));
  }

  /**
   * One that can not become live.
   *
   * @param problems with at least one of severity ERROR
   */
  record Refused(List<Problem> problems) implements PreparedConfig {
    @Override
    public List<Problem> publish() {
      return problems;
    }

    @Override
    public void close() {}
  }
}
