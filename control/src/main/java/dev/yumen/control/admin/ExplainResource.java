package dev.yumen.control.admin;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response;
import dev.yumen.api.Response.Field;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.ExplanationData;
import dev.yumen.dataplane.explain.Wording;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What would become of a request, asked of the live configuration. Takes more than looking: it says
 * whether credentials in the request are right.
 */
public final class ExplainResource implements Resources {
  private static final JsonMapper JSON = new JsonMapper();
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
            .with("lang", "Language of the texts, en or zh; en by default."));
  }

  private Response explain(Call call) throws Refused {
    Wording wording = Wording.of(call.language());
    JsonNode asked = object(call);
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

  private static JsonNode object(Call call) throws Refused {
    JsonNode body;
    try {
      body = JSON.readTree(call.body("application/json"));
    } catch (JacksonException e) {
      throw new Refused(AdminError.BAD_REQUEST, "the body is no JSON: " + e.getOriginalMessage());
    }
    if (!body.isObject()) {
      throw new Refused(AdminError.INVALID, "the body (expected: an object with a url)");
    }
    for (String key : body.propertyNames()) {
      if (!KNOWN.contains(key)) {
        throw new Refused(AdminError.INVALID, key + " (known: " + String.join(", ", KNOWN) + ")");
      }
    }
    return body;
  }

  private ExplainRequest request(JsonNode asked, Call call) throws Refused {
    String id = text(asked, "id");
    if (id != null) {
      if (asked.size() > 1) {
        throw new Refused(AdminError.INVALID, "id (expected: without anything beside it)");
      }
      return RequestResources.find(gateway.recording(), id, call).asked();
    }
    String url = text(asked, "url");
    if (url == null) {
      throw new Refused(
          AdminError.INVALID, "url: missing (expected: http://host/path, or the id of a request)");
    }
    String method = text(asked, "method");
    String client = text(asked, "client");
    String time = text(asked, "time");
    ExplainRequest request =
        ExplainRequest.of(method == null ? "GET" : method, url, fields(asked.get("headers")))
            .by(text(asked, "listener"), text(asked, "sni"));
    request = client == null ? request : request.from(address(client));
    return time == null ? request : request.at(instant(time));
  }

  private static @Nullable String text(JsonNode asked, String key) throws Refused {
    JsonNode value = asked.get(key);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isString()) {
      throw new Refused(AdminError.INVALID, key + ": " + value + " (expected: a text)");
    }
    return value.asString();
  }

  /** A value that is a list stands for several fields of the name. */
  private static List<Field> fields(@Nullable JsonNode headers) throws Refused {
    List<Field> fields = new ArrayList<>();
    if (headers == null || headers.isNull()) {
      return fields;
    }
    if (!headers.isObject()) {
      throw new Refused(AdminError.INVALID, "headers (expected: an object of texts by name)");
    }
    for (Map.Entry<String, JsonNode> header : headers.properties()) {
      Iterable<JsonNode> values =
          header.getValue().isArray() ? header.getValue() : List.of(header.getValue());
      for (JsonNode value : values) {
        if (!value.isString()) {
          throw new Refused(
              AdminError.INVALID, "headers." + header.getKey() + " (expected: a text)");
        }
        fields.add(new Field(header.getKey(), value.asString()));
      }
    }
    return fields;
  }

  private static InetAddress address(String text) throws Refused {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException _) {
      throw new Refused(AdminError.INVALID, "client: " + text + " (expected: an IP address)");
    }
  }

  private static Instant instant(String text) throws Refused {
    try {
      return Instant.parse(text);
    } catch (DateTimeException _) {
      throw new Refused(
          AdminError.INVALID, "time: " + text + " (expected: such as 2026-01-31T14:03:00Z)");
    }
  }
}
