package dev.yumen.control.admin;

import static dev.yumen.control.admin.TeamGateway.A;
import static dev.yumen.control.admin.TeamGateway.B;
import static dev.yumen.control.admin.TeamGateway.ROOT;
import static dev.yumen.control.admin.TeamGateway.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Whatever team b has is called {@code b-hidden…}, and no token of team a may ever read that. */
class WorkspacesTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String MARKER = "b-hidden";
  private static final String FILES =
      TeamGateway.TOKENS
          + """
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

  @AutoClose private TeamGateway teams;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(folder.resolve("page.html"), "b-hidden");
    teams = TeamGateway.start(folder, FILES, Map.of("GRAFANA_TOKEN", "b-hidden-token"));
  }

  // ---- what is seen ----

  @Test
  void nothingOfAnotherWorkspaceIsInAnyAnswer() throws Exception {
    makeAStir();
    JsonNode paths = json(teams.get(ROOT, "/openapi.json")).get("paths");
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
      String told = answer(method, target, body(path));
      assertFalse(told.contains(MARKER), method + " " + target + "\n" + told);
      boolean refused = told.startsWith("HTTP/1.1 403") && told.contains("a token of a workspace");
      assertEquals(reach.equals("none"), refused, method + " " + target + "\n" + told);
    }
    if (path.contains("{") && !reach.equals("none")) {
      for (String name : List.of("route", "up", "bob", "wide")) {
        String there = told(teams.as(A, method, filled(path, "b-hidden-" + name), body(path)));
        String not = told(teams.as(A, method, filled(path, "b-nobody-" + name), body(path)));
        assertEquals(not, there.replace(MARKER, "b-nobody"), method + " " + path);
      }
    }
    return targets.size();
  }

  /** The answer to team a with its head; of the stream, which does not end, what begins it. */
  private String answer(String method, String target, String body) {
    if (target.equals("/traffic/stream")) {
      try (RawClient stream = teams.stream(A)) {
        return stream.readUntil("event: traffic");
      }
    }
    return teams.as(A, method, target, body).toString();
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
    RawResponse put =
        teams.as(ROOT, "PUT", "/config/routes/b-hidden-new", body, "X-Author: b-hidden");
    assertEquals(200, put.status(), put.text());
    for (String path : List.of("/b-hidden/1", "/a/1", "/a/canary/1", "/none-b-hidden")) {
      traffic(path);
    }
    Eventually.within(SOON, () -> json(teams.get(ROOT, "/requests")).get("items").size() >= 4);
  }

  @Test
  void theStreamOfFiguresIsOfTheWorkspaceAlone() throws Exception {
    try (RawClient stream = teams.stream(A)) {
      stream.readUntil("event: traffic");
      Eventually.within(
          SOON,
          () -> {
            traffic("/b-hidden/1");
            traffic("/a/1");
            String event = stream.readUntil("\n\n");
            assertFalse(event.contains(MARKER), event);
            return event.contains("a-plain");
          });
    }
    Eventually.within(
        SOON,
        "the others see it",
        () -> {
          traffic("/b-hidden/1");
          return teams.get(B, "/traffic").text().contains(MARKER);
        });
  }

  @Test
  void listsCountOnlyWhatIsOwn() {
    assertEquals(2, json(teams.get(A, "/routes")).get("total").asInt());
    assertEquals(0, json(teams.get(A, "/routes?search=b-hidden")).get("total").asInt());
    assertEquals(1, json(teams.get(A, "/consumers")).get("total").asInt());
    assertEquals(2, json(teams.get(A, "/upstreams")).size());
    JsonNode status = json(teams.get(A, "/status"));
    assertEquals("team-a", status.get("workspace").asString());
    assertEquals(2, status.get("routes").asInt());
    assertEquals(4, json(teams.get(ROOT, "/routes")).get("total").asInt(), "all see all");
    assertEquals(1, json(teams.get(A, "/canaries")).get("items").size());
  }

  @Test
  void differencesAreOfOwnObjects() {
    String route = ROUTE.formatted("/a/new");
    assertEquals(
        200,
        teams
            .as(
                ROOT,
                "PUT",
                "/config/upstreams/b-hidden-two",
                "{endpoints: a:1}",
                "Content-Type: application/yaml")
            .status());
    RawResponse put = teams.as(A, "PUT", "/config/routes/a-new", route);
    assertEquals(200, put.status(), put.text());
    assertEquals(1, json(put).get("changes").size());
    assertTrue(json(put).path("hash").isMissingNode());

    JsonNode diff = json(teams.get(A, "/versions/diff?from=1"));
    assertEquals(1, diff.get("changes").size(), diff.toString());
    assertEquals("a-new", diff.at("/changes/0/name").asString());
    JsonNode version = json(teams.get(A, "/versions/2"));
    assertEquals(2, version.get("number").asInt());
    assertTrue(version.path("author").isMissingNode());
    assertEquals(2, json(teams.get(ROOT, "/versions/diff?from=1")).get("changes").size());
  }

  @Test
  void requestsOfOthersAreAsIfNotRecorded() throws Exception {
    makeAStir();
    JsonNode all = json(teams.get(ROOT, "/requests?route=b-hidden-route"));
    String id = all.at("/items/0/id").asString();

    JsonNode own = json(teams.get(A, "/requests"));
    assertEquals(2, own.get("items").size(), own.toString());
    assertEquals(2, own.get("recorded").asInt());
    assertEquals(0, json(teams.get(A, "/requests?route=")).get("items").size());
    assertEquals(404, teams.get(A, "/requests/" + id).status());
    assertEquals(404, teams.as(A, "POST", "/explain", "{\"id\": \"" + id + "\"}").status());
    assertEquals(200, teams.get(B, "/requests/" + id).status());
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
    RawResponse answer = teams.as(A, "POST", "/explain", "{\"url\": \"" + url + "\"}");
    assertEquals(200, answer.status(), answer.text());
    assertFalse(answer.text().contains(MARKER), answer.text());
    return json(answer);
  }

  // ---- what is written ----

  @Test
  void ownObjectsAreWrittenAndTheAuditLogNamesTheWorkspace() throws Exception {
    RawResponse upstream =
        teams.as(A, "PUT", "/config/upstreams/a-mine", "{\"endpoints\": [\"127.0.0.1:1\"]}");
    assertEquals(200, upstream.status(), upstream.text());
    RawResponse put = teams.as(A, "PUT", "/config/routes/a-new", ROUTE.formatted("/a/new"));
    assertEquals(200, put.status(), put.text());
    assertEquals("x", traffic("/a/new").text());
    String patch = "{\"respond\": {\"body\": \"y\"}}";
    assertEquals(200, teams.as(A, "PATCH", "/config/routes/a-new", patch).status());
    assertEquals("y", traffic("/a/new").text());
    RawResponse got = teams.get(A, "/config/routes/a-new");
    String tag = "If-Match: " + got.header("etag");
    assertEquals(200, teams.as(A, "DELETE", "/config/routes/a-new", "", tag).status());
    assertEquals(404, teams.get(A, "/config/routes/a-new").status());

    teams.awaitAudit(
        "\"by\":\"alex\",\"workspace\":\"team-a\",\"method\":\"PUT\",\"section\":\"routes\","
            + "\"name\":\"a-new\"");
  }

  @Test
  void aSharedUpstreamMayBeNamedAndOthersAreAsIfNotThere() {
    String to = "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/a/t\"}, \"to\": \"%s\"}";
    assertEquals(200, teams.as(A, "PUT", "/config/routes/a-t", to.formatted("shared")).status());
    assertEquals(200, teams.as(A, "PUT", "/config/routes/a-t", to.formatted("a-up")).status());
    RawResponse hidden = teams.as(A, "PUT", "/config/routes/a-t", to.formatted("b-hidden-up"));
    RawResponse nobody = teams.as(A, "PUT", "/config/routes/a-t", to.formatted("b-nobody-up"));
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
    RawResponse put = teams.as(A, "PUT", "/config/routes/a-out", route);
    assertEquals(403, put.status(), put.text());
    assertFalse(put.text().contains(MARKER) && !route.contains(MARKER), put.text());
    assertEquals(403, teams.as(A, "PUT", "/config/routes/a-out?dry-run=true", route).status());
    assertEquals(404, teams.get(A, "/config/routes/a-out").status());
    teams.awaitAudit("\"by\":\"alex\",\"workspace\":\"team-a\"");
    teams.awaitAudit("\"code\":\"FORBIDDEN\"");
  }

  @Test
  void anUpstreamReadsNoFilesAndStandsForNoneOfOthers() {
    for (String settings :
        List.of(
            "{\"endpoints\": [\"a:1\"], \"tls\": {\"ca\": \"page.html\"}}",
            "{\"endpoints\": [\"a:1\"], \"tls\": {\"ca\": \"none.pem\"}}",
            "{\"endpoints\": [\"${GRAFANA_TOKEN}:1\"]}")) {
      RawResponse put = teams.as(A, "PUT", "/config/upstreams/a-out", settings);
      assertEquals(403, put.status(), put.text());
    }
    RawResponse alias = teams.as(A, "PUT", "/config/upstreams/a-out", "{\"use\": \"b-hidden-up\"}");
    RawResponse nobody =
        teams.as(A, "PUT", "/config/upstreams/a-out", "{\"use\": \"b-nobody-up\"}");
    assertEquals(422, alias.status(), alias.text());
    assertEquals(told(nobody), told(alias).replace(MARKER, "b-nobody"));
  }

  @Test
  void aViewerOfAWorkspaceWritesNothing() {
    RawResponse put =
        teams.as(TeamGateway.A_VIEWER, "PUT", "/config/routes/a-new", ROUTE.formatted("/a/new"));
    assertEquals(403, put.status());
    assertEquals(200, teams.get(TeamGateway.A_VIEWER, "/routes/a-plain").status());
  }

  @Test
  void errorsElsewhereAreNotTold() {
    String route = "{\"match\": {\"path\": \"/b-hidden/up\"}, \"to\": \"a-mine\", \"filters\": []}";
    teams.as(A, "PUT", "/config/upstreams/a-mine", "{\"endpoints\": [\"127.0.0.1:1\"]}");
    assertEquals(200, teams.as(ROOT, "PUT", "/config/routes/b-hidden-to", route).status());

    RawResponse delete = teams.as(A, "DELETE", "/config/upstreams/a-mine", "");
    assertEquals(422, delete.status(), delete.text());
    assertFalse(told(delete).contains(MARKER), delete.text());
    assertTrue(json(delete).get("detail").asString().contains("elsewhere"), delete.text());
  }

  @Test
  void anObjectOfTheWorkspaceWithErrorsSaysWhere() {
    String route =
        "{\"match\": {\"host\": \"a.example.com\", \"path\": \"/a/x\"}, \"respond\": {\"status\": 99}}";
    RawResponse put = teams.as(A, "PUT", "/config/routes/a-new", route);
    assertEquals(422, put.status());
    assertEquals("/respond/status", json(put).at("/problems/0/pointer").asString(), put.text());
  }

  @Test
  void aReloadThatMovesAWorkspaceHoldsFromTheNextRequestOn() throws Exception {
    assertEquals(404, teams.get(B, "/routes/a-plain").status());
    String moved =
        FILES.replace("objects: \"a-*\"", "objects: \"c-*\"").replace("\"b-*\"", "[b-*, a-*]");
    Files.writeString(folder.resolve("yumen.yaml"), moved);
    assertEquals(200, teams.as(ROOT, "POST", "/reload", "").status());

    Eventually.within(SOON, () -> teams.get(B, "/routes/a-plain").status() == 200);
    assertEquals(404, teams.get(A, "/routes/a-plain").status());
  }

  private RawResponse traffic(String path) {
    return teams.traffic(path, "Host: a.example.com");
  }
}
