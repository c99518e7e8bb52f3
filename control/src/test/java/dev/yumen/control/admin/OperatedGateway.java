package dev.yumen.control.admin;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.control.ManagedGateway.NotStarted;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway of one folder as its operators see it: started, asked, and started again. */
final class OperatedGateway implements AutoCloseable {
  /** What a file begins with, without the admin port. */
  static final String PORTS =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      runtime: {loops: 1}
      """;

  /** The same with an admin port that asks for no token. */
  static final String OPEN = PORTS + "admin: {address: \"127.0.0.1:0\"}\n";

  static final String YAML = "Content-Type: application/yaml";
  static final String JSON = "Content-Type: application/json";

  private static final JsonMapper MAPPER = new JsonMapper();

  private final Path folder;
  private final Map<String, String> variables;
  private @Nullable ManagedGateway running;

  OperatedGateway(Path folder) {
    this(folder, Map.of());
  }

  /** One whose process has these variables. */
  OperatedGateway(Path folder, Map<String, String> variables) {
    this.folder = folder;
    this.variables = variables;
  }

  /** Replaces its file as a whole. */
  void write(String yaml) throws IOException {
    Path written = Files.writeString(folder.resolve("yumen.yaml.new"), yaml);
    Files.move(written, folder.resolve("yumen.yaml"), StandardCopyOption.REPLACE_EXISTING);
  }

  OperatedGateway start(String yaml) throws IOException, NotStarted {
    write(yaml);
    return start();
  }

  /** Starts it with the file that is there; one that runs ends before. */
  OperatedGateway start() throws NotStarted {
    close();
    ConfigReader reader = new ConfigReader(BuiltInFilters.byName(), variables);
    running = ManagedGateway.start(folder.resolve("yumen.yaml"), reader, live -> {});
    return this;
  }

  @Override
  public void close() {
    if (running != null) {
      running.close();
    }
  }

  ManagedGateway managed() {
    return Objects.requireNonNull(running, "not started");
  }

  /** The number of the version that is live. */
  long version() {
    return Objects.requireNonNull(managed().status().live()).number();
  }

  RawResponse get(String path, String... fields) {
    return send("GET", path, "", fields);
  }

  /** Asks the admin API; the path is the one behind {@code /api/v1}. */
  RawResponse send(String method, String path, String body, String... fields) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(method + " /api/v1" + path + " HTTP/1.1\r\n");
    head.append("Host: localhost\r\nContent-Length: ").append(bytes.length).append("\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    try (RawClient client = admin()) {
      client.send(head + "\r\n").send(bytes);
      return client.readResponse(method);
    }
  }

  RawClient admin() {
    return connect("admin");
  }

  RawResponse traffic(String path, String... fields) {
    try (RawClient client = connect("http")) {
      return client.get(path, fields);
    }
  }

  private RawClient connect(String port) {
    return RawClient.connect(
        Objects.requireNonNull(managed().gateway().addresses().get(port), port));
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
    return MAPPER.readTree(answer.text());
  }
}
