package dev.yumen.app;

import dev.yumen.api.InvalidValue;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.control.diagnose.AuthTree;
import dev.yumen.control.diagnose.DiagnosisData;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.OfflineGateway;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.dataplane.explain.ExplainRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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
  private static final JsonMapper JSON = new JsonMapper();

  @Spec private CommandSpec spec;
  @Mixin private AdminOption admin;
  @Mixin private OutputOption output;
  @Mixin private LanguageOption language;
  @Mixin private RequestOptions request;

  @Option(
      names = "--config",
      paramLabel = "FILE|FOLDER",
      description = "Asks this configuration instead of a running gateway.")
  private @Nullable Path config;

  @Option(
      names = "--request",
      paramLabel = "ID",
      description = "The trace id of a request that the gateway has recorded.")
  private @Nullable String id;

  @Override
  public Integer call() {
    LogSetup.quiet();
    if ((id == null) != request.isGiven() || (id != null && config != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "A URL or a line of curl is expected, or --request of a running gateway.");
    }
    return config == null ? live() : offline(config);
  }

  private int live() {
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("tree", "auth");
    if (id == null) {
      asked.putAll(request.json());
    } else {
      asked.put("id", id);
    }
    try (AdminClient client = admin.open()) {
      print(
          client.post(
              "/diagnose?lang=" + language.code(), "application/json", OutputOption.json(asked)));
    }
    return 0;
  }

  private int offline(Path file) {
    ExplainRequest asked = request.request();
    LoadedConfig loaded = Wiring.reader(System.getenv()).read(file);
    if (loaded.config() == null) {
      return bad(loaded.problems());
    }
    Instant then = asked.time();
    InstantSource clock = then == null ? InstantSource.system() : InstantSource.fixed(then);
    try (OfflineGateway offline = Gateway.offline(loaded, clock)) {
      print(
          JSON.valueToTree(
              DiagnosisData.of(AuthTree.of(offline.explain(asked, 1)), language.language())));
      return 0;
    } catch (StartFailure e) {
      return bad(e.problems());
    } catch (InvalidValue e) {
      throw RequestOptions.bad(e);
    }
  }

  private void print(JsonNode told) {
    DiagnosisText.print(told, output, spec.commandLine().getOut());
  }

  private int bad(List<Problem> problems) {
    problems.forEach(spec.commandLine().getErr()::println);
    return Main.BAD_INPUT;
  }
}
