package dev.yumen.app;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code yumen history}: which configurations were live in a running gateway. */
@Command(
    name = "history",
    description = "Prints which configurations were live in a gateway, the newest first.",
    subcommands = HistoryAtCommand.class)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class HistoryCommand implements Callable<Integer> {
  private static final int MOST = 1_000;
  private static final int SHORT_HASH = 12;
  private static final String ROW = "%6s  %-20s  %-12s  %-14s  %s";

  @Spec private CommandSpec spec;
  @Mixin private AdminOption admin;
  @Mixin private OutputOption output;

  @Option(
      names = "--most",
      paramLabel = "NUMBER",
      defaultValue = "20",
      description = "How many, 1 to 1000; ${DEFAULT-VALUE} unless given.")
  private int most;

  @Override
  public Integer call() {
    LogSetup.quiet();
    if (most < 1 || most > MOST) {
      throw new ParameterException(
          spec.commandLine(), "--most " + most + " (expected: 1 to " + MOST + ")");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (AdminClient client = admin.open()) {
      JsonNode versions =
          client.having("/items", client.get("/versions?per-page=" + most)).path("items");
      if (output.isJson()) {
        out.println(OutputOption.json(versions));
      } else {
        out.println(ROW.formatted("NUMBER", "LIVE FROM", "HASH", "BY", "MESSAGE").stripTrailing());
        versions.forEach(version -> out.println(row(version)));
      }
      out.flush();
    }
    return 0;
  }

  /** A version in a line. */
  static String row(JsonNode version) {
    String hash = Told.text(version, "hash");
    return ROW.formatted(
            Told.text(version, "number", "?"),
            Told.text(version, "time", "?").replaceFirst("\\.\\d+", ""),
            hash.substring(0, Math.min(SHORT_HASH, hash.length())),
            Told.text(version, "author"),
            Told.text(version, "message"))
        .stripTrailing();
  }
}
