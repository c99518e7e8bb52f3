package dev.yumen.control.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every example of the OpenAPI document is sent to a gateway as it stands there. */
class OpenApiTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String CONFIG =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      admin: {address: "127.0.0.1:0"}
      recording: {requests: 10}
      source: {store: {}}
      """;

  @TempDir private Path folder;
  private ManagedGateway gateway;

  @BeforeEach
  void start() throws Exception {
    Path file = Files.writeString(folder.resolve("yumen.yaml"), CONFIG);
    gateway =
        ManagedGateway.start(file, new ConfigReader(BuiltInFilters.byName(), Map.of()), _ -> {});
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void everyExampleIsTaken() {
    List<String> refused = new ArrayList<>();
    operations()
        .forEach(
            (operation, described) -> {
              RawResponse answer = send(operation, described);
              boolean known = answer.status() == 200 || needsTheProgram(operation, answer);
              if (!known) {
                refused.add(operation + ": " + answer.status() + " " + answer.text());
              }
            });

    assertEquals(List.of(), refused);
  }

  @Test
  void whateverTakesABodyHasAnExample() {
    Set<String> named = new TreeSet<>();
    operations().keySet().forEach(named::add);

    for (String section : List.of("routes", "upstreams", "consumers", "redis")) {
      assertTrue(named.contains("put /api/v1/config/" + section + "/{name}"), named::toString);
      assertTrue(named.contains("patch /api/v1/config/" + section + "/{name}"), named::toString);
    }
    for (String path : List.of("check", "plan", "replay", "explain", "diagnose")) {
      assertTrue(named.contains("post /api/v1/" + path), named::toString);
    }
    assertTrue(named.contains("put /api/v1/config"), named::toString);
    assertTrue(named.contains("put /api/v1/log-levels/{logger}"), named::toString);
  }

  /** There is none around this gateway, and that is the only thing wrong. */
  private static boolean needsTheProgram(String operation, RawResponse answer) {
    return operation.contains("/log-levels/") && answer.status() == 503;
  }

  /** Those with a body, the whole configuration first and patches last. */
  private Map<String, JsonNode> operations() {
    JsonNode paths =
        JSON.readTree(exchange("GET", "/api/v1/openapi.json", "", "").text()).get("paths");
    Map<String, JsonNode> found = new LinkedHashMap<>();
    for (String method : List.of("put", "post", "patch")) {
      paths
          .properties()
          .forEach(
              path -> {
                JsonNode operation = path.getValue().path(method);
                if (operation.has("requestBody")) {
                  found.put(method + " " + path.getKey(), operation);
                }
              });
    }
    return found;
  }

  private RawResponse send(String operation, JsonNode described) {
    String method = operation.substring(0, operation.indexOf(' '));
    String path = operation.substring(operation.indexOf(' ') + 1);
    for (JsonNode parameter : described.path("parameters")) {
      if (parameter.path("in").asString().equals("path")) {
        String name = parameter.path("name").asString();
        path = path.replace("{" + name + "}", parameter.path("example").asString());
      }
    }
    Map.Entry<String, JsonNode> body =
        described.at("/requestBody/content").properties().iterator().next();
    JsonNode example = body.getValue().path("example");
    String text = example.isString() ? example.asString() : example.toString();
    return exchange(method.toUpperCase(Locale.ROOT), path, body.getKey(), text);
  }

  private RawResponse exchange(String method, String path, String type, String body) {
    try (RawClient client =
        RawClient.connect(Objects.requireNonNull(gateway.gateway().addresses().get("admin")))) {
      int length = body.getBytes(StandardCharsets.UTF_8).length;
      client.send(
          method
              + " "
              + path
              + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
              + type
              + "\r\nContent-Length: "
              + length
              + "\r\n\r\n"
              + body);
      return client.readResponse();
    }
  }
}
