package dev.yumen.control.admin;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway of two teams, and one who is root. Each team has {@code a-} or {@code b-} names. */
final class TeamGateway implements AutoCloseable {
  static final String ROOT = "root-0123456789ab";
  static final String A = "a-admin-0123456789";
  static final String B = "b-admin-0123456789";

  /** Of team a too, and may only look. */
  static final String A_VIEWER = "a-viewer-0123456789";

  /** Who may come in; a test that is about workspaces writes its own behind it. */
  static final String TOKENS =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      audit: {path: audit.jsonl, sync: 0s}
      recording: {requests: 500}
      runtime: {loops: 1}
      source: {store: {}}
      admin:
        address: "127.0.0.1:0"
        tokens:
          - {name: root, token: root-0123456789ab, role: admin}
          - {name: alex, token: a-admin-0123456789, role: admin, workspace: team-a}
          - {name: bo, token: b-admin-0123456789, role: admin, workspace: team-b}
          - {name: ann, token: a-viewer-0123456789, workspace: team-a}
      """;

  /** What it begins with; what a test adds stands behind. */
  static final String FILES =
      TOKENS
          + """
            workspaces:
              - {name: team-a, objects: "a-*", paths: /a/**, shared: shared}
              - {name: team-b, objects: "b-*", paths: /b/**}
          """;

  private static final JsonMapper JSON = new JsonMapper();

  final Path folder;
  final ManagedGateway gateway;

  private TeamGateway(Path folder, ManagedGateway gateway) {
    this.folder = folder;
    this.gateway = gateway;
  }

  /** Starts one with a file in this folder. */
  static TeamGateway start(Path folder, String yaml) throws Exception {
    return start(folder, yaml, Map.of());
  }

  /** The same in a process with these variables. */
  static TeamGateway start(Path folder, String yaml, Map<String, String> variables)
      throws Exception {
    Path file = folder.resolve("yumen.yaml");
    Files.writeString(file, yaml);
    ConfigReader reader = new ConfigReader(BuiltInFilters.byName(), variables);
    return new TeamGateway(folder, ManagedGateway.start(file, reader, live -> {}));
  }

  @Override
  public void close() {
    gateway.close();
  }

  RawResponse get(String token, String path) {
    return as(token, "GET", path, "");
  }

  RawResponse as(String token, String method, String path, String body, String... fields) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(method + " /api/v1" + path + " HTTP/1.1\r\n");
    head.append("Host: localhost\r\nContent-Length: ").append(bytes.length).append("\r\n");
    head.append("Authorization: Bearer ").append(token).append("\r\n");
    if (!String.join("", fields).contains("Content-Type")) {
      head.append("Content-Type: application/json\r\n");
    }
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    try (RawClient client = admin()) {
      client.send((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1)).send(bytes);
      return client.readResponse(method);
    }
  }

  RawClient admin() {
    return RawClient.connect(Objects.requireNonNull(gateway.gateway().addresses().get("admin")));
  }

  /** The stream of figures, of which nothing was read; whoever asks closes it. */
  RawClient stream(String token) {
    String head = "GET /api/v1/traffic/stream HTTP/1.1\r\nHost: localhost\r\n";
    return admin().send(head + "Authorization: Bearer " + token + "\r\n\r\n");
  }

  RawResponse traffic(String path) {
    return traffic("localhost", path);
  }

  RawResponse traffic(String host, String path) {
    try (RawClient client =
        RawClient.connect(Objects.requireNonNull(gateway.gateway().addresses().get("http")))) {
      return client.get(path, "Host: " + host);
    }
  }

  /** What is in its audit log. */
  String audit() {
    Path log = folder.resolve("audit.jsonl");
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until this is in its audit log. */
  void awaitAudit(String text) {
    Eventually.within(Duration.ofSeconds(20), text, () -> audit().contains(text));
  }

  static JsonNode json(RawResponse answer) {
    return JSON.readTree(answer.text());
  }
}
