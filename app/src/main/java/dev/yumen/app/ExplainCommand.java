package dev.yumen.app;

import dev.yumen.dataplane.explain.ExplanationData;
import dev.yumen.dataplane.explain.Wording;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code yumen explain}: what becomes of a request, and why, without sending it. */
@Command(
    name = "explain",
    description = {
      "Says what becomes of a request, and why, without sending it.",
      "A running gateway is asked, or with --config that configuration."
    },
    footer = {
      "",
      "A line of curl can be pasted behind two dashes:",
      "  yumen explain --config yumen.yaml -- curl -H 'X-A: 1' http://localhost:8080/a"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;
  @Mixin private LanguageOption language;
  @Mixin private RequestQuestion question;

  @Override
  public Integer call() {
    LogSetup.quiet();
    Wording wording = Wording.of(language.code());
    print(
        question.ask(
            "/explain?lang=" + language.code(),
            "/end",
            Map.of(),
            (gateway, request) -> ExplanationData.of(gateway.explain(request), wording)),
        wording);
    return 0;
  }

  private void print(JsonNode told, Wording wording) {
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(told));
      return;
    }
    Charset charset = System.out.charset();
    boolean arrows = charset.newEncoder().canEncode('→');
    ExplainText.of(told, wording)
        .forEach(line -> out.println(arrows ? line : line.replace("→", "->")));
  }
}
