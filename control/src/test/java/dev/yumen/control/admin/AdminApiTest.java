package dev.yumen.control.admin;

import static dev.yumen.control.admin.OperatedGateway.JSON;
import static dev.yumen.control.admin.OperatedGateway.OPEN;
import static dev.yumen.control.admin.OperatedGateway.PORTS;
import static dev.yumen.control.admin.OperatedGateway.YAML;
import static dev.yumen.control.admin.OperatedGateway.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.control.ManagedGateway.NotStarted;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the admin API tells of a gateway, and what it does not read. */
class AdminApiTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String ROUTES =
      """
      upstreams:
        users: {endpoints: ["127.0.0.1:1"]}
      consumers:
        - {name: alice, groups: [staff], tags: {team: a}, credentials: [{api-key: k-secret-of-alice}]}
      routes:
        - id: users
          match: {path: "/users/**", methods: [GET]}
          to: users
        - id: hello
          match: {path: /hello}
          respond: {status: 200, body: hello}
      """;

  @TempDir Path folder;

  @AutoClose private OperatedGateway gateway;

  @BeforeEach
  void prepare() {
    gateway = new OperatedGateway(folder);
  }

  // ---- what there is ----

  @Test
  void statusSaysWhatIsLive() throws Exception {
    gateway.start(OPEN + ROUTES);
    JsonNode status = json(gateway.get("/status"));

    assertEquals(1, status.at("/config/live/number").asInt());
    assertEquals(2, status.get("routes").asInt());
    assertEquals("127.0.0.1", status.at("/addresses/http").asString().replaceFirst(":.*", ""));
  }

  @Test
  void routesAreListedWithTheirPlaces() throws Exception {
    gateway.start(OPEN + ROUTES);
    JsonNode routes = json(gateway.get("/routes"));

    assertEquals(2, routes.get("total").asInt());
    assertEquals("users", routes.at("/items/0/id").asString());
    assertEquals("to users", routes.at("/items/0/ends").asString());
    assertEquals("yumen.yaml:10", routes.at("/items/0/at").asString());
  }

  @Test
  void routesAreSearchedAndPaged() throws Exception {
    StringBuilder many = new StringBuilder("routes:\n");
    IntStream.range(0, 120)
        .forEach(
            i ->
                many.append(
                    "  - {id: r%d, match: {path: /p/%d}, respond: {status: 200}}\n"
                        .formatted(i, i)));
    gateway.start(OPEN + many);

    JsonNode found = json(gateway.get("/routes?search=P%2F11&per-page=5&page=2"));
    assertEquals(11, found.get("total").asInt(), "11 and 110 to 119");
    assertEquals("r114", found.at("/items/0/id").asString());
    assertEquals(5, found.get("items").size());
    assertEquals(0, json(gateway.get("/routes?page=999")).get("items").size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"page=0", "page=x", "per-page=1001", "per-page=-1", "page=99999999999"})
  void aPageThatCanNotBeIsRefused(String query) throws Exception {
    RawResponse answer = gateway.start(OPEN).get("/routes?" + query);

    assertEquals(400, answer.status());
    assertTrue(json(answer).get("detail").asString().contains("expected: a number"), answer.text());
  }

  @Test
  void anUnknownParameterIsRefused() throws Exception {
    RawResponse answer = gateway.start(OPEN).get("/routes?serach=a");

    assertEquals(400, answer.status());
    assertEquals(
        "parameter \"serach\" (known: page, per-page, search)",
        json(answer).get("detail").asString());
  }

  @Test
  void oneRouteUpstreamAndConsumerAreFoundByName() throws Exception {
    gateway.start(OPEN + ROUTES);

    assertEquals("/hello", json(gateway.get("/routes/hello")).get("path").asString());
    JsonNode upstream = json(gateway.get("/upstreams/users"));
    assertEquals("127.0.0.1:1", upstream.at("/endpoints/0/address").asString());
    JsonNode consumer = json(gateway.get("/consumers/alice"));
    assertEquals("staff", consumer.at("/groups/0").asString());
    assertEquals(1, consumer.get("credentials").asInt());
    for (String path : List.of("routes/x", "upstreams/x", "consumers/x", "versions/9", "x", "")) {
      assertEquals(404, gateway.get("/" + path).status(), path);
    }
  }

  @Test
  void noSecretIsEverAnswered() throws Exception {
    gateway.start(OPEN + ROUTES);

    for (String path : List.of("consumers", "consumers/alice", "routes", "status", "versions")) {
      assertFalse(gateway.get("/" + path).text().contains("k-secret"), path);
    }
  }

  @Test
  void versionsAreKeptAcrossStarts() throws Exception {
    gateway.start(OPEN + ROUTES);
    gateway.write(OPEN + ROUTES + "log: {level: debug}\n");
    Eventually.within(SOON, () -> gateway.version() == 2);
    JsonNode versions = json(gateway.get("/versions"));
    assertEquals(2, versions.get("total").asInt());
    assertEquals("file-change", versions.at("/items/0/author").asString());
    gateway.close();

    gateway.start(OPEN + ROUTES + "log: {level: debug}\n");
    assertEquals(2, gateway.version(), "the same configuration is the same version");
    JsonNode first = json(gateway.get("/versions/1"));
    assertEquals(
        1,
        json(gateway.get("/versions/at?time=" + first.get("time").asString()))
            .get("number")
            .asInt());
    assertEquals(404, gateway.get("/versions/at?time=2001-01-01T00:00:00Z").status());
    assertEquals(400, gateway.get("/versions/at?time=yesterday").status());
  }

  @Test
  void aConfigurationIsCheckedAndNothingChanges() throws Exception {
    gateway.start(OPEN + ROUTES);

    RawResponse good = gateway.send("POST", "/check", OPEN + ROUTES, YAML);
    assertEquals(200, good.status(), good.text());
    RawResponse bad =
        gateway.send(
            "POST",
            "/check",
            OPEN + "routes: [{id: a, match: {path: b}, respond: {status: 1}}]\n",
            "Content-Type: application/yaml; charset=utf-8");
    assertEquals(422, bad.status());
    assertEquals("application/problem+json", bad.header("content-type"));
    JsonNode problems = json(bad).get("problems");
    assertEquals("/routes/0/match/path", problems.at("/0/pointer").asString());
    assertEquals(5, problems.at("/0/line").asInt());
    assertEquals(2, problems.size(), bad.text());
    assertEquals(1, gateway.version());
  }

  @ParameterizedTest
  @CsvSource({"text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})
  void whatAFormCanSendIsNotRead(String type) throws Exception {
    RawResponse answer = gateway.start(OPEN).send("POST", "/check", OPEN, "Content-Type: " + type);

    assertEquals(415, answer.status());
    assertEquals("MEDIA_TYPE", json(answer).get("code").asString());
  }

  @Test
  void whatDiffersBetweenVersionsIsTold() throws Exception {
    gateway.start(OPEN + ROUTES);
    gateway.write(OPEN + ROUTES.replace("body: hello", "body: bye"));
    Eventually.within(SOON, () -> gateway.version() == 2);

    JsonNode changes = json(gateway.get("/versions/diff?from=1&to=2")).get("changes");
    assertEquals(1, changes.size(), changes.toString());
    assertEquals("hello", changes.at("/0/name").asString());
    assertEquals("bye", changes.at("/0/settings/0/after").asString());
    JsonNode toLive = json(gateway.get("/versions/diff?from=1")).get("changes");
    assertEquals("bye", toLive.at("/0/settings/0/after").asString(), toLive.toString());
    assertTrue(toLive.at("/0/at").asString().startsWith("yumen.yaml:"), toLive.toString());
    assertEquals(404, gateway.get("/versions/diff?from=3").status());
    assertEquals(400, gateway.get("/versions/diff").status());
  }

  @Test
  void aPlanSaysWhatAConfigurationWouldChange() throws Exception {
    gateway.start(OPEN + ROUTES);
    String without = OPEN + ROUTES.substring(0, ROUTES.indexOf("  - id: hello"));

    RawResponse plan = gateway.send("POST", "/plan?lang=zh", without, YAML);
    assertEquals(200, plan.status(), plan.text());
    assertEquals("removed", json(plan).at("/changes/0/change").asString());
    assertEquals("requests-unrouted", json(plan).at("/findings/0/code").asString());
    assertEquals(422, gateway.send("POST", "/plan", "x: 1", YAML).status());
    assertEquals(400, gateway.send("POST", "/plan?lang=fr", OPEN, YAML).status());
    assertEquals(1, gateway.version());
  }

  @Test
  void aRequestIsExplainedWithoutSendingIt() throws Exception {
    gateway.start(OPEN + ROUTES);

    RawResponse hello =
        gateway.send(
            "POST",
            "/explain",
            "{\"url\": \"http://localhost/hello\", \"headers\": {\"X-A\": [\"1\", \"2\"]}}",
            JSON);
    assertEquals(200, hello.status(), hello.text());
    assertEquals("hello", json(hello).get("route").asString());
    RawResponse none =
        gateway.send("POST", "/explain?lang=zh", "{\"url\": \"http://localhost/none\"}", JSON);
    assertEquals(404, json(none).get("status").asInt(), none.text());
    for (String bad :
        List.of(
            "[]",
            "{}",
            "{\"url\": 1}",
            "{\"ulr\": \"/\"}",
            "{\"url\": \"ftp://a/\"}",
            "{\"url\": \"/\", \"client\": \"me\"}",
            "{\"url\": \"http://a/\", \"time\": \"noon\"}",
            "{\"url\": \"http://a/\", \"headers\": {\"a\": 1}}",
            "{\"url\": \"http://a/\", \"listener\": \"none\"}")) {
      RawResponse answer = gateway.send("POST", "/explain", bad, JSON);
      assertEquals(422, answer.status(), bad + answer.text());
    }
    assertEquals(400, gateway.send("POST", "/explain", "{", JSON).status());
    assertEquals(415, gateway.send("POST", "/explain", "{}", "Content-Type: text/plain").status());
  }

  @Test
  void aReloadReadsTheFilesAgain() throws Exception {
    gateway.start(OPEN + ROUTES);
    gateway.write(OPEN + ROUTES + "nonsense: 1\n");
    assertEquals(200, gateway.send("POST", "/reload", "", JSON).status());
    Eventually.within(SOON, () -> gateway.managed().status().rejected() != null);

    JsonNode status = json(gateway.get("/status"));
    assertTrue(status.at("/config/rejected/problems/0").asString().contains("nonsense"));
  }

  @Test
  void theDescriptionNamesEveryResource() throws Exception {
    JsonNode document = json(gateway.start(OPEN).get("/openapi.json"));

    assertEquals("3.1.0", document.get("openapi").asString());
    assertNotNull(document.get("paths").get("/api/v1/versions/{number}").get("get"));
    assertEquals("admin", document.get("paths").get("/api/v1/check").at("/post/x-role").asString());
    assertNotNull(document.get("paths").get("/api/v1/openapi.json"));
  }

  @Test
  void anotherMethodIsTold() throws Exception {
    RawResponse answer = gateway.start(OPEN).send("DELETE", "/routes", "");

    assertEquals(405, answer.status());
    assertEquals("DELETE (expected: GET)", json(answer).get("detail").asString());
  }

  @Test
  void headHasNoBody() throws Exception {
    gateway.start(OPEN);
    try (RawClient client = gateway.admin()) {
      client.send("HEAD /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertEquals(200, client.readResponse("HEAD").status());
      client.send("GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertEquals(200, client.readResponse("GET").status());
    }
  }

  // ---- what is sent ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/..;/status",
        "/routes%2fusers",
        "/routes/%00",
        "/routes/..%5cusers",
      })
  void tricksWithPathsAreRefused(String path) throws Exception {
    int status = gateway.start(OPEN + ROUTES).get(path).status();

    assertTrue(status == 400 || status == 404, path + ": " + status);
  }

  @Test
  void deepDocumentsAreRefused() throws Exception {
    gateway.start(OPEN);

    RawResponse answer = gateway.send("POST", "/check", "[".repeat(100_000), JSON);
    assertEquals(422, answer.status());
    assertEquals(200, gateway.get("/status").status());
  }

  @Test
  void jsonThatIsTooDeepIsRefusedInWordsOfItsOwn() throws Exception {
    gateway.start(OPEN + ROUTES);
    for (String target : new String[] {"/explain", "/diagnose"}) {
      RawResponse answer = gateway.send("POST", target, "[".repeat(2_000), JSON);
      assertEquals(400, answer.status());
      assertTrue(answer.text().contains("exceeds the maximum allowed (500)"), answer.text());
    }
  }

  // ---- the port ----

  @Test
  void aPortThatWasAskedForAndIsTakenEndsTheStart() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1)) {
      String config = PORTS + "admin: {address: \"127.0.0.1:" + taken.getLocalPort() + "\"}\n";

      NotStarted failure = assertThrows(NotStarted.class, () -> gateway.start(config));
      assertTrue(failure.problems().toString().contains("in use"), failure.problems().toString());
    }
  }

  @Test
  void withoutTheSwitchThereIsNoPort() throws Exception {
    gateway.start(PORTS + "admin: {enabled: false}\n");

    assertNull(gateway.managed().gateway().addresses().get("admin"));
  }
}
