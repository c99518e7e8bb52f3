package dev.yumen.control.admin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the program around the gateway can be told by the admin API. Any thread. */
public interface Program {

  /** Ends as SIGTERM does, once what is in flight has ended; does not wait. */
  void stop();

  /** Levels of the log by logger, {@code root} among them, where one is set. */
  Map<String, LogLevel> logLevels();

  /**
   * Sets the level of a logger.
   *
   * @param logger its name, or {@code root}
   * @param level null to have that of the logger above it
   */
  void logLevel(String logger, @Nullable LogLevel level);
}
