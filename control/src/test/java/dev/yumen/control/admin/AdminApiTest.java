package dev.yumen.control.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.control.ManagedGateway.NotStarted;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AdminApiTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PORTS =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      runtime: {loops: 1}
      """;
  private static final String OPEN = PORTS + "admin: {address: \"127.0.0.1:0\"}\n";
  private static final String WITH_TOKENS =
      PORTS
          + """
          audit: audit.jsonl
          admin:
            address: "127.0.0.1:0"
            hosts: [Admin.example.com]
            max-body: 4KiB
            tokens:
              - {name: eve, token: viewer-0123456789}
              - {name: olga, token: operator-0123456789, role: operator}
              - {name: ada, token: admin-0123456789ab, role: admin}
          """;
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

  private final List<ManagedGateway> started = new ArrayList<>();

  @AfterEach
  void close() {
    started.forEach(ManagedGateway::close);
  }

  // ---- what there is ----

  @Test
  void statusSaysWhatIsLive() throws Exception {
    ManagedGateway gateway = start(OPEN + ROUTES);
    JsonNode status = json(get(gateway, "/api/v1/status"));

    assertEquals(1, status.at("/config/live/number").asInt());
    assertEquals(2, status.get("routes").asInt());
    assertEquals("127.0.0.1", status.at("/addresses/http").asString().replaceFirst(":.*", ""));
  }

  @Test
  void routesAreListedWithTheirPlaces() throws Exception {
    ManagedGateway gateway = start(OPEN + ROUTES);
    JsonNode routes = json(get(gateway, "/api/v1/routes"));

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
    ManagedGateway gateway = start(OPEN + many);

    JsonNode found = json(get(gateway, "/api/v1/routes?search=P%2F11&per-page=5&page=2"));
    assertEquals(11, found.get("total").asInt(), "11 and 110 to 119");
    assertEquals("r114", found.at("/items/0/id").asString());
    assertEquals(5, found.get("items").size());
    assertEquals(0, json(get(gateway, "/api/v1/routes?page=999")).get("items").size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"page=0", "page=x", "per-page=1001", "per-page=-1", "page=99999999999"})
  void aPageThatCanNotBeIsRefused(String query) throws Exception {
    RawResponse answer = get(start(OPEN), "/api/v1/routes?" + query);

    assertEquals(400, answer.status());
    assertTrue(json(answer).get("detail").asString().contains("expected: a number"), answer.text());
  }

  @Test
  void anUnknownParameterIsRefused() throws Exception {
    RawResponse answer = get(start(OPEN), "/api/v1/routes?serach=a");

    assertEquals(400, answer.status());
    assertEquals(
        "parameter \"serach\" (known: page, per-page, search)",
        json(answer).get("detail").asString());
  }

  @Test
  void oneRouteUpstreamAndConsumerAreFoundByName() throws Exception {
    ManagedGateway gateway = start(OPEN + ROUTES);

    assertEquals("/hello", json(get(gateway, "/api/v1/routes/hello")).get("path").asString());
    JsonNode upstream = json(get(gateway, "/api/v1/upstreams/users"));
    assertEquals("127.0.0.1:1", upstream.at("/endpoints/0/address").asString());
    JsonNode consumer = json(get(gateway, "/api/v1/consumers/alice"));
    assertEquals("staff", consumer.at("/groups/0").asString());
    assertEquals(1, consumer.get("credentials").asInt());
    for (String path : List.of("routes/x", "upstreams/x", "consumers/x", "versions/9", "x", "")) {
      assertEquals(404, get(gateway, "/api/v1/" + path).status(), path);
    }
  }

  @Test
  void noSecretIsEverAnswered() throws Exception {
    ManagedGateway gateway = start(OPEN + ROUTES);

    for (String path : List.of("consumers", "consumers/alice", "routes", "status", "versions")) {
      assertFalse(get(gateway, "/api/v1/" + path).text().contains("k-secret"), path);
    }
  }

  @Test
  void versionsAreKeptAcrossStarts() throws Exception {
    ManagedGateway gateway = start(OPEN + ROUTES);
    write(OPEN + ROUTES + "log: {level: debug}\n");
    Eventually.within(SOON, () -> version(gateway) == 2);
    JsonNode versions = json(get(gateway, "/api/v1/versions"));
    assertEquals(2, versions.get("total").asInt());
    assertEquals("file-change", versions.at("/items/0/author").asString());
    gateway.close();

    ManagedGateway again = start(OPEN + ROUTES + "log: {level: debug}\n");
    assertEquals(2, version(again), "the same configuration is the same version");
    JsonNode first = json(get(again, "/api/v1/versions/1"));
    assertEquals(
        1,
        json(get(again, "/api/v1/versions/at?time=" + first.get("time").asString()))
            .get("number")
            .asInt());
    assertEquals(404, get(again, "/api/v1/versions/at?time=2001-01-01T00:00:00Z").status());
    assertEquals(400, get(again, "/api/v1/versions/at?time=yesterday").status());
  }

  @Test
  void aConfigurationIsCheckedAndNothingChanges() throws Exception {
    ManagedGateway gateway = start(OPEN + ROUTES);

    RawResponse good = post(gateway, "/api/v1/check", "application/yaml", OPEN + ROUTES);
    assertEquals(200, good.status(), good.text());
    RawResponse bad =
        post(
            gateway,
            "/api/v1/check",
            "application/yaml; charset=utf-8",
            OPEN + "routes: [{id: a, match: {path: b}, respond: {status: 1}}]\n");
    assertEquals(422, bad.status());
    assertEquals("application/problem+json", bad.header("content-type"));
    JsonNode problems = json(bad).get("problems");
    assertEquals("/routes/0/match/path", problems.at("/0/pointer").asString());
    assertEquals(5, problems.at("/0/line").asInt());
    assertEquals(2, problems.size(), bad.text());
    assertEquals(1, version(gateway));
  }

  @ParameterizedTest
  @CsvSource({"text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})
  void whatAFormCanSendIsNotRead(String type) throws Exception {
    RawResponse answer = post(start(OPEN), "/api/v1/check", type, OPEN);

    assertEquals(415, answer.status());
    assertEquals("MEDIA_TYPE", json(answer).get("code").asString());
  }

  @Test
  void whatDiffersBetweenVersionsIsTold() throws Exception {
    ManagedGateway gateway = start(OPEN + ROUTES);
    write(OPEN + ROUTES.replace("body: hello", "body: bye"));
    Eventually.within(SOON, () -> version(gateway) == 2);

    JsonNode changes = json(get(gateway, "/api/v1/versions/diff?from=1&to=2")).get("changes");
    assertEquals(1, changes.size(), changes.toString());
    assertEquals("hello", changes.at("/0/name").asString());
    assertEquals("bye", changes.at("/0/settings/0/after").asString());
    JsonNode toLive = json(get(gateway, "/api/v1/versions/diff?from=1")).get("changes");
    assertEquals("bye", toLive.at("/0/settings/0/after").asString(), toLive.toString());
    assertTrue(toLive.at("/0/at").asString().startsWith("yumen.yaml:"), toLive.toString());
    assertEquals(404, get(gateway, "/api/v1/versions/diff?from=3").status());
    assertEquals(404, get(gateway, "/api/v1/versions/diff").status());
  }

  @Test
  void aPlanSaysWhatAConfigurationWouldChange() throws Exception {
    ManagedGateway gateway = start(OPEN + ROUTES);
    String without = OPEN + ROUTES.substring(0, ROUTES.indexOf("  - id: hello"));

    RawResponse plan = post(gateway, "/api/v1/plan?lang=zh", "application/yaml", without);
    assertEquals(200, plan.status(), plan.text());
    assertEquals("removed", json(plan).at("/changes/0/change").asString());
    assertEquals("requests-unrouted", json(plan).at("/findings/0/code").asString());
    assertEquals(422, post(gateway, "/api/v1/plan", "application/yaml", "x: 1").status());
    assertEquals(400, post(gateway, "/api/v1/plan?lang=fr", "application/yaml", OPEN).status());
    assertEquals(1, version(gateway));
  }

  @Test
  void aRequestIsExplainedWithoutSendingIt() throws Exception {
    ManagedGateway gateway = start(OPEN + ROUTES);

    RawResponse hello =
        post(
            gateway,
            "/api/v1/explain",
            "application/json",
            "{\"url\": \"http://localhost/hello\", \"headers\": {\"X-A\": [\"1\", \"2\"]}}");
    assertEquals(200, hello.status(), hello.text());
    assertEquals("hello", json(hello).get("route").asString());
    RawResponse none =
        post(
            gateway,
            "/api/v1/explain?lang=zh",
            "application/json",
            "{\"url\": \"http://localhost/none\"}");
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
      RawResponse answer = post(gateway, "/api/v1/explain", "application/json", bad);
      assertEquals(422, answer.status(), bad + answer.text());
    }
    assertEquals(400, post(gateway, "/api/v1/explain", "application/json", "{").status());
    assertEquals(415, post(gateway, "/api/v1/explain", "text/plain", "{}").status());
  }

  @Test
  void aReloadReadsTheFilesAgain() throws Exception {
    ManagedGateway gateway = start(OPEN + ROUTES);
    write(OPEN + ROUTES + "nonsense: 1\n");
    assertEquals(200, post(gateway, "/api/v1/reload", "application/json", "").status());
    Eventually.within(SOON, () -> gateway.status().rejected() != null);

    JsonNode status = json(get(gateway, "/api/v1/status"));
    assertTrue(status.at("/config/rejected/problems/0").asString().contains("nonsense"));
  }

  @Test
  void theDescriptionNamesEveryResource() throws Exception {
    JsonNode document = json(get(start(OPEN), "/api/v1/openapi.json"));

    assertEquals("3.1.0", document.get("openapi").asString());
    assertNotNull(document.get("paths").get("/api/v1/versions/{number}").get("get"));
    assertEquals("admin", document.get("paths").get("/api/v1/check").at("/post/x-role").asString());
    assertNotNull(document.get("paths").get("/api/v1/openapi.json"));
  }

  @Test
  void anotherMethodIsTold() throws Exception {
    RawResponse answer = request(start(OPEN), "DELETE /api/v1/routes", "", "");

    assertEquals(405, answer.status());
    assertEquals("DELETE (expected: GET)", json(answer).get("detail").asString());
  }

  @Test
  void headHasNoBody() throws Exception {
    ManagedGateway gateway = start(OPEN);
    try (RawClient client = RawClient.connect(admin(gateway))) {
      client.send("HEAD /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertEquals(200, client.readResponse("HEAD").status());
      client.send("GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertEquals(200, client.readResponse("GET").status());
    }
  }

  // ---- who may ----

  @Test
  void withTokensNobodyIsLetInWithoutOne() throws Exception {
    ManagedGateway gateway = start(WITH_TOKENS);

    RawResponse missing = get(gateway, "/api/v1/status");
    assertEquals(401, missing.status());
    assertEquals("AUTH_MISSING", json(missing).get("code").asString());
    assertEquals("Bearer realm=\"yumen\"", missing.header("www-authenticate"));
    for (String wrong :
        List.of("Bearer viewer-012345678", "Bearer", "Bearer ", "Basic dmlld2VyOjE=", "x")) {
      RawResponse answer = get(gateway, "/api/v1/status", "Authorization: " + wrong);
      assertEquals(401, answer.status(), wrong);
      assertEquals("AUTH_INVALID", json(answer).get("code").asString(), wrong);
    }
    assertEquals(
        200, get(gateway, "/api/v1/status", "Authorization: bearer viewer-0123456789").status());
  }

  @ParameterizedTest
  @CsvSource({
    "viewer-0123456789,   GET,  routes, 200",
    "viewer-0123456789,   POST, reload, 403",
    "viewer-0123456789,   POST, check,  403",
    "operator-0123456789, POST, reload, 200",
    "operator-0123456789, POST, check,  403",
    "admin-0123456789ab,  POST, reload, 200",
    "admin-0123456789ab,  POST, check,  422",
  })
  void rolesMayDoWhatTheyMay(String token, String method, String resource, int status)
      throws Exception {
    ManagedGateway gateway = start(WITH_TOKENS);

    RawResponse answer =
        request(
            gateway,
            method + " /api/v1/" + resource,
            "Authorization: Bearer " + token + "\r\nContent-Type: application/yaml\r\n",
            method.equals("POST") ? "nonsense: 1\n" : "");
    assertEquals(status, answer.status(), answer.text());
  }

  @Test
  void whoWasRefusedIsInTheAuditLogWithoutTheToken() throws Exception {
    ManagedGateway gateway = start(WITH_TOKENS);
    get(gateway, "/api/v1/status", "Authorization: Bearer wrong-token-9876");
    request(
        gateway,
        "POST /api/v1/reload",
        "Authorization: Bearer viewer-0123456789\r\nContent-Type: application/json\r\n",
        "");
    gateway.close();

    String log = Files.readString(folder.resolve("audit.jsonl"));
    assertTrue(log.contains("\"kind\":\"admin-refused\",\"by\":\"unknown\""), log);
    assertTrue(log.contains("\"by\":\"eve\",\"client\":\"127.0.0.1\",\"method\":\"POST\""), log);
    assertTrue(log.contains("\"code\":\"FORBIDDEN\""), log);
    assertFalse(log.contains("wrong-token"), log);
    assertFalse(log.contains("viewer-0123"), log);
  }

  @Test
  void tokensChangeWithAReload() throws Exception {
    ManagedGateway gateway = start(WITH_TOKENS);
    write(WITH_TOKENS.replace("viewer-0123456789", "another-0123456789"));
    Eventually.within(SOON, () -> Objects.requireNonNull(gateway.status().live()).number() == 2);

    assertEquals(
        401, get(gateway, "/api/v1/status", "Authorization: Bearer viewer-0123456789").status());
    assertEquals(
        200, get(gateway, "/api/v1/status", "Authorization: Bearer another-0123456789").status());
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 401",
    "LOCALHOST:9901, 401",
    "127.0.0.1:80, 401",
    "[::1], 401",
    "admin.example.com:9901, 401",
    "evil.example.com, 421",
    "admin.example.com.evil.com, 421",
    "localhost.evil.com, 421",
    "127.0.0.1.nip.io, 421",
  })
  void namesOfOthersAreNotOurs(String host, int status) throws Exception {
    ManagedGateway gateway = start(WITH_TOKENS);
    try (RawClient client = RawClient.connect(admin(gateway))) {
      client.send("GET /api/v1/status HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      assertEquals(status, client.readResponse("GET").status());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Origin: http://localhost, 200",
    "Origin: http://evil.example.com, 403",
    "Origin: null, 403",
    "Origin: http://localhost:8080, 403",
    "Origin: http://localhost.evil.com, 403",
    "Sec-Fetch-Site: same-origin, 200",
    "Sec-Fetch-Site: cross-site, 403",
    "Sec-Fetch-Site: same-site, 403",
    "Sec-Fetch-Site: none, 403",
  })
  void pagesOfOthersCanDoNothing(String field, int status) throws Exception {
    ManagedGateway gateway = start(OPEN);

    RawResponse answer =
        request(
            gateway, "POST /api/v1/reload", field + "\r\nContent-Type: application/json\r\n", "");
    assertEquals(status, answer.status(), answer.text());
    assertNull(answer.header("access-control-allow-origin"));
  }

  // ---- what is sent ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/..;/status",
        "/api/v1/routes%2fusers",
        "/api/v1/routes/%00",
        "/api/v1/routes/..%5cusers",
      })
  void tricksWithPathsAreRefused(String path) throws Exception {
    int status = get(start(OPEN + ROUTES), path).status();

    assertTrue(status == 400 || status == 404, path + ": " + status);
  }

  @Test
  void aLongBodyIsRefusedWithoutReadingIt() throws Exception {
    ManagedGateway gateway = start(WITH_TOKENS);
    try (RawClient client = RawClient.connect(admin(gateway))) {
      client.send(
          "POST /api/v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n");
      assertEquals(413, client.readResponse("POST").status());
    }
    try (RawClient client = RawClient.connect(admin(gateway))) {
      client.send(
          "POST /api/v1/check HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "1000\r\n"
              + "a".repeat(4096)
              + "\r\n1\r\na\r\n");
      assertEquals(413, client.readResponse("POST").status());
    }
  }

  @Test
  void deepDocumentsAreRefused() throws Exception {
    ManagedGateway gateway = start(OPEN);

    RawResponse answer = post(gateway, "/api/v1/check", "application/json", "[".repeat(100_000));
    assertEquals(422, answer.status());
    assertEquals(200, get(gateway, "/api/v1/status").status());
  }

  // ---- the port ----

  @Test
  void aPortThatWasAskedForAndIsTakenEndsTheStart() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1)) {
      String config = PORTS + "admin: {address: \"127.0.0.1:" + taken.getLocalPort() + "\"}\n";

      NotStarted failure = assertThrows(NotStarted.class, () -> start(config));
      assertTrue(failure.problems().toString().contains("in use"), failure.problems().toString());
    }
  }

  @Test
  void withoutTheSwitchThereIsNoPort() throws Exception {
    ManagedGateway gateway = start(PORTS + "admin: {enabled: false}\n");

    assertNull(gateway.gateway().addresses().get("admin"));
  }

  @Test
  void jsonThatIsTooDeepIsRefusedInWordsOfItsOwn() throws Exception {
    ManagedGateway gateway = start(OPEN + ROUTES);
    for (String target : new String[] {"/api/v1/explain", "/api/v1/diagnose"}) {
      RawResponse answer = post(gateway, target, "application/json", "[".repeat(2_000));
      assertEquals(400, answer.status());
      assertTrue(answer.text().contains("exceeds the maximum allowed (500)"), answer.text());
    }
  }

  private ManagedGateway start(String config) throws Exception {
    write(config);
    ManagedGateway gateway =
        ManagedGateway.start(
            folder.resolve("yumen.yaml"),
            new ConfigReader(BuiltInFilters.byName(), Map.of()),
            loaded -> {});
    started.add(gateway);
    return gateway;
  }

  private void write(String config) throws IOException {
    Path written = Files.writeString(folder.resolve("yumen.yaml.new"), config);
    Files.move(written, folder.resolve("yumen.yaml"), StandardCopyOption.REPLACE_EXISTING);
  }

  private static long version(ManagedGateway gateway) {
    return Objects.requireNonNull(gateway.status().live()).number();
  }

  private static InetSocketAddress admin(ManagedGateway gateway) {
    return Objects.requireNonNull(gateway.gateway().addresses().get("admin"));
  }

  private static RawResponse get(ManagedGateway gateway, String target, String... fields) {
    StringBuilder lines = new StringBuilder();
    for (String field : fields) {
      lines.append(field).append("\r\n");
    }
    return request(gateway, "GET " + target, lines.toString(), "");
  }

  private static RawResponse post(ManagedGateway gateway, String target, String type, String body) {
    return request(gateway, "POST " + target, "Content-Type: " + type + "\r\n", body);
  }

  private static RawResponse request(
      ManagedGateway gateway, String line, String fields, String body) {
    String length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
    try (RawClient client = RawClient.connect(admin(gateway))) {
      client.send(line + " HTTP/1.1\r\nHost: localhost\r\n" + fields + length + "\r\n" + body);
      return client.readResponse(line.substring(0, line.indexOf(' ')));
    }
  }

  private static JsonNode json(RawResponse answer) {
    return JSON.readTree(answer.text());
  }
}
