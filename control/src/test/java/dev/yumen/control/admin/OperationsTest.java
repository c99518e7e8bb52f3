package dev.yumen.control.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators ask of the process, and tell it. */
class OperationsTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String CONFIG =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      runtime: {loops: 1}
      audit: audit.jsonl
      admin:
        address: "127.0.0.1:0"
        tokens:
          - {name: eve, token: viewer-0123456789}
          - {name: olga, token: operator-0123456789, role: operator}
          - {name: ada, token: admin-0123456789ab, role: admin}
      routes:
        - {id: hello, match: {path: /hello}, respond: {status: 200, body: hello}}
      """;
  private static final String VIEWER = "viewer-0123456789";
  private static final String OPERATOR = "operator-0123456789";
  private static final String ADMIN = "admin-0123456789ab";

  @TempDir Path folder;

  private final Said program = new Said();
  private @Nullable ManagedGateway started;

  /** A program that takes note of what it is told. */
  private static final class Said implements Program {
    final CountDownLatch stopped = new CountDownLatch(1);
    final Map<String, LogLevel> levels =
        new ConcurrentHashMap<>(Map.of("root", LogLevel.INFO, "io.netty", LogLevel.WARN));

    @Override
    public void stop() {
      stopped.countDown();
    }

    @Override
    public Map<String, LogLevel> logLevels() {
      return levels;
    }

    @Override
    public void logLevel(String logger, @Nullable LogLevel level) {
      if (level == null) {
        levels.remove(logger);
      } else {
        levels.put(logger, level);
      }
    }
  }

  @BeforeEach
  void start() throws Exception {
    Path file = Files.writeString(folder.resolve("yumen.yaml"), CONFIG);
    started =
        ManagedGateway.start(
            file, new ConfigReader(BuiltInFilters.byName(), Map.of()), loaded -> {});
    gateway().serve(program);
  }

  @AfterEach
  void close() {
    gateway().close();
  }

  // ---- what may be written ----

  @Test
  void theSchemaOfConfigurationsIsGiven() {
    RawResponse schema = get(VIEWER, "/schema");

    assertEquals("application/schema+json", schema.header("content-type"));
    assertTrue(json(schema).at("/properties/routes").isObject());
  }

  @Test
  void everyFilterIsToldWithItsSettings() {
    JsonNode filters = json(get(VIEWER, "/filters"));
    assertEquals(BuiltInFilters.all().size(), filters.get("total").asInt());
    for (JsonNode filter : filters.get("items")) {
      String name = filter.get("name").asString();
      JsonNode one = json(get(VIEWER, "/filters/" + name));
      assertEquals(filter.get("description"), one.get("description"));
      assertTrue(leadsNowhere(one.get("schema"), one.at("/schema/$defs")).isEmpty(), name);
    }
    JsonNode limit = json(get(VIEWER, "/filters/rate-limit"));
    assertFalse(limit.get("description").asString().isEmpty());
    assertTrue(limit.toString().contains("\"rate\""), limit.toString());
    assertEquals(404, get(VIEWER, "/filters/none").status());
  }

  /** References that have no definition. */
  private static List<String> leadsNowhere(JsonNode schema, JsonNode definitions) {
    List<String> lost = new ArrayList<>();
    String reference = schema.path("$ref").asString("");
    if (!reference.isEmpty() && !definitions.has(reference.replace("#/$defs/", ""))) {
      lost.add(reference);
    }
    schema.forEach(inside -> lost.addAll(leadsNowhere(inside, definitions)));
    return lost;
  }

  // ---- the process ----

  @Test
  void memoryIsTold() {
    JsonNode memory = json(get(VIEWER, "/memory"));

    assertTrue(memory.at("/heap/used").asLong() > 0, memory.toString());
    assertTrue(memory.at("/buffers/direct/used").isNumber(), memory.toString());
    assertTrue(memory.get("traffic-buffers").asLong() > 0, memory.toString());
    assertFalse(memory.get("collectors").isEmpty(), memory.toString());
  }

  @Test
  void threadsAreToldWithTheVirtualOnes() {
    RawResponse text = get(OPERATOR, "/threads");
    assertEquals("text/plain; charset=utf-8", text.header("content-type"));
    assertTrue(text.text().contains("\"loop-"), "event loops");
    assertTrue(text.text().contains("\"admin\" virtual"), "the thread that answers");
    JsonNode data = json(get(OPERATOR, "/threads?format=json"));
    assertTrue(data.at("/threadDump/threadContainers").isArray());
    assertEquals(400, get(OPERATOR, "/threads?format=xml").status());
    assertEquals(403, get(VIEWER, "/threads").status());
  }

  @Test
  void aRecordingIsGivenAndTakenNoteOf() throws Exception {
    RawResponse recorded = act(ADMIN, "POST", "/profile?seconds=1", "");

    assertEquals(200, recorded.status(), recorded::text);
    assertEquals("application/octet-stream", recorded.header("content-type"));
    Path file = Files.write(folder.resolve("recording.jfr"), recorded.body());
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertFalse(events.isEmpty());
    Eventually.within(SOON, () -> audit().contains("\"kind\":\"profile\",\"by\":\"ada\""));
    assertEquals(400, act(ADMIN, "POST", "/profile?seconds=121", "").status());
    assertEquals(403, act(OPERATOR, "POST", "/profile?seconds=1", "").status());
  }

  // ---- the log ----

  @Test
  void aLevelIsSet() {
    JsonNode levels = json(get(OPERATOR, "/log-levels"));
    assertEquals("info", levels.at("/loggers/root/level").asString());

    RawResponse set = act(OPERATOR, "PUT", "/log-levels/dev.yumen", "{\"level\": \"debug\"}");
    assertEquals(200, set.status(), set::text);
    assertEquals(LogLevel.DEBUG, program.levels.get("dev.yumen"));
    Eventually.within(SOON, () -> audit().contains("\"logger\":\"dev.yumen\",\"level\":\"debug\""));
  }

  @Test
  void aLevelThatIsSetForAWhileGoesBack() {
    RawResponse set =
        act(OPERATOR, "PUT", "/log-levels/io.netty", "{\"level\": \"trace\", \"for\": \"1h\"}");
    assertEquals("warn", json(set).get("then").asString());
    assertEquals(LogLevel.TRACE, program.levels.get("io.netty"));
    act(OPERATOR, "PUT", "/log-levels/io.netty", "{\"level\": \"debug\", \"for\": \"10ms\"}");
    act(OPERATOR, "PUT", "/log-levels/root", "{\"level\": \"off\", \"for\": \"10ms\"}");
    act(OPERATOR, "PUT", "/log-levels/a.b", "{\"level\": \"off\", \"for\": \"10ms\"}");

    Eventually.within(
        SOON,
        () -> program.levels.equals(Map.of("root", LogLevel.INFO, "io.netty", LogLevel.WARN)));
    assertFalse(get(OPERATOR, "/log-levels").text().contains("until"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "root | {\"level\": \"loud\"} | 422",
        "root | {\"level\": \"DEBUG\"} | 422",
        "root | {} | 422",
        "root | {\"level\": \"debug\", \"for\": \"2d\"} | 422",
        "root | {\"level\": \"debug\", \"for\": \"soon\"} | 422",
        "root | {\"level\": \"debug\", \"until\": \"10m\"} | 422",
        "root | {\"level\": | 400",
        "a%20b | {\"level\": \"debug\"} | 422",
        "..a | {\"level\": \"debug\"} | 422",
      })
  void whatIsNoLevelIsRefused(String logger, String body, int status) {
    RawResponse answer = act(OPERATOR, "PUT", "/log-levels/" + logger, body);

    assertEquals(status, answer.status(), answer::text);
    assertEquals(2, program.levels.size());
  }

  // ---- the end ----

  @Test
  void aDrainBeginsOnceItIsAnswered() throws Exception {
    RawResponse answer = act(OPERATOR, "POST", "/drain", "");

    assertEquals(202, answer.status());
    assertTrue(program.stopped.await(SOON.toSeconds(), TimeUnit.SECONDS));
    Eventually.within(SOON, () -> audit().contains("\"kind\":\"drain\",\"by\":\"olga\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /drain", "PUT /log-levels/root", "POST /profile"})
  void aViewerDoesNothing(String line) {
    String[] parts = line.split(" ");
    RawResponse answer = act(VIEWER, parts[0], parts[1], "{\"level\": \"off\"}");

    assertEquals(403, answer.status());
    assertEquals(1, program.stopped.getCount());
    assertEquals(LogLevel.INFO, program.levels.get("root"));
  }

  private String audit() {
    try {
      return Files.readString(folder.resolve("audit.jsonl"));
    } catch (IOException _) {
      return "";
    }
  }

  private ManagedGateway gateway() {
    return Objects.requireNonNull(started);
  }

  private RawResponse get(String token, String target) {
    return act(token, "GET", target, "");
  }

  private RawResponse act(String token, String method, String target, String body) {
    InetSocketAddress admin = Objects.requireNonNull(gateway().gateway().addresses().get("admin"));
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    try (RawClient client = RawClient.connect(admin).timeout(SOON)) {
      client.send(
          method
              + " /api/v1"
              + target
              + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
              + token
              + "\r\nContent-Type: application/json\r\nContent-Length: "
              + length
              + "\r\n\r\n"
              + body);
      return client.readResponse(method);
    }
  }

  private static JsonNode json(RawResponse answer) {
    assertEquals(200, answer.status(), answer::text);
    return JSON.readTree(answer.text());
  }
}
