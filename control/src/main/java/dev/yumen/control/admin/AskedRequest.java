package dev.yumen.control.admin;

import dev.yumen.api.Response.Field;
import dev.yumen.dataplane.explain.ExplainRequest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A request as a body of JSON describes it, or the id of one that was recorded. */
final class AskedRequest {
  /** What describes one. */
  static final Set<String> KEYS =
      Set.of("method", "url", "headers", "client", "listener", "sni", "time");

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private AskedRequest() {}

  /**
   * The body, an object.
   *
   * @throws Refused when it is none, or has another key
   */
  static JsonNode object(Call call, Set<String> known) throws Refused {
    JsonNode body;
    try {
      body = JSON.readTree(call.body("application/json"));
    } catch (JacksonException e) {
      throw new Refused(AdminError.BAD_REQUEST, "the body is no JSON: " + said(e));
    }
    if (!body.isObject()) {
      throw new Refused(AdminError.INVALID, "the body (expected: an object)");
    }
    for (String key : body.propertyNames()) {
      if (!known.contains(key)) {
        String all = String.join(", ", known.stream().sorted().toList());
        throw new Refused(AdminError.INVALID, key + " (known: " + all + ")");
      }
    }
    return body;
  }

  /** Without the names of the library's own methods. */
  private static String said(JacksonException e) {
    return String.valueOf(e.getOriginalMessage()).replaceAll(", from `[^`]*`", "");
  }

  /**
   * The id of a recorded request, or null.
   *
   * @param others what may not stand beside it
   */
  static @Nullable String id(JsonNode asked, Set<String> others) throws Refused {
    String id = text(asked, "id");
    if (id != null && others.stream().anyMatch(asked::has)) {
      throw new Refused(AdminError.INVALID, "id (expected: without anything beside it)");
    }
    return id;
  }

  /**
   * One that is described.
   *
   * @throws Refused when something of it has a wrong form
   */
  static ExplainRequest described(JsonNode asked) throws Refused {
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
    request = client == null ? request : request.from(client);
    return time == null ? request : request.at(instant(time));
  }

  static @Nullable String text(JsonNode asked, String key) throws Refused {
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

  private static Instant instant(String text) throws Refused {
    try {
      return Instant.parse(text);
    } catch (DateTimeException _) {
      throw new Refused(
          AdminError.INVALID, "time: " + text + " (expected: such as 2026-01-31T14:03:00Z)");
    }
  }
}
