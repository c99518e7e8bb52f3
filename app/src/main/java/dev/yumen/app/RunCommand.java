package dev.yumen.app;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code yumen run}: starts a gateway and stays until a signal ends it. */
@Command(
    name = "run",
    description = {
      "Starts the gateway; without --config that of the quick start, with two demo services.",
      "SIGTERM (or Ctrl-C) stops it without losing a request, SIGHUP makes it read its configuration"
          + " again; it also follows changes of the files by itself."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE|FOLDER",
      description = "The configuration: a YAML or JSON file, or a folder of such files.")
  private @Nullable Path config;

  @Override
  public Integer call() throws InterruptedException {
    CommandLine commandLine = spec.commandLine();
    GatewayRun run = new GatewayRun(commandLine.getOut(), commandLine.getErr());
    return config == null
        ? run.runQuickStart(Example.quickStart(), System.getenv())
        : run.run(config);
  }
}
