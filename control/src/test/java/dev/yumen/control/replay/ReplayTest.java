package dev.yumen.control.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests that a gateway has had, tried on other configurations by its admin API. */
class ReplayTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PORTS =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      runtime: {loops: 2}
      admin: {address: "127.0.0.1:0"}
      """;
  private static final String LIVE =
      PORTS
          + """
          recording: {requests: 100}
          upstreams:
            users: {endpoints: ["127.0.0.1:1"]}
          consumers:
            - {name: alice, credentials: [{api-key: s3cret-of-alice}]}
          routes:
            - id: users
              match: {path: "/users/**"}
              filters: [{rewrite-path: {pattern: "^/users/(?<rest>.*)", to: "/${rest}"}}]
              to: users
            - id: hello
              match: {path: /hello}
              respond: {status: 200, body: hello}
            - id: keys
              match: {path: /keys}
              filters: [{api-key: {header: X-Who}}]
              respond: {status: 200, body: key}
          """;

  @TempDir Path folder;
  private @Nullable ManagedGateway gateway;

  @AfterEach
  void close() {
    if (gateway != null) {
      gateway.close();
    }
  }

  private void start(String yaml) throws Exception {
    Path file = Files.writeString(folder.resolve("yumen.yaml"), yaml);
    gateway =
        ManagedGateway.start(file, new ConfigReader(BuiltInFilters.byName(), Map.of()), _ -> {});
  }

  private RawClient connect(String listener) {
    return RawClient.connect(
        Objects.requireNonNull(
            Objects.requireNonNull(gateway).gateway().addresses().get(listener), listener));
  }

  private int send(String target, String... fields) {
    try (RawClient client = connect("http")) {
      return client.get(target, fields).status();
    }
  }

  private RawResponse ask(String target) {
    try (RawClient client = connect("admin")) {
      return client.get("/api/v1" + target);
    }
  }

  private RawResponse post(String target, String type, String body) {
    try (RawClient client = connect("admin").timeout(SOON)) {
      return client
          .send(
              "POST /api/v1%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(target, type, body.length(), body))
          .readResponse("POST");
    }
  }

  private JsonNode replay(String candidate) {
    RawResponse answer = post("/replay", "application/yaml", candidate);
    assertEquals(200, answer.status(), answer::text);
    return JSON.readTree(answer.text());
  }

  private void recorded(int requests) {
    Eventually.within(
        SOON, () -> Objects.requireNonNull(gateway).gateway().recording().recorded() == requests);
  }

  private void sendSome() {
    for (int i = 0; i < 5; i++) {
      assertEquals(502, send("/users/" + i), "as nobody listens there");
    }
    assertEquals(200, send("/hello"));
    assertEquals(200, send("/hello", "Authorization: Bearer s3cret-token"));
    assertEquals(200, send("/keys", "X-Who: s3cret-of-alice"));
    assertEquals(401, send("/keys"));
    recorded(9);
  }

  @Test
  void theSameConfigurationChangesNothing() throws Exception {
    start(LIVE);
    sendSome();
    JsonNode shown = replay(LIVE);
    assertEquals(9, shown.get("total").asInt());
    assertEquals(0, shown.get("route-changed").asInt());
    assertEquals(0, shown.get("status-changes").size(), "although services failed then");
    assertEquals(0, shown.get("sent-changed").asInt());
    assertEquals(0, shown.get("undecided").asInt(), "although keys are not known");
    assertEquals("None of 9 requests changes.", shown.get("text").asString());
  }

  @Test
  void aRouteThatIsGoneIsSeen() throws Exception {
    start(LIVE);
    sendSome();
    JsonNode shown = replay(LIVE.replace("path: /hello", "path: /goodbye"));
    assertEquals(2, shown.get("route-changed").asInt());
    assertEquals("hello", shown.at("/routes/0/from").asString());
    assertTrue(shown.at("/routes/0/to").isNull());
    assertEquals(2, shown.at("/routes/0/count").asInt());
    assertEquals(200, shown.at("/status-changes/0/from").asInt());
    assertEquals(404, shown.at("/status-changes/0/to").asInt());
    assertEquals(2, shown.at("/status-changes/0/count").asInt());
    assertEquals("2 of 9 change route, 2 become 404.", shown.get("text").asString());
    String id = shown.at("/routes/0/example-id").asString();
    JsonNode example = JSON.readTree(ask("/requests/" + id).text());
    assertEquals("/hello", example.get("target").asString());
  }

  @Test
  void aDoorThatIsNewIsSeenWhereItCanBe() throws Exception {
    start(LIVE);
    sendSome();
    String respond = "    respond: {status: 200, body: hello}";
    String jwt = "    filters: [{jwt: {secret: a-secret-of-at-least-32-bytes-long}}]\n";
    JsonNode shown = replay(LIVE.replace(respond, jwt + respond));
    assertEquals(0, shown.get("route-changed").asInt());
    assertEquals(401, shown.at("/status-changes/0/to").asInt());
    assertEquals(1, shown.at("/status-changes/0/count").asInt(), "the one without a token");
    assertEquals(1, shown.get("undecided").asInt(), "the one with a token");
    assertEquals(
        "0 of 9 change route, 1 become 401, 1 can not be decided, as what is asked for is not"
            + " recorded.",
        shown.get("text").asString());
  }

  @Test
  void otherKeysMakeItUndecided() throws Exception {
    start(LIVE);
    sendSome();
    JsonNode shown = replay(LIVE.replace("s3cret-of-alice", "s3cret-that-is-new"));
    assertEquals(0, shown.get("status-changes").size());
    assertEquals(1, shown.get("undecided").asInt());
  }

  @Test
  void anotherRewriteIsSeen() throws Exception {
    start(LIVE);
    sendSome();
    JsonNode shown = replay(LIVE.replace("to: \"/${rest}\"", "to: \"/v2/${rest}\""));
    assertEquals(0, shown.get("route-changed").asInt());
    assertEquals(0, shown.get("status-changes").size());
    assertEquals(5, shown.get("sent-changed").asInt());
    assertTrue(shown.get("text").asString().contains("5 are sent elsewhere"), shown::toString);
  }

  @Test
  void aListenerThatIsGoneIsSeen() throws Exception {
    start(LIVE);
    sendSome();
    JsonNode shown = replay(LIVE.replace("{http:", "{web:"));
    assertEquals("no-listener", shown.at("/status-changes/0/to").asString());
    assertTrue(shown.get("text").asString().contains("9 have no listener"), shown::toString);
  }

  @Test
  void theSentenceIsInTheLanguageAskedFor() throws Exception {
    start(LIVE);
    sendSome();
    RawResponse answer = post("/replay?lang=zh", "application/yaml", LIVE);
    assertEquals("9 个请求均无变化。", JSON.readTree(answer.body()).get("text").asString());
  }

  @Test
  void aBadCandidateIsRefusedWithItsProblems() throws Exception {
    start(LIVE);
    RawResponse answer =
        post("/replay", "application/yaml", LIVE.replace("to: users", "to: nobody"));
    assertEquals(422, answer.status(), answer::text);
    assertTrue(answer.text().contains("/routes/0/to"), answer::text);
    assertEquals(415, post("/replay", "text/plain", LIVE).status());
  }

  @Test
  void withoutARecordingThereIsNothingToTry() throws Exception {
    start(LIVE.replace("recording: {requests: 100}\n", ""));
    RawResponse answer = post("/replay", "application/yaml", LIVE);
    assertEquals(503, answer.status());
    assertTrue(answer.text().contains("the setting recording"), answer::text);
    assertEquals(503, ask("/requests").status());
  }

  // ---- requests ----

  @Test
  void requestsAreShownTheNewestFirstAndWithoutSecrets() throws Exception {
    start(LIVE);
    sendSome();
    String text = ask("/requests").text();
    assertFalse(text.contains("s3cret"), text);
    JsonNode shown = JSON.readTree(text);
    assertEquals(9, shown.get("recorded").asInt());
    assertEquals(9, shown.get("items").size());
    assertEquals("/keys", shown.at("/items/0/target").asString());
    assertEquals(1, items("/requests?limit=1"));
    assertEquals(5, items("/requests?route=users"));
    assertEquals(5, items("/requests?failure=upstream-connect-refused"));
    assertEquals(6, items("/requests?status=5xx") + items("/requests?status=401"));
    assertEquals(2, items("/requests?path=/he&method=GET"));
    assertEquals(0, items("/requests?since=2090-01-01T00:00:00Z"));
    assertEquals(400, ask("/requests?since=now").status());
    assertEquals(400, ask("/requests?status=900").status());
    assertEquals(400, ask("/requests?failure=none").status());
    assertEquals(400, ask("/requests?limit=1001").status());
    assertEquals(404, ask("/requests/none").status());
  }

  private int items(String target) {
    return JSON.readTree(ask(target).text()).get("items").size();
  }

  @Test
  void aRecordedRequestIsExplainedByItsId() throws Exception {
    start(LIVE);
    assertEquals(200, send("/keys", "X-Who: s3cret-of-alice"));
    recorded(1);
    String id = JSON.readTree(ask("/requests").text()).at("/items/0/id").asString();
    JsonNode whole = JSON.readTree(ask("/requests/" + id).text());
    assertTrue(
        whole.get("headers").toString().contains("{\"name\":\"X-Who\",\"value\":\"***\"}"),
        whole::toString);

    RawResponse told = post("/explain", "application/json", "{\"id\": \"" + id + "\"}");
    assertEquals(200, told.status(), told::text);
    JsonNode explained = JSON.readTree(told.text());
    assertEquals("keys", explained.get("route").asString());
    assertEquals(
        "not tried, credentials are not recorded", explained.at("/filters/0/effect").asString());
    assertEquals(
        422,
        post("/explain", "application/json", "{\"id\": \"" + id + "\", \"method\": \"PUT\"}")
            .status());
    assertEquals(404, post("/explain", "application/json", "{\"id\": \"none\"}").status());
  }
}
