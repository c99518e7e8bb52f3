package dev.yumen.app;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the examples are: beside the launcher, in a tree or unpacked. */
final class Example {
  private Example() {}

  /** The configuration of the quick start. */
  static Path quickStart() {
    return there("quickstart", "yumen.yaml");
  }

  /** The folder that has a folder for each template. */
  static Path templates() {
    return there("templates", "");
  }

  /** The launcher says where it stands by the property {@code yumen.home}. */
  private static Path there(String folder, String file) {
    Path path = Path.of(System.getProperty("yumen.home", ""), "examples", folder, file);
    if (!Files.exists(path)) {
      throw new Main.BadInput(
          path + " is not there; name a configuration, or start by the launcher");
    }
    return path;
  }
}
