package dev.yumen.app;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code yumen run}: starts a gateway and stays until a signal ends it. */
@Command(
    name = "run",
    description = {
      "Starts the gateway; without a configuration that of the quick start, with two demo"
          + " services.",
      "SIGTERM (or Ctrl-C) stops it without losing a request, SIGHUP makes it read its"
          + " configuration again; it also follows changes of the files by itself."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigArgument argument;

  @Override
  public Integer call() throws InterruptedException {
    Path config = argument.path();
    CommandLine commandLine = spec.commandLine();
    GatewayRun run = new GatewayRun(commandLine.getOut(), commandLine.getErr());
    return config == null
        ? run.runQuickStart(Example.quickStart(), System.getenv())
        : run.run(config);
  }
}
