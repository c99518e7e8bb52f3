package dev.yumen.app;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code yumen diagnose timeouts}: why requests take too long, or get 502, 503 or 504. */
@Command(
    name = "timeouts",
    description = "Says why requests of a running gateway take too long or get 502, 503 or 504.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DiagnoseTimeoutsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOption admin;
  @Mixin private OutputOption output;
  @Mixin private LanguageOption language;

  @Option(names = "--route", paramLabel = "ID", description = "Requests of this route alone.")
  private @Nullable String route;

  @Option(
      names = "--upstream",
      paramLabel = "NAME",
      description = "Requests to this upstream alone.")
  private @Nullable String upstream;

  @Option(
      names = "--since",
      paramLabel = "DURATION",
      defaultValue = "5m",
      description = "How far back, 10s to 24h; ${DEFAULT-VALUE} unless given.")
  private String since;

  @Option(
      names = "--probe",
      description = "Opens a connection from the gateway to each endpoint, too; sends nothing.")
  private boolean probe;

  @Override
  public Integer call() {
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("tree", "timeouts");
    if (route != null) {
      asked.put("route", route);
    }
    if (upstream != null) {
      asked.put("upstream", upstream);
    }
    asked.put("since", since);
    if (probe) {
      asked.put("probe", true);
    }
    JsonNode told;
    try (AdminClient client = admin.open()) {
      told =
          client.having(
              "/steps",
              client.post(
                  "/diagnose?lang=" + language.code(),
                  "application/json",
                  OutputOption.json(asked)));
    }
    DiagnosisText.print(told, output, spec.commandLine().getOut());
    return 0;
  }
}
