package dev.yumen.control.admin;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.ExplanationData;
import dev.yumen.dataplane.explain.Wording;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What would become of a request, asked of the live configuration. Takes more than looking: it says
 * whether credentials in the request are right.
 */
public final class ExplainResource implements Resources {
  private static final Set<String> KNOWN =
      Set.of("id", "method", "url", "headers", "client", "listener", "sni", "time");

  private final Gateway gateway;

  public ExplainResource(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public List<Resource> all() {
    return List.of(
        new Resource(
                "POST",
                "/explain",
                Role.OPERATOR,
                Reach.OWN,
                "What would become of a request, and why, without sending it.",
                Map.of(),
                this::explain)
            .taking(
                Example.json(
                    "{\"method\": \"GET\", \"url\": \"http://example.com/api/orders/1\","
                        + " \"headers\": {\"Accept\": \"application/json\"}}"))
            .with("lang", "Language of the texts, en or zh; en by default."));
  }

  private Response explain(Call call) throws Refused {
    Wording wording = Wording.of(call.language());
    JsonNode asked = AskedRequest.object(call, KNOWN);
    try {
      Explanation told = gateway.explain(request(asked, call));
      return Answers.json(
          call.scope().all()
              ? ExplanationData.of(told, wording)
              : new OwnExplanation(call.scope(), gateway.config()).of(told, wording));
    } catch (InvalidValue e) {
      throw new Refused(
          AdminError.INVALID,
          e.component() + ": " + e.value() + " (expected: " + e.expected() + ")");
    }
  }

  private ExplainRequest request(JsonNode asked, Call call) throws Refused {
    String id = AskedRequest.id(asked, AskedRequest.KEYS);
    if (id == null) {
      return AskedRequest.described(asked);
    }
    return RequestResources.find(gateway.recording(), id, call).asked();
  }
}
