package dev.yumen.app;

import dev.yumen.control.diagnose.AuthTree;
import dev.yumen.control.diagnose.DiagnosisData;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code yumen diagnose auth}: why a client gets 401 or 403. */
@Command(
    name = "auth",
    description = {
      "Says why a client gets 401 or 403: of a running gateway, or with --config without one.",
      "Nothing is sent."
    },
    footer = {
      "",
      "A line of curl can be pasted behind two dashes:",
      "  yumen diagnose auth -- curl -H 'X-API-Key: ...' http://localhost:8080/a"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DiagnoseAuthCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;
  @Mixin private LanguageOption language;
  @Mixin private RequestQuestion question;

  @Override
  public Integer call() {
    LogSetup.quiet();
    JsonNode told =
        question.ask(
            "/diagnose?lang=" + language.code(),
            "/steps",
            Map.of("tree", "auth"),
            (gateway, request) ->
                DiagnosisData.of(AuthTree.of(gateway.explain(request, 1)), language.language()));
    DiagnosisText.print(told, output, spec.commandLine().getOut());
    return 0;
  }
}
