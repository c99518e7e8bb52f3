package dev.yumen.control.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Canaries of a gateway that runs, in real time and before real services. */
class CanaryResourcesTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String OPERATOR = "Authorization: Bearer operator-0123456789";
  private static final String VIEWER = "Authorization: Bearer viewer-0123456789";

  private final AtomicInteger answered = new AtomicInteger();
  private final ScriptedUpstream old = ScriptedUpstream.start(Behaviours.respond(200, "old"));

  @TempDir Path folder;

  private @Nullable ScriptedUpstream fresh;
  private @Nullable ManagedGateway gateway;

  @BeforeEach
  void openNew() {
    fresh = ScriptedUpstream.start(Behaviours.respond(200, "new"));
  }

  @AfterEach
  void close() {
    if (gateway != null) {
      gateway.close();
    }
    old.close();
    Objects.requireNonNull(fresh).close();
  }

  private ManagedGateway running() {
    return Objects.requireNonNull(gateway);
  }

  private void start(String canary) throws Exception {
    Path file = folder.resolve("yumen.yaml");
    Files.writeString(
        file,
        """
        listeners: {http: {address: "127.0.0.1:0"}}
        management: {address: "127.0.0.1:0"}
        runtime: {loops: 1}
        audit: audit.jsonl
        admin:
          address: "127.0.0.1:0"
          tokens:
            - {name: eve, token: viewer-0123456789}
            - {name: olga, token: operator-0123456789, role: operator}
        upstreams:
          users: {endpoints: ["%s"]}
          users-v2: {endpoints: ["%s"]}
        routes:
          - id: users
            match: {path: "/**"}
            to: users
            filters:
              - canary: %s
        """
            .formatted(old.address(), Objects.requireNonNull(fresh).address(), canary));
    gateway =
        ManagedGateway.start(
            file, new ConfigReader(BuiltInFilters.byName(), Map.of()), loaded -> {});
  }

  private RawClient connect(String port) {
    return RawClient.connect(Objects.requireNonNull(running().gateway().addresses().get(port)));
  }

  private RawResponse ask(String method, String path, String who) {
    try (RawClient client = connect("admin")) {
      return client
          .send("%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n".formatted(method, path, who))
          .readResponse(method);
    }
  }

  private JsonNode canary() {
    return JSON.readTree(ask("GET", "/api/v1/canaries/users", VIEWER).text());
  }

  private String state() {
    return canary().get("state").asString();
  }

  /** Sends requests until the canary is in this state. */
  private void trafficUntil(String state) {
    try (RawClient client = connect("http")) {
      Eventually.within(
          SOON,
          "the state " + state,
          () -> {
            for (int i = 0; i < 20; i++) {
              answered.addAndGet(client.get("/").status() == 200 ? 1 : 0);
            }
            return state().equals(state);
          });
    }
  }

  @Test
  void anEqualVersionIsPromotedInRealTime() throws Exception {
    start("{candidate: users-v2, steps: [20, 50], pause: 1s, minimum-requests: 20}");
    trafficUntil("promoted");
    try (RawClient client = connect("http")) {
      assertEquals("new", client.get("/").text());
    }
    JsonNode canary = canary();
    assertEquals("users", canary.get("stable").asString());
    assertEquals("users-v2", canary.get("candidate").asString());
    assertEquals(100, canary.get("weight").asInt());
    assertEquals("all steps are done", canary.get("why").asString());
    assertEquals(0, canary.at("/test/error-difference").asInt());
    assertTrue(canary.at("/stable-figures/requests").asInt() > 0);
    assertTrue(canary.at("/candidate-figures/p99").asDouble() > 0, canary.toString());
    assertEquals("promote", canary.at("/decisions/0/decision").asString());
    assertEquals("step", canary.at("/decisions/1/decision").asString());
    assertEquals("start", canary.at("/decisions/2/decision").asString());
    try (RawClient client = connect("management")) {
      String metrics = client.get("/metrics").text();
      assertTrue(metrics.contains("gateway_canary_weight{route=\"users\"} 100"), metrics);
      assertTrue(
          metrics.contains("gateway_canary_decisions_total{decision=\"promote\",route=\"users\"} 1")
              || metrics.contains(
                  "gateway_canary_decisions_total{route=\"users\",decision=\"promote\"} 1"),
          metrics);
    }
  }

  @Test
  void aVersionThatFailsIsRolledBackInRealTime() throws Exception {
    start("{candidate: users-v2, steps: [20], pause: 1h}");
    try (RawClient client = connect("http")) {
      for (int i = 0; i < 100; i++) {
        client.get("/");
      }
    }
    for (int i = 0; i < 500; i++) {
      Objects.requireNonNull(fresh).next(Behaviours.respond(i % 4 == 0 ? 500 : 200, "new"));
    }
    trafficUntil("rolled-back");
    Objects.requireNonNull(fresh).dropQueued();
    try (RawClient client = connect("http")) {
      for (int i = 0; i < 50; i++) {
        assertEquals("old", client.get("/").text());
      }
    }
    JsonNode canary = canary();
    assertTrue(canary.get("why").asString().contains("of the candidate's requests fail"));
    assertTrue(canary.at("/test/low").asDouble() <= canary.at("/test/error-difference").asDouble());
    assertTrue(
        canary.at("/test/error-evidence").asDouble() >= canary.at("/test/needed").asDouble());
    JsonNode chinese = JSON.readTree(ask("GET", "/api/v1/canaries/users?lang=zh", VIEWER).text());
    assertTrue(chinese.get("why").asString().startsWith("候选版本有"), chinese.toString());
  }

  @Test
  void whatWasDecidedByHandSurvivesARestartAndAReload() throws Exception {
    start("{candidate: users-v2}");
    assertEquals(200, ask("POST", "/api/v1/canaries/users/promote", OPERATOR).status());
    assertEquals("by hand: olga", canary().get("why").asString());
    running().close();

    start("{candidate: users-v2}");
    try (RawClient client = connect("http")) {
      assertEquals("new", client.get("/").text());
    }
    assertEquals("promoted", state());
    running().close();
    assertTrue(
        Files.readString(folder.resolve("audit.jsonl")).contains("\"decision\":\"promote\""));

    start("{candidate: users-v2, steps: [1]}");
    assertEquals("step", state(), "another definition begins anew");
  }

  @Test
  void itIsLedByHand() throws Exception {
    start("{candidate: users-v2}");
    assertEquals(403, ask("POST", "/api/v1/canaries/users/pause", VIEWER).status());
    assertEquals("step", state());
    for (String[] each :
        new String[][] {
          {"pause", "paused"},
          {"resume", "step"},
          {"rollback", "rolled-back"},
          {"restart", "step"},
          {"promote", "promoted"}
        }) {
      RawResponse answer = ask("POST", "/api/v1/canaries/users/" + each[0], OPERATOR);
      assertEquals(200, answer.status(), answer.text());
      assertEquals(each[1], JSON.readTree(answer.text()).get("state").asString());
    }
    RawResponse unfit = ask("POST", "/api/v1/canaries/users/pause", OPERATOR);
    assertEquals(422, unfit.status());
    assertTrue(unfit.text().contains("state: promoted (expected: step)"), unfit.text());
    assertEquals(404, ask("POST", "/api/v1/canaries/other/pause", OPERATOR).status());
    assertEquals(404, ask("GET", "/api/v1/canaries/other", VIEWER).status());
    JsonNode all = JSON.readTree(ask("GET", "/api/v1/canaries", VIEWER).text());
    assertEquals("users", all.at("/items/0/route").asString());
  }
}
