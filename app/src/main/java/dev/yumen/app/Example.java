package dev.yumen.app;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the configuration of the quick start is: beside the launcher, in a tree or unpacked. */
final class Example {
  private Example() {}

  /** Its path; the launcher says where it stands by the property {@code yumen.home}. */
  static Path quickStart() {
    Path file =
        Path.of(System.getProperty("yumen.home", ""), "examples", "quickstart", "yumen.yaml");
    if (!Files.exists(file)) {
      throw new Main.BadInput(
          file + " is not there; name a configuration, or start by the launcher");
    }
    return file;
  }
}
