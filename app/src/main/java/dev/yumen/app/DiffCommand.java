package dev.yumen.app;

import dev.yumen.control.history.ConfigDiff;
import dev.yumen.control.plan.PlanData;
import dev.yumen.control.plan.Texts;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/**
 * {@code yumen diff}: what differs between two configurations, route by route: files, or versions
 * that a running gateway has had.
 */
@Command(
    name = "diff",
    description = {
      "Prints what differs between two configurations, route by route.",
      "With --admin they are numbers of versions that were live in that gateway."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DiffCommand implements Callable<Integer> {
  private static final String NUMBER = "\\d{1,18}";

  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;
  @Mixin private LanguageOption language;
  @Mixin private AdminOption admin;

  @Parameters(
      index = "0",
      paramLabel = "OLD",
      description = "The older configuration: a file or a folder; with --admin its number.")
  private String before;

  @Parameters(
      index = "1",
      paramLabel = "NEW",
      description = "The newer configuration: a file or a folder; with --admin its number.")
  private String after;

  @Override
  public Integer call() {
    LogSetup.quiet();
    if (spec.commandLine().getParseResult().hasMatchedOption("--admin")) {
      return versions();
    }
    if (isNumber(before) && isNumber(after)) {
      throw new ParameterException(
          spec.commandLine(),
          "%s and %s: no files of these names (expected: two files or folders; for the numbers of versions, --admin ADDRESS of the gateway that had them)"
              .formatted(before, after));
    }
    TwoConfigs both = TwoConfigs.read(Path.of(before), Path.of(after), spec.commandLine().getErr());
    if (both == null) {
      return Main.BAD_INPUT;
    }
    ConfigDiff diff = ConfigDiff.between(both.before(), both.after());
    print(
        OutputOption.tree(PlanData.of(diff, both.before().positions(), both.after().positions())));
    return 0;
  }

  private int versions() {
    try (AdminClient client = admin.open()) {
      print(
          client
              .having(
                  "/changes",
                  client.get("/versions/diff?from=" + number(before) + "&to=" + number(after)))
              .path("changes"));
    }
    return 0;
  }

  private void print(JsonNode changes) {
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(changes));
    } else {
      new PlanText(Texts.in(language.language())).changes(changes).forEach(out::println);
    }
  }

  private static boolean isNumber(String text) {
    return text.matches(NUMBER) && !Files.exists(Path.of(text));
  }

  private String number(String text) {
    if (!text.matches(NUMBER)) {
      throw new ParameterException(
          spec.commandLine(), text + " (expected: the number of a version, as --admin is given)");
    }
    return text;
  }
}
