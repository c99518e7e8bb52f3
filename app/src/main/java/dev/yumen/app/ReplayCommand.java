package dev.yumen.app;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code yumen replay}: what a new configuration would do with the requests of a live gateway. */
@Command(
    name = "replay",
    description = {
      "Says what a new configuration would do with the newest requests that a gateway recorded.",
      "The gateway reads the file's text: variables and files in it are its own."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ReplayCommand implements Callable<Integer> {
  private static final int MOST_LINES = 20;

  @Spec private CommandSpec spec;
  @Mixin private AdminOption admin;
  @Mixin private OutputOption output;
  @Mixin private LanguageOption language;
  @Mixin private CandidateOption candidate;

  @Parameters(paramLabel = "NEW", description = "The new configuration: a file.")
  private Path file;

  @Override
  public Integer call() {
    JsonNode shown = candidate.ask(admin, "/replay", "/total", file, language);
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(shown));
      return 0;
    }
    out.println(Told.text(shown, "text"));
    print(out, shown.path("routes"), "route");
    print(out, shown.path("status-changes"), "status");
    return 0;
  }

  private static void print(PrintWriter out, JsonNode changes, String what) {
    int lines = 0;
    for (JsonNode change : changes) {
      if (lines++ == MOST_LINES) {
        out.println("  … " + (changes.size() - MOST_LINES));
        return;
      }
      out.printf(
          "  %s %s -> %s: %d (%s)%n",
          what,
          word(change.path("from")),
          word(change.path("to")),
          Told.number(change, "count"),
          Told.text(change, "example-id"));
    }
  }

  private static String word(JsonNode value) {
    return value.isNull() ? "-" : Told.value(value);
  }
}
