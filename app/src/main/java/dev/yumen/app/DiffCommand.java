package dev.yumen.app;

import dev.yumen.control.history.ConfigDiff;
import dev.yumen.control.plan.PlanData;
import dev.yumen.control.plan.Report;
import dev.yumen.control.plan.Texts;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code yumen diff}: what differs between two configurations, route by route. */
@Command(
    name = "diff",
    description = "Prints what differs between two configurations, route by route.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DiffCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;
  @Mixin private LanguageOption language;

  @Parameters(
      index = "0",
      paramLabel = "OLD",
      description = "The older configuration: a file or a folder.")
  private Path before;

  @Parameters(
      index = "1",
      paramLabel = "NEW",
      description = "The newer configuration: a file or a folder.")
  private Path after;

  @Override
  public Integer call() {
    LogSetup.quiet();
    TwoConfigs both = TwoConfigs.read(before, after, spec.commandLine().getErr());
    if (both == null) {
      return Main.BAD_INPUT;
    }
    ConfigDiff diff = ConfigDiff.between(both.before(), both.after());
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(
          OutputOption.json(
              PlanData.of(diff, both.before().positions(), both.after().positions())));
    } else {
      Texts texts = Texts.in(language.language());
      new Report(texts, both.before().positions(), both.after().positions())
          .lines(diff)
          .forEach(out::println);
    }
    return 0;
  }
}
