package dev.yumen.control.admin;

import static dev.yumen.control.admin.OperatedGateway.YAML;
import static dev.yumen.control.admin.OperatedGateway.json;
import static dev.yumen.control.admin.StoreGateway.FILES;
import static dev.yumen.control.admin.StoreGateway.changed;
import static dev.yumen.control.admin.StoreGateway.held;
import static dev.yumen.control.admin.StoreGateway.ifMatch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The configuration as a whole, written by operators. */
class ConfigWritesTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;
  @AutoClose private OperatedGateway gateway;

  @BeforeEach
  void prepare() throws Exception {
    gateway = StoreGateway.in(folder);
  }

  @Test
  void whatIsPutIsLiveAndKeptForTheNextStart() throws Exception {
    gateway.start();
    RawResponse put =
        gateway.send(
            "PUT", "/config", held("one"), YAML, "X-Author: ada", "X-Message: first words");

    assertEquals(200, put.status(), put.text());
    assertEquals(2, json(put).get("number").asInt());
    assertEquals("routes held", changed(put));
    assertEquals("one", gateway.traffic("/held").text());
    assertEquals(held("one"), gateway.get("/config").text());
    assertEquals(put.header("etag"), gateway.get("/config").header("etag"));
    JsonNode version = json(gateway.get("/versions/2"));
    assertEquals("ada", version.get("author").asString());
    assertEquals("first words", version.get("message").asString());
    assertEquals("store", version.get("source").asString());

    gateway.close();
    assertEquals("one", gateway.start().traffic("/held").text());
  }

  @Test
  void aStoreThatIsGoneIsToldAndCanBeWrittenAnew() throws Exception {
    Files.createDirectories(folder.resolve(".yumen"));
    Files.writeString(folder.resolve(".yumen/store.yaml"), held("one"));
    gateway.start();
    Files.delete(folder.resolve(".yumen/store.yaml"));
    Eventually.within(SOON, () -> gateway.get("/status").text().contains("there any more"));
    assertEquals("one", gateway.traffic("/held").text());

    RawResponse put = gateway.send("PUT", "/config", held("two"), YAML);
    assertEquals(200, put.status(), put.text());
    assertEquals("two", gateway.traffic("/held").text());
    assertTrue(Files.readString(folder.resolve(".yumen/store.yaml")).contains("two"));
    Eventually.within(SOON, () -> !gateway.get("/status").text().contains("there any more"));
  }

  @Test
  void namesAndMessagesMayBeChinese() throws Exception {
    gateway.start();
    String name = new String("小明".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    gateway.send("PUT", "/config", held("one"), YAML, "X-Author: " + name);

    assertEquals("小明", json(gateway.get("/versions/2")).get("author").asString());
  }

  @Test
  void aStaleTagIsRefusedAndTheOtherWriterIsTold() throws Exception {
    gateway.start();
    String first = gateway.get("/config").header("etag");
    RawResponse one = gateway.send("PUT", "/config", held("one"), YAML, "If-Match: " + first);
    RawResponse two = gateway.send("PUT", "/config", held("two"), YAML, "If-Match: " + first);

    assertEquals(200, one.status());
    assertEquals(412, two.status(), two.text());
    assertEquals("PRECONDITION_FAILED", json(two).get("code").asString());
    assertTrue(json(two).get("detail").asString().contains(one.header("etag")), two.text());
    assertEquals("one", gateway.traffic("/held").text());
  }

  @Test
  void ofManyWritersWithOneTagExactlyOneWins() throws Exception {
    gateway.start();
    String tag = gateway.get("/config").header("etag");
    List<Callable<Integer>> writers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String body = held("writer" + i);
      writers.add(() -> gateway.send("PUT", "/config", body, YAML, "If-Match: " + tag).status());
    }
    List<Integer> statuses = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> status : threads.invokeAll(writers)) {
        statuses.add(status.get());
      }
    }

    assertEquals(1, statuses.stream().filter(status -> status == 200).count(), statuses::toString);
    assertEquals(7, statuses.stream().filter(status -> status == 412).count(), statuses::toString);
    assertEquals(2, json(gateway.get("/versions")).get("total").asInt());
  }

  @Test
  void ofManyWritersEachIsToldOfItsOwnChangeAlone() throws Exception {
    gateway.start();
    List<Callable<String>> writers = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String name = "held" + i;
      String path = "/config/routes/" + name + (i % 3 == 0 ? "?dry-run=true" : "");
      String object = "{match: {path: /" + name + "}, respond: {}}";
      writers.add(() -> allChanged(gateway.send("PUT", path, object, YAML)));
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
    gateway.start();
    RawResponse dry = gateway.send("PUT", "/config?dry-run=true", held("one"), YAML);

    assertEquals(200, dry.status(), dry.text());
    assertEquals("routes held", changed(dry));
    assertTrue(json(dry).get("dry-run").asBoolean());
    assertTrue(gateway.traffic("/held").text().contains("NO_ROUTE"));
    assertEquals("", gateway.get("/config").text());
  }

  @Test
  void errorsAreAllToldWithTheirPointersAndNothingChanges() throws Exception {
    gateway.start();
    String broken =
        "routes:\n  - {id: a, match: {path: a}, respond: {}}\n  - {id: b, match: {}, to: nobody}\n";
    RawResponse put = gateway.send("PUT", "/config", broken, YAML);

    assertEquals(422, put.status());
    List<String> pointers = new ArrayList<>();
    json(put).get("problems").forEach(p -> pointers.add(p.get("pointer").asString()));
    assertTrue(pointers.contains("/routes/2/match/path"), pointers::toString);
    assertTrue(pointers.stream().anyMatch(p -> p.startsWith("/routes/3/to")), pointers::toString);
    assertEquals("store", json(put).at("/problems/0/file").asString());
    assertEquals("", gateway.get("/config").text());
  }

  @Test
  void withoutAStoreTheAnswerSaysWhereToChange() throws Exception {
    gateway.start(FILES);
    RawResponse put = gateway.send("PUT", "/config", held("one"), YAML);

    assertEquals(409, put.status());
    assertEquals("READ_ONLY", json(put).get("code").asString());
    assertTrue(json(put).get("detail").asString().contains("yumen.yaml"), put.text());
    RawResponse config = gateway.get("/config");
    assertEquals("false", config.header("x-config-writable"));
    assertTrue(config.text().contains("/users/**"), config.text());
  }

  @Test
  void secretsAreMarksThatComeBack() throws Exception {
    gateway.start();
    String text = "consumers: [{name: alice, credentials: [{api-key: very-secret-key}]}] # staff\n";
    gateway.send("PUT", "/config", text, YAML);
    RawResponse shown = gateway.get("/config");
    assertFalse(shown.text().contains("very-secret"), shown.text());
    assertTrue(shown.text().contains("# staff"), shown.text());
    assertFalse(
        gateway.get("/config/consumers/alice").text().contains("very-secret"), "the object");

    RawResponse put =
        gateway.send("PUT", "/config", shown.text() + held("one"), YAML, ifMatch(shown));
    assertEquals(200, put.status(), put.text());
    assertTrue(
        Files.readString(folder.resolve(".yumen/store.yaml")).contains("\"very-secret-key\""));
  }

  @Test
  void aMarkThatIsNotKnownIsRefused() throws Exception {
    gateway.start();
    RawResponse put =
        gateway.send(
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
    assertEquals(400, gateway.start().send("PUT", "/config?" + query, held("one"), YAML).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"If-Match: W/\"a\"", "If-Match: a", "If-Match: \"a\", \"b\""})
  void aTagOfAnotherFormIsRefused(String field) throws Exception {
    assertEquals(400, gateway.start().send("PUT", "/config", held("one"), YAML, field).status());
  }

  @Test
  void whatIsTooDeepOrOfTheWrongTypeIsRefused() throws Exception {
    gateway.start();

    assertEquals(422, gateway.send("PUT", "/config", "[".repeat(10_000), YAML).status());
    assertEquals(
        415, gateway.send("PUT", "/config", held("a"), "Content-Type: text/plain").status());
    assertEquals(415, gateway.send("PUT", "/config", held("a")).status());
  }

  @Test
  void whatTheSourceWouldHoldIsCheckedAndPlannedBesideTheFiles() throws Exception {
    gateway.start();
    String body = "routes: [{id: more, match: {path: /more}, to: users}]\n";

    assertEquals(422, gateway.send("POST", "/check", body, YAML).status(), "all there is");
    assertEquals(200, gateway.send("POST", "/check?part=source", body, YAML).status());
    RawResponse plan = gateway.send("POST", "/plan?part=source", body, YAML);
    assertEquals(1, json(plan).get("changes").size(), plan.text());
    assertEquals("routes more", changed(plan));
    assertEquals(400, gateway.send("POST", "/plan?part=some", body, YAML).status());
  }

  @Test
  void problemsOfReadingAndOfCompilingAreToldTogether() throws Exception {
    String body =
        "routes:\n"
            + "  - {id: a, match: {path: a}, respond: {}}\n"
            + "  - {id: b, match: {path: /b, expression: \"1 +\"}, respond: {}}\n";
    RawResponse check = gateway.start(FILES).send("POST", "/check", body, YAML);

    assertEquals(2, json(check).get("problems").size(), check.text());
    assertEquals("files", gateway.get("/config").header("x-config-source"));
  }

  @Test
  void anotherWriterOfTheStoreIsNotOverwritten() throws Exception {
    gateway.start();
    gateway.send("PUT", "/config", held("one"), YAML);
    String tag = gateway.get("/config").header("etag");
    Files.writeString(folder.resolve(".yumen/store.yaml"), held("by hand"));
    RawResponse put = gateway.send("PUT", "/config", held("two"), YAML, "If-Match: " + tag);

    assertEquals(412, put.status(), put.text());
    assertEquals("by hand", gateway.traffic("/held").text());
    assertNotEquals(tag, gateway.get("/config").header("etag"));
  }

  @Test
  void writesAreInTheAuditLog() throws Exception {
    gateway.start();
    gateway.send("PUT", "/config", held("one"), YAML, "X-Author: ada");
    gateway.send("PUT", "/config", "routes: [{}]", YAML, "X-Author: ada");

    gateway.awaitAudit("\"code\":\"INVALID\"");
    assertTrue(gateway.audit().contains("\"by\":\"ada\""), gateway.audit());
  }
}
