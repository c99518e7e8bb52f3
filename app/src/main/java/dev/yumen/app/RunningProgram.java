package dev.yumen.app;

import dev.yumen.control.admin.LogLevel;
import dev.yumen.control.admin.Program;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * This process, as the admin API may tell it what to do.
 *
 * @param end what SIGTERM does
 */
record RunningProgram(Runnable end) implements Program {

  @Override
  public void stop() {
    end.run();
  }

  @Override
  public Map<String, LogLevel> logLevels() {
    return LogSetup.levels();
  }

  @Override
  public void logLevel(String logger, @Nullable LogLevel level) {
    LogSetup.level(logger, level);
  }
}
