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
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever team b has is called {@code b-hidden…}, and no token of team a may ever read that. */
class WorkspacesTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String MARKER = "b-hidden";
  private static final String ROOT = "root-0123456789ab";
  private static final String A = "a-admin-0123456789";
  private static final String B = "b-admin-0123456789";
  private static final String FILES =
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
        workspaces:
          - {name: team-a, objects: "a-*", paths: [/a/**, /only], hosts: [a.example.com, "*.a.example.com"], shared: shared}
          - {name: team-b, objects: "b-*", paths: "/b-hidden/**"}
      upstreams:
        shared: {endpoints: ["127.0.0.1:1"], circuit-breaker: {fallback: {upstream: b-hidden-up}}}
        b-hidden-up: {endpoints: ["127.0.0.1:1"]}
        a-up: {endpoints: ["127.0.0.1:1"]}
        a-next: {endpoints: ["127.0.0.1:1"]}
      consumers:
        - {name: a-alice, credentials: [{api-key: key-of-alice-0123}]}
        - {name: b-hidden-bob, groups: [b-hidden-group], credentials: [{api-key: key-of-bob-012345}]}
      routes:
        - id: b-hidden-route
          match: {path: "/b-hidden/**"}
          filters: [{canary: {candidate: b-hidden-up}}]
          to: shared
        - id: b-hidden-wide
          match: {path: "/a/wide/**", priority: 5}
          respond: {body: b-hidden}
        - id: a-canary
          match: {path: "/a/canary/**"}
          filters: [{canary: {candidate: a-next}}]
          to: a-up
        - {id: a-plain, match: {path: "/a/**"}, to: shared}
      """;
  private static final String ROUTE =
      "{\"match\": {\"host\": \"a.example.com\", \"path\": \"%s\"}, \"respond\": {\"body\": \"x\"}}";

  @TempDir Path folder;

  private final List<ManagedGateway> started = new ArrayList<>();
  private ManagedGateway gateway;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(folder.resolve("yumen.yaml"), FILES);
    Files.writeString(folder.resolve("page.html"), "b-hidden");
    ConfigReader reader =
        new ConfigReader(BuiltInFilters.byName(), Map.of("GRAFANA_TOKEN", "b-hidden-token"));
    gateway = ManagedGateway.start(folder.resolve("yumen.yaml"), reader, live -> {});
    started.add(gateway);
  }

  @AfterEach
  void close() {
    started.forEach(ManagedGateway::close);
  }

  // ---- what is seen ----

  @Test
  void nothingOfAnotherWorkspaceIsInAnyAnswer() throws Exception {
    makeAStir();
    JsonNode paths = JSON.readTree(as(ROOT, "GET", "/openapi.json", "").text()).get("paths");
    int asked = 0;
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        String reach = method.getValue().get("x-workspace").asString();
        asked += ask(method.getKey().toUpperCase(Locale.ROOT), path.getKey().substring(7), reach);
      }
    }
    assertTrue(asked > 50, asked + " requests");
  }

  private int ask(String method, String path, String reach) throws Exception {
    List<String> targets =
        path.contains("{")
            ? List.of(filled(path, "a-plain"), filled(path, "a-up"), filled(path, "1"))
            : List.of(path, path + "?from=1", path + "?time=2100-01-01T00:00:00Z");
    for (String target : targets) {
      RawResponse answer = as(A, method, target, body(path));
      String told = answer.head() + answer.text();
      assertFalse(told.contains(MARKER), method + " " + target + "\n" + told);
      boolean refused = answer.status() == 403 && told.contains("a token of a workspace");
      assertEquals(reach.equals("none"), refused, method + " " + target + "\n" + told);
    }
    if (path.contains("{") && !reach.equals("none")) {
      for (String name : List.of("route", "up", "bob", "wide")) {
        String there = told(as(A, method, filled(path, "b-hidden-" + name), body(path)));
        String not = told(as(A, method, filled(path, "b-nobody-" + name), body(path)));
        assertEquals(not, there.replace(MARKER, "b-nobody"), method + " " + path);
      }
    }
    return targets.size();
  }

  /** All that a client can tell two answers apart by. */
  private static String told(RawResponse answer) {
    return answer.head().replaceAll("(?im)^date:.*\r?\n", "") + answer.text();
  }

  private static String filled(String path, String name) {
    return path.replaceAll("\\{\\w+}", name);
  }

  private static String body(String path) {
    return path.equals("/explain")
        ? "{\"url\": \"http://a.example.com/a/wide/x\"}"
        : path.startsWith("/config/") ? "{}" : "";
  }

  /** Versions, requests and figures of both. */
  private void makeAStir() throws Exception {
    String body = "{\"match\": {\"path\": \"/b-hidden/new\"}, \"respond\": {\"body\": \"x\"}}";
    RawResponse put = as(ROOT, "PUT", "/config/routes/b-hidden-new", body, "X-Author: b-hidden");
    assertEquals(200, put.status(), put.text());
    for (String path : List.of("/b-hidden/1", "/a/1", "/a/canary/1", "/none-b-hidden")) {
      traffic(path);
    }
    Eventually.within(SOON, () -> json(as(ROOT, "GET", "/requests", "")).get("items").size() >= 4);
  }

  @Test
  void theStreamOfFiguresIsOfTheWorkspaceAlone() throws Exception {
    String head = "GET /api/v1/traffic/stream HTTP/1.1\r\nHost: localhost\r\n";
    try (RawClient client = admin()) {
      client.send(head + "Authorization: Bearer " + A + "\r\n\r\n");
      client.readUntil("event: traffic");
      Eventually.within(
          SOON,
          () -> {
            traffic("/b-hidden/1");
            traffic("/a/1");
            String event = client.readUntil("\n\n");
            assertFalse(event.contains(MARKER), event);
            return event.contains("a-plain");
          });
    }
    Eventually.within(
        SOON,
        "the others see it",
        () -> {
          traffic("/b-hidden/1");
          return as(B, "GET", "/traffic", "").text().contains(MARKER);
        });
  }

  @Test
  void listsCountOnlyWhatIsOwn() {
    assertEquals(2, json(as(A, "GET", "/routes", "")).get("total").asInt());
    assertEquals(0, json(as(A, "GET", "/routes?search=b-hidden", "")).get("total").asInt());
    assertEquals(1, json(as(A, "GET", "/consumers", "")).get("total").asInt());
    assertEquals(2, json(as(A, "GET", "/upstreams", "")).size());
    JsonNode status = json(as(A, "GET", "/status", ""));
    assertEquals("team-a", status.get("workspace").asString());
    assertEquals(2, status.get("routes").asInt());
    assertEquals(4, json(as(ROOT, "GET", "/routes", "")).get("total").asInt(), "all see all");
    assertEquals(1, json(as(A, "GET", "/canaries", "")).get("items").size());
  }

  @Test
  void differencesAreOfOwnObjects() {
    String route = ROUTE.formatted("/a/new");
    assertEquals(
        200,
        as(
                ROOT,
                "PUT",
                "/config/upstreams/b-hidden-two",
                "{endpoints: a:1}",
                "Content-Type: application/yaml")
            .status());
    RawResponse put = as(A, "PUT", "/config/routes/a-new", route);
    assertEquals(200, put.status(), put.text());
    assertEquals(1, json(put).get("changes").size());
    assertTrue(json(put).path("hash").isMissingNode());

    JsonNode diff = json(as(A, "GET", "/versions/diff?from=1", ""));
    assertEquals(1, diff.get("changes").size(), diff.toString());
    assertEquals("a-new", diff.at("/changes/0/name").asString());
    JsonNode version = json(as(A, "GET", "/versions/2", ""));
    assertEquals(2, version.get("number").asInt());
    assertTrue(version.path("author").isMissingNode());
    assertEquals(2, json(as(ROOT, "GET", "/versions/diff?from=1", "")).get("changes").size());
  }

  @Test
  void requestsOfOthersAreAsIfNotRecorded() throws Exception {
    makeAStir();
    JsonNode all = json(as(ROOT, "GET", "/requests?route=b-hidden-route", ""));
    String id = all.at("/items/0/id").asString();

    JsonNode own = json(as(A, "GET", "/requests", ""));
    assertEquals(2, own.get("items").size(), own.toString());
    assertEquals(2, own.get("recorded").asInt());
    assertEquals(0, json(as(A, "GET", "/requests?route=", "")).get("items").size());
    assertEquals(404, as(A, "GET", "/requests/" + id, "").status());
    assertEquals(404, as(A, "POST", "/explain", "{\"id\": \"" + id + "\"}").status());
    assertEquals(200, as(B, "GET", "/requests/" + id, "").status());
  }

  @Test
  void explainTellsOfOwnRoutesAlone() {
    JsonNode own = explain("http://a.example.com/a/x");
    assertEquals("a-plain", own.get("route").asString(), own.toString());
    assertEquals("shared", own.get("upstream").asString());
    JsonNode others = explain("http://a.example.com/a/wide/x");
    assertTrue(others.get("route").isNull(), others.toString());
    assertEquals("no route of the workspace takes this request", others.get("why").asString());
    JsonNode nobodys = explain("http://a.example.com/none");
    assertEquals(nobodys.get("why"), others.get("why"));
    assertEquals(nobodys.get("status"), others.get("status"));
  }

  private JsonNode explain(String url) {
    RawResponse answer = as(A, "POST", "/explain", "{\"url\": \"" + url + "\"}");
    assertEquals(200, answer.status(), answer.text());
    assertFalse(answer.text().contains(MARKER), answer.text());
    return json(answer);
  }

  // ---- what is written ----

  @Test
  void ownObjectsAreWrittenAndTheAuditLogNamesTheWorkspace() throws Exception {
    RawResponse upstream =
        as(A, "PUT", "/config/upstreams/a-mine", "{\"endpoints\": [\"127.0.0.1:1\"]}");
    assertEquals(200, upstream.status(), upstream.text());
    RawResponse put = as(A, "PUT", "/config/routes/a-new", ROUTE.formatted("/a/new"));
    assertEquals(200, put.status(), put.text());
    assertEquals("x", traffic("/a/new"));
    String patch = "{\"respond\": {\"body\": \"y\"}}";
    assertEquals(200, as(A, "PATCH", "/config/routes/a-new", patch).status());
    assertEquals("y", traffic("/a/new"));
    RawResponse got = as(A, "GET", "/config/routes/a-new", "");
    String tag = "If-Match: " + got.header("etag");
    assertEquals(200, as(A, "DELETE", "/config/routes/a-new", "", tag).status());
    assertEquals(404, as(A, "GET", "/config/routes/a-new", "").status());

    audited(
        "\"by\":\"alex\",\"workspace\":\"team-a\",\"method\":\"PUT\",\"section\":\"routes\","
            + "\"name\":\"a-new\"");
  }

  @Test
  void aSharedUpstreamMayBeNamedAndOthersAreAsIfNotThere() {
    String to = "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/a/t\"}, \"to\": \"%s\"}";
    assertEquals(200, as(A, "PUT", "/config/routes/a-t", to.formatted("shared")).status());
    assertEquals(200, as(A, "PUT", "/config/routes/a-t", to.formatted("a-up")).status());
    RawResponse hidden = as(A, "PUT", "/config/routes/a-t", to.formatted("b-hidden-up"));
    RawResponse nobody = as(A, "PUT", "/config/routes/a-t", to.formatted("b-nobody-up"));
    assertEquals(422, hidden.status(), hidden.text());
    assertEquals(told(nobody), told(hidden).replace(MARKER, "b-nobody"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/b-hidden/x\"}, \"respond\": {}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/ab\"}, \"respond\": {}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/only/x\"}, \"respond\": {}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/{any}/x\"}, \"respond\": {}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/**\"}, \"respond\": {}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/%61/x\"}, \"respond\": {}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": {\"regex\": \"/a/.*\"}}, \"respond\": {}}",
        "{\"match\": {\"host\": \"a.example.com\"}, \"respond\": {}}",
        "{\"match\": {\"path\": \"/a/x\"}, \"respond\": {}}",
        "{\"match\": {\"host\": \"b.example.com\", \"path\": \"/a/x\"}, \"respond\": {}}",
        "{\"match\": {\"host\": \"*.example.com\", \"path\": \"/a/x\"}, \"respond\": {}}",
        "{\"match\": {\"host\": [\"a.example.com\", \"b.example.com\"], \"path\": \"/a/x\"}, \"respond\": {}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/a/x\"}, \"static\": {\"folder\": \".\"}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/a/x\"}, \"respond\": {\"body\": \"${file:page.html}\"}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/a/x\"}, \"respond\": {\"body\": \"${GRAFANA_TOKEN}\"}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/a/x\"}, \"respond\": {\"body\": \"${NOT_SET:-b}\"}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/a/x\"}, \"filters\": [{\"access-log\": {\"file\": \"page.html\"}}], \"respond\": {}}",
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/a/x\"}, \"filters\": [{\"access-log\": {\"file\": \"/nowhere/none\"}}], \"respond\": {}}"
      })
  void aRouteOutOfItsPlaceIsRefusedAndAudited(String route) throws Exception {
    RawResponse put = as(A, "PUT", "/config/routes/a-out", route);
    assertEquals(403, put.status(), put.text());
    assertFalse(put.text().contains(MARKER) && !route.contains(MARKER), put.text());
    assertEquals(403, as(A, "PUT", "/config/routes/a-out?dry-run=true", route).status());
    assertEquals(404, as(A, "GET", "/config/routes/a-out", "").status());
    audited("\"by\":\"alex\",\"workspace\":\"team-a\"");
    audited("\"code\":\"FORBIDDEN\"");
  }

  @Test
  void anUpstreamReadsNoFilesAndStandsForNoneOfOthers() {
    for (String settings :
        List.of(
            "{\"endpoints\": [\"a:1\"], \"tls\": {\"ca\": \"page.html\"}}",
            "{\"endpoints\": [\"a:1\"], \"tls\": {\"ca\": \"none.pem\"}}",
            "{\"endpoints\": [\"${GRAFANA_TOKEN}:1\"]}")) {
      RawResponse put = as(A, "PUT", "/config/upstreams/a-out", settings);
      assertEquals(403, put.status(), put.text());
    }
    RawResponse alias = as(A, "PUT", "/config/upstreams/a-out", "{\"use\": \"b-hidden-up\"}");
    RawResponse nobody = as(A, "PUT", "/config/upstreams/a-out", "{\"use\": \"b-nobody-up\"}");
    assertEquals(422, alias.status(), alias.text());
    assertEquals(told(nobody), told(alias).replace(MARKER, "b-nobody"));
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /config/routes/b-hidden-route",
    "PUT, /config/routes/free",
    "PATCH, /config/routes/b-hidden-route",
    "DELETE, /config/routes/b-hidden-route",
    "DELETE, /config/upstreams/shared",
    "PUT, /config/consumers/a-alice",
    "PUT, /config/redis/a-redis",
    "PUT, /config/routes/a-x?confirm-within=1h",
    "PUT, /config",
    "GET, /config",
    "POST, /versions/1/rollback",
    "POST, /versions/1/confirm",
    "POST, /check",
    "POST, /plan",
    "POST, /replay",
    "POST, /reload",
    "POST, /drain",
    "POST, /profile",
    "GET, /threads",
    "GET, /log-levels",
    "PUT, /log-levels/root",
    "GET, /memory",
    "GET, /traffic/history"
  })
  void whatIsNotOfTheWorkspaceIsForbidden(String method, String target) throws Exception {
    RawResponse answer = as(A, method, target, "{}");
    assertEquals(403, answer.status(), answer.text());
    String path = "/api/v1" + target.replaceAll("\\?.*", "");
    audited("\"path\":\"" + path + "\",\"code\":\"FORBIDDEN\"");
  }

  @Test
  void aViewerOfAWorkspaceWritesNothing() {
    RawResponse put =
        as("a-viewer-0123456789", "PUT", "/config/routes/a-new", ROUTE.formatted("/a/new"));
    assertEquals(403, put.status());
    assertEquals(200, as("a-viewer-0123456789", "GET", "/routes/a-plain", "").status());
  }

  @Test
  void errorsElsewhereAreNotTold() {
    String route = "{\"match\": {\"path\": \"/b-hidden/up\"}, \"to\": \"a-mine\", \"filters\": []}";
    as(A, "PUT", "/config/upstreams/a-mine", "{\"endpoints\": [\"127.0.0.1:1\"]}");
    assertEquals(200, as(ROOT, "PUT", "/config/routes/b-hidden-to", route).status());

    RawResponse delete = as(A, "DELETE", "/config/upstreams/a-mine", "");
    assertEquals(422, delete.status(), delete.text());
    assertFalse(told(delete).contains(MARKER), delete.text());
    assertTrue(json(delete).get("detail").asString().contains("elsewhere"), delete.text());
  }

  @Test
  void anObjectOfTheWorkspaceWithErrorsSaysWhere() {
    String route =
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/a/x\"}, \"respond\": {\"status\": 99}}";
    RawResponse put = as(A, "PUT", "/config/routes/a-new", route);
    assertEquals(422, put.status());
    assertEquals("/respond/status", json(put).at("/problems/0/pointer").asString(), put.text());
  }

  @Test
  void aReloadThatMovesAWorkspaceHoldsFromTheNextRequestOn() throws Exception {
    assertEquals(404, as(B, "GET", "/routes/a-plain", "").status());
    String moved =
        FILES.replace("objects: \"a-*\"", "objects: \"c-*\"").replace("\"b-*\"", "[b-*, a-*]");
    Files.writeString(folder.resolve("yumen.yaml"), moved);
    assertEquals(200, as(ROOT, "POST", "/reload", "").status());

    Eventually.within(SOON, () -> as(B, "GET", "/routes/a-plain", "").status() == 200);
    assertEquals(404, as(A, "GET", "/routes/a-plain", "").status());
  }

  // ---- tricks ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/config/routes/../../versions",
        "/api/v1/config/routes/a-plain/../b-hidden-route",
        "/api/v1/config/routes/./b-hidden-route",
        "/api/v1/config/routes/%2e%2e/routes/b-hidden-route",
        "/api/v1/config/routes/%2E./routes/b-hidden-route",
        "/api/v1/config/routes/.%2e",
        "/api/v1/config/routes/a-plain%2f..%2fb-hidden-route",
        "/api/v1/config/routes/a-plain%2F%2e%2e%2Fb-hidden-route",
        "/api/v1/config/routes/a-plain%5c..%5cb-hidden-route",
        "/api/v1/config/routes/a-plain\\..\\b-hidden-route",
        "/api/v1/config/routes/..;/b-hidden-route",
        "/api/v1/config/routes/..;a=b/routes/b-hidden-route",
        "/api/v1/config/routes/b-hidden-route;a-plain",
        "/api/v1/config/routes/b-hidden-route%3ba-plain",
        "/api/v1/config//routes/b-hidden-route",
        "//api/v1/config/routes/b-hidden-route",
        "/api/v1/config/routes/%252e%252e/b-hidden-route",
        "/api/v1/config/routes/a-plain%252f..%252fb-hidden-route",
        "/api/v1/config/routes/b-hidden-route%00",
        "/api/v1/config/routes/a-plain%00b-hidden-route",
        "/api/v1/config/routes/%zz",
        "/api/v1/config/routes/%c0%ae%c0%ae/b-hidden-route",
        "/api/../../b-hidden-route"
      })
  void aPathTrickIsRefusedAndAudited(String target) {
    try (RawClient client = admin()) {
      client.send(
          "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(target, A));
      RawResponse answer = client.readResponse("GET");
      assertEquals(400, answer.status(), answer.text());
      assertFalse(answer.text().contains(MARKER), answer.text());
    }
    String written = target.replace("\\", "\\\\");
    audited("\"path\":\"" + written + "\",\"code\":\"BAD_REQUEST\"");
  }

  @Test
  void whatIsNoRequestIsAuditedToo() {
    try (RawClient client = admin()) {
      client.send("GET /api/v1/routes HTTP/1.1\r\nHost : localhost\r\n\r\n");
      assertEquals(400, client.readResponse("GET").status());
    }
    audited("\"by\":\"unknown\",\"client\":\"127.0.0.1\",\"method\":\"\",\"path\":\"\"");
  }

  @Test
  void strangersDoNotFillTheAuditLog() throws Exception {
    for (int i = 0; i < 200; i++) {
      try (RawClient client = admin()) {
        client.send("GET /api/v1/../" + i + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertEquals(400, client.readResponse("GET").status());
      }
    }
    audited("/api/v1/../0");
    long lines = Files.readString(folder.resolve("audit.jsonl")).lines().count();
    assertTrue(lines < 100, lines + " lines of 200 refusals");
  }

  // ---- all of it ----

  private void audited(String text) {
    Path log = folder.resolve("audit.jsonl");
    Eventually.within(SOON, text, () -> read(log).contains(text));
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RawClient admin() {
    return RawClient.connect(Objects.requireNonNull(gateway.gateway().addresses().get("admin")));
  }

  private RawResponse as(String token, String method, String path, String body, String... fields) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(method + " /api/v1" + path + " HTTP/1.1\r\n");
    head.append("Host: localhost\r\nContent-Length: ").append(bytes.length).append("\r\n");
    head.append("Authorization: Bearer ").append(token).append("\r\n");
    if (fields.length == 0 || !String.join("", fields).contains("Content-Type")) {
      head.append("Content-Type: application/json\r\n");
    }
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    try (RawClient client = admin()) {
      client.send((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1)).send(bytes);
      if (path.equals("/traffic/stream")) {
        String event = client.readUntil("event: traffic");
        return new RawResponse(200, List.of(), new byte[0], List.of(), event, false);
      }
      return client.readResponse(method);
    }
  }

  private String traffic(String path) {
    try (RawClient client =
        RawClient.connect(Objects.requireNonNull(gateway.gateway().addresses().get("http")))) {
      client.send("GET " + path + " HTTP/1.1\r\nHost: a.example.com\r\n\r\n");
      return client.readResponse().text();
    }
  }

  private static JsonNode json(RawResponse answer) {
    return JSON.readTree(answer.text());
  }
}
