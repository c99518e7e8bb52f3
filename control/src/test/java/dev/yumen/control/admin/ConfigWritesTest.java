package dev.yumen.control.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConfigWritesTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String YAML = "Content-Type: application/yaml";
  private static final String FILES =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      admin: {address: "127.0.0.1:0"}
      audit: {path: audit.jsonl, sync: 0s}
      runtime: {loops: 1}
      upstreams: {users: {endpoints: ["127.0.0.1:1"]}}
      routes:
        - {id: file, match: {path: /file}, respond: {body: file}}
        - {id: users, match: {path: "/users/**"}, to: users}
      """;
  private static final String STORE = "source: {store: {}}\n";

  @TempDir Path folder;
  private final List<ManagedGateway> started = new ArrayList<>();

  @BeforeEach
  void writeFiles() throws IOException {
    Files.writeString(folder.resolve("yumen.yaml"), FILES + STORE);
  }

  @AfterEach
  void close() {
    started.forEach(ManagedGateway::close);
  }

  // ---- the whole ----

  @Test
  void whatIsPutIsLiveAndKeptForTheNextStart() throws Exception {
    ManagedGateway gateway = start();
    RawResponse put =
        send(
            gateway,
            "PUT",
            "/config",
            held("one"),
            YAML,
            "X-Author: ada",
            "X-Message: first words");

    assertEquals(200, put.status(), put.text());
    assertEquals(2, json(put).get("number").asInt());
    assertEquals("routes held", changed(put));
    assertEquals("one", traffic(gateway, "/held"));
    assertEquals(held("one"), get(gateway, "/config").text());
    assertEquals(put.header("etag"), get(gateway, "/config").header("etag"));
    JsonNode version = json(get(gateway, "/versions/2"));
    assertEquals("ada", version.get("author").asString());
    assertEquals("first words", version.get("message").asString());
    assertEquals("store", version.get("source").asString());

    gateway.close();
    assertEquals("one", traffic(start(), "/held"));
  }

  @Test
  void aStoreThatIsGoneIsToldAndCanBeWrittenAnew() throws Exception {
    Files.createDirectories(folder.resolve(".yumen"));
    Files.writeString(folder.resolve(".yumen/store.yaml"), held("one"));
    ManagedGateway gateway = start();
    Files.delete(folder.resolve(".yumen/store.yaml"));
    Eventually.within(SOON, () -> get(gateway, "/status").text().contains("there any more"));
    assertEquals("one", traffic(gateway, "/held"));

    RawResponse put = send(gateway, "PUT", "/config", held("two"), YAML);
    assertEquals(200, put.status(), put.text());
    assertEquals("two", traffic(gateway, "/held"));
    assertTrue(Files.readString(folder.resolve(".yumen/store.yaml")).contains("two"));
    Eventually.within(SOON, () -> !get(gateway, "/status").text().contains("there any more"));
  }

  @Test
  void namesAndMessagesMayBeChinese() throws Exception {
    ManagedGateway gateway = start();
    String name = new String("小明".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    send(gateway, "PUT", "/config", held("one"), YAML, "X-Author: " + name);

    assertEquals("小明", json(get(gateway, "/versions/2")).get("author").asString());
  }

  @Test
  void aStaleTagIsRefusedAndTheOtherWriterIsTold() throws Exception {
    ManagedGateway gateway = start();
    String first = get(gateway, "/config").header("etag");
    RawResponse one = send(gateway, "PUT", "/config", held("one"), YAML, "If-Match: " + first);
    RawResponse two = send(gateway, "PUT", "/config", held("two"), YAML, "If-Match: " + first);

    assertEquals(200, one.status());
    assertEquals(412, two.status(), two.text());
    assertEquals("PRECONDITION_FAILED", json(two).get("code").asString());
    assertTrue(json(two).get("detail").asString().contains(one.header("etag")), two.text());
    assertEquals("one", traffic(gateway, "/held"));
  }

  @Test
  void ofManyWritersWithOneTagExactlyOneWins() throws Exception {
    ManagedGateway gateway = start();
    String tag = get(gateway, "/config").header("etag");
    List<Callable<Integer>> writers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String body = held("writer" + i);
      writers.add(() -> send(gateway, "PUT", "/config", body, YAML, "If-Match: " + tag).status());
    }
    List<Integer> statuses = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> status : threads.invokeAll(writers)) {
        statuses.add(status.get());
      }
    }

    assertEquals(1, statuses.stream().filter(status -> status == 200).count(), statuses::toString);
    assertEquals(7, statuses.stream().filter(status -> status == 412).count(), statuses::toString);
    assertEquals(2, json(get(gateway, "/versions")).get("total").asInt());
  }

  @Test
  void ofManyWritersEachIsToldOfItsOwnChangeAlone() throws Exception {
    ManagedGateway gateway = start();
    List<Callable<String>> writers = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String name = "held" + i;
      String path = "/config/routes/" + name + (i % 3 == 0 ? "?dry-run=true" : "");
      String object = "{match: {path: /" + name + "}, respond: {}}";
      writers.add(() -> allChanged(send(gateway, "PUT", path, object, YAML)));
      expected.add("added routes " + name);
    }
    List<String> told = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<String> one : threads.invokeAll(writers)) {
        told.add(one.get());
      }
    }
    assertEquals(expected, told);
  }

  private static String allChanged(RawResponse answer) {
    StringJoiner all = new StringJoiner(", ");
    for (JsonNode one : json(answer).get("changes")) {
      String name = one.get("section").asString() + " " + one.get("name").asString();
      all.add(one.get("change").asString() + " " + name);
    }
    return all.toString();
  }

  @Test
  void aDryRunSaysWhatWouldChangeAndChangesNothing() throws Exception {
    ManagedGateway gateway = start();
    RawResponse dry = send(gateway, "PUT", "/config?dry-run=true", held("one"), YAML);

    assertEquals(200, dry.status(), dry.text());
    assertEquals("routes held", changed(dry));
    assertTrue(json(dry).get("dry-run").asBoolean());
    assertTrue(traffic(gateway, "/held").contains("NO_ROUTE"));
    assertEquals("", get(gateway, "/config").text());
  }

  @Test
  void errorsAreAllToldWithTheirPointersAndNothingChanges() throws Exception {
    ManagedGateway gateway = start();
    String broken =
        "routes:\n  - {id: a, match: {path: a}, respond: {}}\n  - {id: b, match: {}, to: nobody}\n";
    RawResponse put = send(gateway, "PUT", "/config", broken, YAML);

    assertEquals(422, put.status());
    List<String> pointers = new ArrayList<>();
    json(put).get("problems").forEach(p -> pointers.add(p.get("pointer").asString()));
    assertTrue(pointers.contains("/routes/2/match/path"), pointers::toString);
    assertTrue(pointers.stream().anyMatch(p -> p.startsWith("/routes/3/to")), pointers::toString);
    assertEquals("store", json(put).at("/problems/0/file").asString());
    assertEquals("", get(gateway, "/config").text());
  }

  @Test
  void withoutAStoreTheAnswerSaysWhereToChange() throws Exception {
    Files.writeString(folder.resolve("yumen.yaml"), FILES);
    ManagedGateway gateway = start();
    RawResponse put = send(gateway, "PUT", "/config", held("one"), YAML);

    assertEquals(409, put.status());
    assertEquals("READ_ONLY", json(put).get("code").asString());
    assertTrue(json(put).get("detail").asString().contains("yumen.yaml"), put.text());
    RawResponse config = get(gateway, "/config");
    assertEquals("false", config.header("x-config-writable"));
    assertTrue(config.text().contains("/users/**"), config.text());
  }

  @Test
  void secretsAreMarksThatComeBack() throws Exception {
    ManagedGateway gateway = start();
    String text = "consumers: [{name: alice, credentials: [{api-key: very-secret-key}]}] # staff\n";
    send(gateway, "PUT", "/config", text, YAML);
    RawResponse shown = get(gateway, "/config");
    assertFalse(shown.text().contains("very-secret"), shown.text());
    assertTrue(shown.text().contains("# staff"), shown.text());
    assertFalse(
        get(gateway, "/config/consumers/alice").text().contains("very-secret"), "the object");

    RawResponse put =
        send(gateway, "PUT", "/config", shown.text() + held("one"), YAML, ifMatch(shown));
    assertEquals(200, put.status(), put.text());
    assertTrue(
        Files.readString(folder.resolve(".yumen/store.yaml")).contains("\"very-secret-key\""));
  }

  @Test
  void aMarkThatIsNotKnownIsRefused() throws Exception {
    ManagedGateway gateway = start();
    RawResponse put =
        send(
            gateway,
            "PUT",
            "/config",
            "consumers: [{name: a, credentials: [{api-key: \"(hidden:0123456789abcdef)\"}]}]\n",
            YAML);

    assertEquals(422, put.status());
    assertTrue(json(put).get("detail").asString().contains("(hidden:0123456789abcdef)"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dry-run=maybe", "confirm-within=1s", "confirm-within=x", "dryrun=true"})
  void aParameterThatCanNotBeIsRefused(String query) throws Exception {
    assertEquals(400, send(start(), "PUT", "/config?" + query, held("one"), YAML).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"If-Match: W/\"a\"", "If-Match: a", "If-Match: \"a\", \"b\""})
  void aTagOfAnotherFormIsRefused(String field) throws Exception {
    assertEquals(400, send(start(), "PUT", "/config", held("one"), YAML, field).status());
  }

  @Test
  void whatIsTooDeepOrOfTheWrongTypeIsRefused() throws Exception {
    ManagedGateway gateway = start();

    assertEquals(422, send(gateway, "PUT", "/config", "[".repeat(10_000), YAML).status());
    assertEquals(
        415, send(gateway, "PUT", "/config", held("a"), "Content-Type: text/plain").status());
    assertEquals(415, send(gateway, "PUT", "/config", held("a")).status());
  }

  @Test
  void whatTheSourceWouldHoldIsCheckedAndPlannedBesideTheFiles() throws Exception {
    ManagedGateway gateway = start();
    String body = "routes: [{id: more, match: {path: /more}, to: users}]\n";

    assertEquals(422, send(gateway, "POST", "/check", body, YAML).status(), "all there is");
    assertEquals(200, send(gateway, "POST", "/check?part=source", body, YAML).status());
    RawResponse plan = send(gateway, "POST", "/plan?part=source", body, YAML);
    assertEquals(1, json(plan).get("changes").size(), plan.text());
    assertEquals("routes more", changed(plan));
    assertEquals(400, send(gateway, "POST", "/plan?part=some", body, YAML).status());
  }

  @Test
  void problemsOfReadingAndOfCompilingAreToldTogether() throws Exception {
    Files.writeString(folder.resolve("yumen.yaml"), FILES);
    String body =
        "routes:\n"
            + "  - {id: a, match: {path: a}, respond: {}}\n"
            + "  - {id: b, match: {path: /b, expression: \"1 +\"}, respond: {}}\n";
    RawResponse check = send(start(), "POST", "/check", body, YAML);

    assertEquals(2, json(check).get("problems").size(), check.text());
    assertEquals("files", get(start(), "/config").header("x-config-source"));
  }

  // ---- one object ----

  @Test
  void oneRouteIsPutReadPatchedAndDeleted() throws Exception {
    ManagedGateway gateway = start();
    String route = "/config/routes/held";
    RawResponse put =
        send(
            gateway,
            "PUT",
            route,
            "{\"match\": {\"path\": \"/held\"}, \"respond\": {\"body\": \"one\"}}",
            "Content-Type: application/json");
    assertEquals(200, put.status(), put.text());
    assertEquals("one", traffic(gateway, "/held"));

    RawResponse read = get(gateway, route);
    assertEquals("/held", json(read).at("/match/path").asString());
    assertEquals(put.header("etag"), read.header("etag"));

    RawResponse patch =
        send(
            gateway,
            "PATCH",
            route,
            "{\"respond\": {\"body\": \"two\"}}",
            "Content-Type: application/merge-patch+json",
            ifMatch(read));
    assertEquals(200, patch.status(), patch.text());
    assertEquals("two", traffic(gateway, "/held"));
    assertEquals("changed", json(patch).at("/changes/0/change").asString());

    assertEquals(412, send(gateway, "DELETE", route, "", ifMatch(read)).status());
    assertEquals(200, send(gateway, "DELETE", route, "", ifMatch(patch)).status());
    assertEquals(404, get(gateway, route).status());
    assertEquals(404, send(gateway, "DELETE", route, "").status());
    assertEquals(4, json(get(gateway, "/versions")).get("total").asInt());
  }

  @Test
  void writersOfTwoObjectsDoNotHinderEachOther() throws Exception {
    ManagedGateway gateway = start();
    send(gateway, "PUT", "/config", held("one"), YAML);
    String tag = get(gateway, "/config/routes/held").header("etag");
    send(gateway, "PUT", "/config/routes/other", "respond: {body: other}", YAML);

    RawResponse put =
        send(
            gateway,
            "PUT",
            "/config/routes/held",
            "{match: {path: /held}, respond: {body: two}}",
            YAML,
            "If-Match: " + tag);

    assertEquals(200, put.status(), put.text());
  }

  @Test
  void whatIsWrittenInAFileIsReadOnlyAndSaysWhere() throws Exception {
    ManagedGateway gateway = start();
    RawResponse put = send(gateway, "PUT", "/config/routes/file", "respond: {body: x}", YAML);

    assertEquals(409, put.status(), put.text());
    assertTrue(json(put).get("detail").asString().contains("yumen.yaml:8"), put.text());
    RawResponse upstream = send(gateway, "DELETE", "/config/upstreams/users", "");
    assertEquals(409, upstream.status(), upstream.text());
  }

  @Test
  void aNewObjectMayBeAskedToBeNew() throws Exception {
    ManagedGateway gateway = start();
    String route = "/config/routes/held";
    String body = "{match: {path: /held}, respond: {}}";

    assertEquals(200, send(gateway, "PUT", route, body, YAML, "If-None-Match: *").status());
    assertEquals(412, send(gateway, "PUT", route, body, YAML, "If-None-Match: *").status());
    assertEquals(412, send(gateway, "PUT", route + 2, body, YAML, "If-Match: *").status());
  }

  @Test
  void problemsOfAnObjectSayWhereTheyAreInIt() throws Exception {
    ManagedGateway gateway = start();
    RawResponse put =
        send(
            gateway,
            "PUT",
            "/config/routes/new",
            "{match: {path: /new, methodz: [GET]}, to: nobody}",
            YAML);

    assertEquals(422, put.status(), put.text());
    List<String> pointers = new ArrayList<>();
    json(put).get("problems").forEach(p -> pointers.add(p.get("pointer").asString()));
    assertTrue(pointers.contains("/match"), put.text());
    assertTrue(pointers.contains("/to"), put.text());
  }

  @ParameterizedTest
  @CsvSource({"'[1]', 422", "'{id: other}', 422", "'{', 422", "'', 422"})
  void anObjectThatIsNoneIsRefused(String body, int status) throws Exception {
    assertEquals(status, send(start(), "PUT", "/config/routes/new", body, YAML).status());
  }

  // ---- going back ----

  @Test
  void aRollbackBringsBackWhatTheStoreHeld() throws Exception {
    ManagedGateway gateway = start();
    send(gateway, "PUT", "/config", held("one"), YAML);
    send(gateway, "PUT", "/config", held("two"), YAML);
    RawResponse back =
        send(gateway, "POST", "/versions/2/rollback", "", "X-Message: two was wrong");

    assertEquals(200, back.status(), back.text());
    assertEquals(4, json(back).get("number").asInt());
    assertEquals("one", traffic(gateway, "/held"));
    assertEquals("two was wrong", json(get(gateway, "/versions/4")).get("message").asString());
    assertEquals(404, send(gateway, "POST", "/versions/99/rollback", "").status());
  }

  @Test
  void withFilesAloneARollbackHoldsUntilTheyChange() throws Exception {
    Files.writeString(folder.resolve("yumen.yaml"), FILES);
    ManagedGateway gateway = start();
    Files.writeString(folder.resolve("yumen.yaml"), FILES.replace("body: file", "body: other"));
    Eventually.within(SOON, () -> traffic(gateway, "/file").equals("other"));
    RawResponse back = send(gateway, "POST", "/versions/1/rollback", "");

    assertEquals(200, back.status(), back.text());
    assertEquals("file", traffic(gateway, "/file"));
    assertEquals("history", json(get(gateway, "/status")).at("/config/live/origin").asString());

    Files.writeString(folder.resolve("yumen.yaml"), FILES.replace("body: file", "body: third"));
    Eventually.within(SOON, () -> traffic(gateway, "/file").equals("third"));
    Eventually.within(SOON, () -> json(get(gateway, "/versions")).get("total").asInt() == 4);
  }

  @Test
  void whatIsNotConfirmedIsTakenBack() throws Exception {
    ManagedGateway gateway = start();
    send(gateway, "PUT", "/config", held("one"), YAML);
    RawResponse put = send(gateway, "PUT", "/config?confirm-within=5s", held("two"), YAML);
    assertEquals(200, put.status(), put.text());
    assertEquals(3, json(get(gateway, "/status")).at("/config/pending/number").asInt());
    RawResponse third = send(gateway, "PUT", "/config", held("three"), YAML);
    assertEquals(409, third.status());
    assertEquals("UNCONFIRMED", json(third).get("code").asString());

    Eventually.within(SOON, () -> traffic(gateway, "/held").equals("one"));
    Eventually.within(SOON, () -> json(get(gateway, "/versions")).get("total").asInt() == 4);
    assertEquals("not-confirmed", json(get(gateway, "/versions/4")).get("author").asString());
    assertTrue(json(get(gateway, "/status")).at("/config/pending").isMissingNode());
  }

  @Test
  void whatIsConfirmedStays() throws Exception {
    ManagedGateway gateway = start();
    send(gateway, "PUT", "/config?confirm-within=5s", held("one"), YAML);

    assertEquals(404, send(gateway, "POST", "/versions/1/confirm", "").status());
    assertEquals(200, send(gateway, "POST", "/versions/2/confirm", "").status());
    assertEquals(404, send(gateway, "POST", "/versions/2/confirm", "").status());
    assertFalse(Files.exists(folder.resolve(".yumen/unconfirmed.json")));
    assertEquals("one", traffic(gateway, "/held"));
  }

  @Test
  void aStartTakesBackWhatWasNotConfirmedMeanwhile() throws Exception {
    ManagedGateway gateway = start();
    send(gateway, "PUT", "/config", held("one"), YAML);
    send(gateway, "PUT", "/config?confirm-within=5s", held("two"), YAML);
    gateway.close();
    ManagedGateway again = start();

    assertEquals("two", traffic(again, "/held"));
    Eventually.within(SOON, () -> traffic(again, "/held").equals("one"));
  }

  @Test
  void anotherWriterOfTheStoreIsNotOverwritten() throws Exception {
    ManagedGateway gateway = start();
    send(gateway, "PUT", "/config", held("one"), YAML);
    String tag = get(gateway, "/config").header("etag");
    Files.writeString(folder.resolve(".yumen/store.yaml"), held("by hand"));
    RawResponse put = send(gateway, "PUT", "/config", held("two"), YAML, "If-Match: " + tag);

    assertEquals(412, put.status(), put.text());
    assertEquals("by hand", traffic(gateway, "/held"));
    assertNotEquals(tag, get(gateway, "/config").header("etag"));
  }

  @Test
  void writesAreInTheAuditLog() throws Exception {
    ManagedGateway gateway = start();
    send(gateway, "PUT", "/config", held("one"), YAML, "X-Author: ada");
    send(gateway, "PUT", "/config", "routes: [{}]", YAML, "X-Author: ada");

    Eventually.within(SOON, () -> audit().contains("\"code\":\"INVALID\""));
    assertTrue(audit().contains("\"by\":\"ada\""), audit());
  }

  // ---- all of it ----

  private String audit() {
    try {
      return Files.readString(folder.resolve("audit.jsonl"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String held(String body) {
    return "routes: [{id: held, match: {path: /held}, respond: {body: " + body + "}}]\n";
  }

  private static String ifMatch(RawResponse answer) {
    return "If-Match: " + answer.header("etag");
  }

  private static String changed(RawResponse answer) {
    JsonNode change = json(answer).at("/changes/0");
    return change.get("section").asString() + " " + change.get("name").asString();
  }

  private ManagedGateway start() throws NotStarted {
    ConfigReader reader = new ConfigReader(BuiltInFilters.byName(), Map.of());
    ManagedGateway gateway = ManagedGateway.start(folder.resolve("yumen.yaml"), reader, live -> {});
    started.add(gateway);
    return gateway;
  }

  private static RawResponse get(ManagedGateway gateway, String path) {
    return send(gateway, "GET", path, "");
  }

  private static RawResponse send(
      ManagedGateway gateway, String method, String path, String body, String... fields) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(method + " /api/v1" + path + " HTTP/1.1\r\n");
    head.append("Host: localhost\r\nContent-Length: ").append(bytes.length).append("\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    try (RawClient client =
        RawClient.connect(Objects.requireNonNull(gateway.gateway().addresses().get("admin")))) {
      client.send((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1)).send(bytes);
      return client.readResponse(method);
    }
  }

  private static String traffic(ManagedGateway gateway, String path) {
    try (RawClient client =
        RawClient.connect(Objects.requireNonNull(gateway.gateway().addresses().get("http")))) {
      return client.get(path).text();
    }
  }

  private static JsonNode json(RawResponse answer) {
    return JSON.readTree(answer.text());
  }
}
