package dev.yumen.app;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code yumen confirm}: keeps a change that would be taken back. */
@Command(
    name = "confirm",
    description = "Confirms a change of a running gateway that would be taken back.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ConfirmCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOption admin;
  @Mixin private OutputOption output;

  @Parameters(index = "0", paramLabel = "NUMBER", description = "Of the version that waits.")
  private long number;

  @Override
  public Integer call() {
    LogSetup.quiet();
    PrintWriter out = spec.commandLine().getOut();
    try (AdminClient client = admin.open()) {
      JsonNode answer =
          client.having(
              "/confirmed",
              client.send("POST", "/versions/" + number + "/confirm", Map.of(), null).body());
      out.println(
          output.isJson() ? OutputOption.json(answer) : "Version " + number + " is confirmed.");
      out.flush();
    }
    return 0;
  }
}
