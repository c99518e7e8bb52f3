package dev.yumen.app;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The configuration that a command works on: alone, or behind {@code --config}. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ConfigArgument {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE|FOLDER",
      description = "The configuration: a YAML or JSON file, or a folder of such files.")
  private @Nullable Path alone;

  @Option(names = "--config", paramLabel = "FILE|FOLDER", description = "The same.")
  private @Nullable Path behindOption;

  /** What was named, or null when nothing was. */
  @Nullable Path path() {
    if (alone != null && behindOption != null) {
      String both = "'" + alone + "' and '--config " + behindOption + "'";
      throw new ParameterException(
          spec.commandLine(), "Two configurations, " + both + " (expected: one)");
    }
    return alone == null ? behindOption : alone;
  }

  /** What was named, which must be something. */
  Path required() {
    Path path = path();
    if (path == null) {
      throw new ParameterException(
          spec.commandLine(),
          "No configuration given (expected: FILE|FOLDER, as in `yumen check yumen.yaml`).");
    }
    return path;
  }
}
