package dev.yumen.control.admin;

import static dev.yumen.control.admin.OperatedGateway.JSON;
import static dev.yumen.control.admin.OperatedGateway.YAML;
import static dev.yumen.control.admin.OperatedGateway.json;
import static dev.yumen.control.admin.StoreGateway.held;
import static dev.yumen.control.admin.StoreGateway.ifMatch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One object of the configuration, written by operators. */
class ObjectWritesTest {
  @TempDir Path folder;
  @AutoClose private OperatedGateway gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = StoreGateway.in(folder).start();
  }

  @Test
  void oneRouteIsPutReadPatchedAndDeleted() {
    String route = "/config/routes/held";
    RawResponse put =
        gateway.send(
            "PUT",
            route,
            "{\"match\": {\"path\": \"/held\"}, \"respond\": {\"body\": \"one\"}}",
            JSON);
    assertEquals(200, put.status(), put.text());
    assertEquals("one", gateway.traffic("/held").text());

    RawResponse read = gateway.get(route);
    assertEquals("/held", json(read).at("/match/path").asString());
    assertEquals(put.header("etag"), read.header("etag"));

    RawResponse patch =
        gateway.send(
            "PATCH",
            route,
            "{\"respond\": {\"body\": \"two\"}}",
            "Content-Type: application/merge-patch+json",
            ifMatch(read));
    assertEquals(200, patch.status(), patch.text());
    assertEquals("two", gateway.traffic("/held").text());
    assertEquals("changed", json(patch).at("/changes/0/change").asString());

    assertEquals(412, gateway.send("DELETE", route, "", ifMatch(read)).status());
    assertEquals(200, gateway.send("DELETE", route, "", ifMatch(patch)).status());
    assertEquals(404, gateway.get(route).status());
    assertEquals(404, gateway.send("DELETE", route, "").status());
    assertEquals(4, json(gateway.get("/versions")).get("total").asInt());
  }

  @Test
  void writersOfTwoObjectsDoNotHinderEachOther() {
    gateway.send("PUT", "/config", held("one"), YAML);
    String tag = gateway.get("/config/routes/held").header("etag");
    gateway.send("PUT", "/config/routes/other", "respond: {body: other}", YAML);

    RawResponse put =
        gateway.send(
            "PUT",
            "/config/routes/held",
            "{match: {path: /held}, respond: {body: two}}",
            YAML,
            "If-Match: " + tag);

    assertEquals(200, put.status(), put.text());
  }

  @Test
  void whatIsWrittenInAFileIsReadOnlyAndSaysWhere() {
    RawResponse put = gateway.send("PUT", "/config/routes/file", "respond: {body: x}", YAML);

    assertEquals(409, put.status(), put.text());
    assertTrue(json(put).get("detail").asString().contains("yumen.yaml:8"), put.text());
    RawResponse upstream = gateway.send("DELETE", "/config/upstreams/users", "");
    assertEquals(409, upstream.status(), upstream.text());
  }

  @Test
  void aNewObjectMayBeAskedToBeNew() {
    String route = "/config/routes/held";
    String body = "{match: {path: /held}, respond: {}}";

    assertEquals(200, gateway.send("PUT", route, body, YAML, "If-None-Match: *").status());
    assertEquals(412, gateway.send("PUT", route, body, YAML, "If-None-Match: *").status());
    assertEquals(412, gateway.send("PUT", route + 2, body, YAML, "If-Match: *").status());
  }

  @Test
  void problemsOfAnObjectSayWhereTheyAreInIt() {
    RawResponse put =
        gateway.send(
            "PUT", "/config/routes/new", "{match: {path: /new, methodz: [GET]}, to: nobody}", YAML);

    assertEquals(422, put.status(), put.text());
    List<String> pointers = new ArrayList<>();
    json(put).get("problems").forEach(p -> pointers.add(p.get("pointer").asString()));
    assertTrue(pointers.contains("/match"), put.text());
    assertTrue(pointers.contains("/to"), put.text());
  }

  @ParameterizedTest
  @CsvSource({"'[1]', 422", "'{id: other}', 422", "'{', 422", "'', 422"})
  void anObjectThatIsNoneIsRefused(String body, int status) {
    assertEquals(status, gateway.send("PUT", "/config/routes/new", body, YAML).status());
  }
}
