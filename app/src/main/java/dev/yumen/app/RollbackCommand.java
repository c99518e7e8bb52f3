package dev.yumen.app;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code yumen rollback}: makes a configuration live again that was live before. */
@Command(
    name = "rollback",
    description = "Makes a version of the history live again in a running gateway.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RollbackCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOption admin;
  @Mixin private OutputOption output;

  @Parameters(index = "0", paramLabel = "NUMBER", description = "Of a version, as in history.")
  private long number;

  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      description = "What for; stands in the history.")
  private @Nullable String message;

  @Option(
      names = "--confirm-within",
      paramLabel = "TIME",
      description = "Such as 2m: taken back unless `yumen confirm` comes by then.")
  private @Nullable String confirmWithin;

  @Option(names = "--dry-run", description = "Tells what would change, and changes nothing.")
  private boolean dryRun;

  @Override
  public Integer call() {
    LogSetup.quiet();
    PrintWriter out = spec.commandLine().getOut();
    try (AdminClient client = admin.open()) {
      JsonNode answer =
          client.having("/changes", client.send("POST", path(), fields(), null).body());
      if (output.isJson()) {
        out.println(OutputOption.json(answer));
      } else {
        print(out, answer);
      }
      out.flush();
    }
    return 0;
  }

  private String path() {
    String path = "/versions/" + number + "/rollback?dry-run=" + dryRun;
    return confirmWithin == null
        ? path
        : path + "&confirm-within=" + URLEncoder.encode(confirmWithin, StandardCharsets.UTF_8);
  }

  /** A message in any language, in ASCII (RFC 8187). */
  private Map<String, String> fields() {
    if (message == null) {
      return Map.of();
    }
    String encoded = URLEncoder.encode(message, StandardCharsets.UTF_8).replace("+", "%20");
    return Map.of("X-Message", "UTF-8''" + encoded);
  }

  private void print(PrintWriter out, JsonNode answer) {
    for (JsonNode change : answer.path("changes")) {
      out.println(
          Told.text(change, "change")
              + " "
              + Told.text(change, "section")
              + " "
              + Told.text(change, "name"));
    }
    if (dryRun) {
      out.println("Nothing was changed.");
      return;
    }
    String live = Told.text(answer, "number", "?");
    out.println("Version " + number + " is live again, as number " + live + ".");
    if (confirmWithin != null) {
      out.println("It is taken back unless `yumen confirm " + live + "` comes in " + confirmWithin);
    }
  }
}
