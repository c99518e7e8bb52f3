package dev.yumen.app;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code yumen diagnose}: walks a tree of trouble-shooting and says what it found. */
@Command(
    name = "diagnose",
    description = "Walks a tree of trouble-shooting and says what it found.",
    subcommands = {DiagnoseTimeoutsCommand.class, DiagnoseAuthCommand.class},
    footer = {"", "Exit status 0 also when a fault was found."})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DiagnoseCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "timeouts or auth is expected.");
  }
}
