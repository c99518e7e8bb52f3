package dev.yumen.app;

import dev.yumen.api.InvalidValue;
import dev.yumen.app.Main.BadInput;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.OfflineGateway;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.dataplane.explain.ExplainRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/**
 * What is asked about a request, and of whom: a gateway that runs, or what a configuration would
 * make. Nothing is sent but the question.
 */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RequestQuestion {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin private AdminOption admin;
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

  /**
   * The answer, as the admin API gives it.
   *
   * @param path of the admin API, with its query
   * @param member that each answer has, as a JSON Pointer
   * @param beside what is sent there beside the request
   * @param offline makes the same of a configuration
   * @throws BadInput when there is none
   */
  JsonNode ask(
      String path,
      String member,
      Map<String, Object> beside,
      BiFunction<OfflineGateway, ExplainRequest, Object> offline) {
    if ((id == null) != request.isGiven() || (id != null && config != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "A URL or a line of curl is expected, or --request of a running gateway.");
    }
    return config == null ? live(path, member, beside) : offline(config, offline);
  }

  private JsonNode live(String path, String member, Map<String, Object> beside) {
    Map<String, Object> asked = new LinkedHashMap<>(beside);
    if (id == null) {
      asked.putAll(request.json());
    } else {
      asked.put("id", id);
    }
    try (AdminClient client = admin.open()) {
      return client.having(member, client.post(path, "application/json", OutputOption.json(asked)));
    }
  }

  private JsonNode offline(Path file, BiFunction<OfflineGateway, ExplainRequest, Object> answer) {
    ExplainRequest asked = request.request();
    LoadedConfig loaded = Wiring.reader(System.getenv()).read(file);
    if (loaded.config() == null) {
      throw bad(loaded.problems());
    }
    Instant then = asked.time();
    InstantSource clock = then == null ? InstantSource.system() : InstantSource.fixed(then);
    try (OfflineGateway gateway = OfflineGateway.open(loaded, clock)) {
      return OutputOption.tree(answer.apply(gateway, asked));
    } catch (StartFailure e) {
      throw bad(e.problems());
    } catch (InvalidValue e) {
      throw RequestOptions.bad(e);
    }
  }

  private static BadInput bad(List<Problem> problems) {
    return new BadInput(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
  }
}
