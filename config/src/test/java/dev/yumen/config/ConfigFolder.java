package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A folder with configuration files, and what reading them gives. */
record ConfigFolder(Path path) {
  static ConfigFolder in(Path temporary) {
    try {
      return new ConfigFolder(temporary.toRealPath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ConfigFolder with(String name, String text) {
    try {
      Path file = path.resolve(name);
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.writeString(file, text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What reading {@code yumen.yaml} gives; {@code environment} is name, value, name, value … */
  LoadedConfig load(String... environment) {
    return loadFile("yumen.yaml", environment);
  }

  LoadedConfig loadFile(String name, String... environment) {
    return reader(environment).read(path.resolve(name));
  }

  /** The configuration, which has no problems at all. */
  GatewayConfig read(String... environment) {
    return good(load(environment));
  }

  static GatewayConfig good(LoadedConfig loaded) {
    assertEquals(List.of(), loaded.problems());
    return Objects.requireNonNull(loaded.config());
  }

  static ConfigReader reader(String... environment) {
    Map<String, String> variables = new HashMap<>();
    for (int i = 0; i < environment.length; i += 2) {
      variables.put(environment[i], environment[i + 1]);
    }
    return new ConfigReader(TestFilters.CATALOGUE, variables);
  }
}
