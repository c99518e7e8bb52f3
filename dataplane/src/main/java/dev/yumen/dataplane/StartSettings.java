package dev.yumen.dataplane;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.Problem.Severity;
import dev.yumen.config.SourceConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a process started with of the settings that are read at start only. However often the
 * configuration changes, it goes on with these. Immutable.
 */
public final class StartSettings {
  private static final String SOURCE = "source";

  /** By where they stand in a configuration; empty where nothing is set. */
  private final Map<String, Optional<Object>> values;

  private StartSettings(Map<String, Optional<Object>> values) {
    this.values = values;
  }

  /** Those of a configuration. */
  public static StartSettings of(GatewayConfig config) {
    Map<String, Optional<Object>> values = new LinkedHashMap<>();
    values.put("management", Optional.of(config.management()));
    values.put("admin.address", Optional.of(config.admin().address()));
    values.put("admin.enabled", Optional.of(config.admin().enabled()));
    values.put("history.keep", Optional.of(config.history().keep()));
    values.put(SOURCE, Optional.ofNullable(config.source()));
    values.put("runtime", Optional.of(config.runtime()));
    return new StartSettings(values);
  }

  /** The same where another source is followed, or none. */
  StartSettings following(@Nullable SourceConfig source) {
    Map<String, Optional<Object>> other = new LinkedHashMap<>(values);
    other.put(SOURCE, Optional.ofNullable(source));
    return new StartSettings(other);
  }

  /** Which of them another configuration has otherwise, such as {@code admin.address}. */
  public List<String> otherThan(GatewayConfig config) {
    Map<String, Optional<Object>> theirs = of(config).values;
    return values.keySet().stream()
        .filter(path -> !Objects.equals(values.get(path), theirs.get(path)))
        .toList();
  }

  /** A warning for each of those, where it stands. */
  List<Problem> warnings(LoadedConfig loaded) {
    List<Problem> problems = new ArrayList<>();
    for (String path : otherThan(Objects.requireNonNull(loaded.config()))) {
      problems.add(
          new Problem(
              Severity.WARNING,
              loaded.positions().get(path),
              path,
              "takes effect with the next start"));
    }
    return problems;
  }
}
