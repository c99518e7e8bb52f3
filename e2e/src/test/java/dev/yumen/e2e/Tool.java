package dev.yumen.e2e;

import dev.yumen.testkit.DebianProgram;
import dev.yumen.testkit.Proc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program that other people wrote, run to its end in a folder. */
final class Tool {
  private final Path folder;
  private final Path program;

  /**
   * Finds or installs it.
   *
   * @param folder where it runs, and where its input is kept
   */
  Tool(Path folder, String name, String debianPackage) {
    this.folder = folder;
    this.program = DebianProgram.find(name, debianPackage);
  }

  /** How it ended, and what it wrote to both of its outputs. */
  record Outcome(int exit, String output) {}

  /** Runs it; its input is empty. */
  Outcome run(String... arguments) {
    return feed("", arguments);
  }

  /** Runs it with this input. */
  Outcome feed(String input, String... arguments) {
    Path file;
    try {
      file = Files.writeString(Files.createTempFile(folder, "input", ""), input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "exec \"$0\" \"$@\" <\"$INPUT\"", program.toString()));
    command.addAll(List.of(arguments));
    try (Proc proc = Proc.start(folder, Map.of("INPUT", file.toString()), command)) {
      return new Outcome(proc.awaitExit(GatewayProcess.PATIENCE), proc.output());
    }
  }

  /** Starts it and lets it run; its input is open and empty. */
  Proc start(String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    return Proc.start(folder, Map.of(), command);
  }
}
