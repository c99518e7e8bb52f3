package dev.yumen.app;

import dev.yumen.api.InvalidValue;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.OfflineGateway;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.ExplanationData;
import dev.yumen.dataplane.explain.Wording;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code yumen explain}: what becomes of a request, and why, without sending it. */
@Command(
    name = "explain",
    description = "Says what becomes of a request, and why, without sending it.",
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
  @Mixin private RequestOptions asked;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE|FOLDER",
      description = "The configuration: a YAML or JSON file, or a folder of such files.")
  private Path config;

  @Override
  public Integer call() {
    LogSetup.quiet();
    ExplainRequest request = asked.request();
    Wording wording = Wording.of(language.code());
    LoadedConfig loaded = Wiring.reader(System.getenv()).read(config);
    if (loaded.config() == null) {
      return bad(loaded.problems());
    }
    Instant then = request.time();
    InstantSource clock = then == null ? InstantSource.system() : InstantSource.fixed(then);
    try (OfflineGateway offline = Gateway.offline(loaded, clock)) {
      print(offline.explain(request), wording);
      return 0;
    } catch (StartFailure e) {
      return bad(e.problems());
    } catch (InvalidValue e) {
      throw RequestOptions.bad(e);
    }
  }

  private int bad(List<Problem> problems) {
    problems.forEach(spec.commandLine().getErr()::println);
    return Main.BAD_INPUT;
  }

  private void print(Explanation told, Wording wording) {
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(ExplanationData.of(told, wording)));
      return;
    }
    Charset charset = System.out.charset();
    boolean arrows = charset.newEncoder().canEncode('→');
    ExplainText.of(told, wording)
        .forEach(line -> out.println(arrows ? line : line.replace("→", "->")));
  }
}
