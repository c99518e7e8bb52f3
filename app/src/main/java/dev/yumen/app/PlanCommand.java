package dev.yumen.app;

import dev.yumen.control.plan.Plan;
import dev.yumen.control.plan.PlanData;
import dev.yumen.control.plan.Texts;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code yumen plan}: what a new configuration would change, without running it. */
@Command(
    name = "plan",
    description = {
      "Says what a new configuration would change, without running it.",
      "It is held against what is live in a running gateway, or with --against a configuration."
    })
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
  @Mixin private AdminOption admin;
  @Mixin private CandidateOption candidate;

  @Parameters(
      paramLabel = "NEW",
      description = "The new configuration: a file, or with --against also a folder.")
  private Path after;

  @Option(
      names = "--against",
      paramLabel = "OLD",
      description = "The configuration that is live: a file or a folder.")
  private @Nullable Path before;

  @Option(
      names = "--fail-on",
      paramLabel = "danger|warning",
      description = "Makes the exit status 1 when something as serious is found.")
  private @Nullable FailOn failOn;

  @Override
  public Integer call() {
    LogSetup.quiet();
    JsonNode plan =
        before == null
            ? candidate.ask(admin, "/plan", "/counts/danger", after, language)
            : offline(before);
    if (plan == null) {
      return Main.BAD_INPUT;
    }
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(plan));
    } else {
      new PlanText(Texts.in(language.language())).plan(plan).forEach(out::println);
    }
    return isTooSerious(plan.path("counts")) ? Main.BAD_INPUT : 0;
  }

  /** Null when one of the two has errors, which have been printed then. */
  private @Nullable JsonNode offline(Path live) {
    ParseResult given = spec.commandLine().getParseResult();
    for (String option : List.of("--admin", "--part")) {
      if (given.hasMatchedOption(option)) {
        throw new ParameterException(
            spec.commandLine(), option + " beside --against (expected: one of them)");
      }
    }
    TwoConfigs both = TwoConfigs.read(live, after, spec.commandLine().getErr());
    if (both == null) {
      return null;
    }
    return OutputOption.tree(
        PlanData.of(
            Plan.of(both.before(), both.after()),
            Texts.in(language.language()),
            both.before().positions(),
            both.after().positions()));
  }

  private boolean isTooSerious(JsonNode counts) {
    long dangers = Told.number(counts, "danger");
    return switch (failOn) {
      case null -> false;
      case DANGER -> dangers > 0;
      case WARNING -> dangers + Told.number(counts, "warning") > 0;
    };
  }
}
