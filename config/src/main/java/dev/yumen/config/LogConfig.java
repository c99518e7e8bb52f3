package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;

/** The program's own log. */
@Describe("The program's own log, written to standard output.")
public record LogConfig(
    @Describe("Least level that is written; the variable LOG_LEVEL wins.") @Default("info")
        Level level) {

  /** Levels from loudest to quietest. */
  public enum Level {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR,
    OFF
  }
}
