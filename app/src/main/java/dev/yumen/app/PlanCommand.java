package dev.yumen.app;

import dev.yumen.control.plan.Plan;
import dev.yumen.control.plan.PlanData;
import dev.yumen.control.plan.Report;
import dev.yumen.control.plan.Severity;
import dev.yumen.control.plan.Texts;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code yumen plan}: what a new configuration would change, without running it. */
@Command(
    name = "plan",
    description = "Says what a new configuration would change, without running it.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PlanCommand implements Callable<Integer> {
  /** From which severity on a finding makes the exit status 1. */
  enum FailOn {
    DANGER,
    WARNING
  }

  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;
  @Mixin private LanguageOption language;

  @Parameters(paramLabel = "NEW", description = "The new configuration: a file or a folder.")
  private Path after;

  @Option(
      names = "--against",
      required = true,
      paramLabel = "OLD",
      description = "The configuration that is live: a file or a folder.")
  private Path before;

  @Option(
      names = "--fail-on",
      paramLabel = "danger|warning",
      description = "Makes the exit status 1 when something as serious is found.")
  private @Nullable FailOn failOn;

  @Override
  public Integer call() {
    LogSetup.quiet();
    TwoConfigs both = TwoConfigs.read(before, after, spec.commandLine().getErr());
    if (both == null) {
      return Main.BAD_INPUT;
    }
    Plan plan = Plan.of(both.before(), both.after());
    Texts texts = Texts.in(language.language());
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(
          OutputOption.json(
              PlanData.of(plan, texts, both.before().positions(), both.after().positions())));
    } else {
      new Report(texts, both.before().positions(), both.after().positions())
          .lines(plan)
          .forEach(out::println);
    }
    return isTooSerious(plan) ? Main.BAD_INPUT : 0;
  }

  private boolean isTooSerious(Plan plan) {
    if (failOn == null) {
      return false;
    }
    return switch (failOn) {
      case DANGER -> plan.count(Severity.DANGER) > 0;
      case WARNING -> plan.count(Severity.DANGER) + plan.count(Severity.WARNING) > 0;
    };
  }
}
