package dev.yumen.control.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway that runs in this process, asked through its admin API. */
final class LiveGateway implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PORTS =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      runtime: {loops: 1}
      """;
  private static final String OPEN = "admin: {address: \"127.0.0.1:0\"}\n";

  private final ManagedGateway gateway;

  private LiveGateway(ManagedGateway gateway) {
    this.gateway = gateway;
  }

  static LiveGateway recording(Path folder, String yaml) throws Exception {
    return start(folder, OPEN + "recording: 1000\n" + yaml);
  }

  static LiveGateway forgetful(Path folder, String yaml) throws Exception {
    return start(folder, OPEN + yaml);
  }

  static LiveGateway start(Path folder, String yaml) throws Exception {
    Path file = Files.writeString(folder.resolve("yumen.yaml"), PORTS + yaml);
    return new LiveGateway(
        ManagedGateway.start(file, new ConfigReader(BuiltInFilters.byName(), Map.of()), _ -> {}));
  }

  ManagedGateway managed() {
    return gateway;
  }

  RawClient connect(String listener) {
    return RawClient.connect(
            Objects.requireNonNull(gateway.gateway().addresses().get(listener), listener))
        .timeout(Duration.ofSeconds(20));
  }

  int send(String target, String... fields) {
    try (RawClient client = connect("http")) {
      return client.get(target, fields).status();
    }
  }

  void recorded(long requests) {
    Eventually.within(
        Duration.ofSeconds(20), () -> gateway.gateway().recording().recorded() >= requests);
  }

  /** The trace id of the newest recorded request. */
  String newest() {
    return gateway.gateway().recording().newest(_ -> true, 1).getFirst().id();
  }

  RawResponse ask(String query, String body, String... fields) {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    StringBuilder head = new StringBuilder("POST /api/v1/diagnose" + query + " HTTP/1.1\r\n");
    head.append("Host: localhost\r\nContent-Type: application/json\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    head.append("Content-Length: ").append(length).append("\r\n\r\n");
    try (RawClient client = connect("admin")) {
      return client.send(head + body).readResponse("POST");
    }
  }

  JsonNode diagnose(String body) {
    RawResponse answer = ask("", body);
    assertEquals(200, answer.status(), answer::text);
    return JSON.readTree(answer.text());
  }

  static JsonNode step(JsonNode told, String check) {
    return StreamSupport.stream(told.path("steps").spliterator(), false)
        .filter(step -> step.path("check").asString().equals(check))
        .findFirst()
        .orElseThrow();
  }

  /** The code of the most telling evidence of a step, behind its verdict: {@code found expired}. */
  static String seen(JsonNode told, String check) {
    JsonNode step = step(told, check);
    return step.path("verdict").asString() + " " + step.at("/evidence/0/code").asString();
  }

  @Override
  public void close() {
    gateway.close();
  }
}
