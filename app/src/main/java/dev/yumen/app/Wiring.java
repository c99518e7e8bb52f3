package dev.yumen.app;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.OfflineGateway;
import dev.yumen.dataplane.redis.RedisOpener;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.redis.LettuceRedis;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts the modules together: the one place that knows which filters there are. */
final class Wiring {
  private Wiring() {}

  static ConfigReader reader(Map<String, String> environment) {
    return new ConfigReader(BuiltInFilters.byName(), environment);
  }

  /** Not a reference to the method, which would load its class before the first Redis is opened. */
  @SuppressWarnings("UnnecessaryLambda")
  static RedisOpener redis() {
    return (settings, around) -> LettuceRedis.open(settings, around);
  }

  /** Reads a configuration and finds out everything else that is wrong with it. */
  static Checked check(Path file, Map<String, String> environment) {
    return withCompileProblems(reader(environment).read(file));
  }

  /** Finds out what else is wrong with what was read. */
  static Checked withCompileProblems(LoadedConfig loaded) {
    Set<Problem> problems = new LinkedHashSet<>(loaded.problems());
    problems.addAll(OfflineGateway.check(loaded));
    return new Checked(loaded, List.copyOf(problems));
  }

  /**
   * A configuration with every problem that can be found without running it.
   *
   * @param loaded what was read
   * @param problems those of reading and those of compiling
   */
  record Checked(LoadedConfig loaded, List<Problem> problems) {
    boolean isGood() {
      return loaded.config() != null
          && problems.stream().noneMatch(p -> p.severity() == Problem.Severity.ERROR);
    }
  }
}
