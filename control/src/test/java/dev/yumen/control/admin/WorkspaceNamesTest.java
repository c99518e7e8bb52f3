package dev.yumen.control.admin;

import static dev.yumen.control.admin.TeamGateway.A;
import static dev.yumen.control.admin.TeamGateway.ROOT;
import static dev.yumen.control.admin.TeamGateway.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a route reaches by way of shared things is not told by its name. */
class WorkspaceNamesTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String FILES =
      TeamGateway.FILES
          + """
          upstreams:
            b-hidden-up: {endpoints: ["127.0.0.1:9"]}
            shared: {use: b-hidden-up}
            a-up: {endpoints: ["127.0.0.1:7"]}
            a-alias: {use: shared}
          routes:
            - {id: a-shared, match: {path: /a/shared}, to: shared}
            - {id: a-alias, match: {path: /a/alias}, to: a-alias}
            - {id: a-own, match: {path: /a/own}, to: a-up}
          """;

  private static final Pattern PLACE = Pattern.compile("at\":\"[^\"]*:[0-9]+");

  @TempDir Path folder;
  @AutoClose private TeamGateway teams;

  @BeforeEach
  void start() throws Exception {
    teams = TeamGateway.start(folder, FILES);
  }

  @Test
  void explainTellsNoUpstreamOfOthers() {
    for (String path : new String[] {"/a/shared", "/a/alias"}) {
      JsonNode told = explain(A, path);
      assertEquals(path.replace("/a/", "a-"), told.get("route").asString());
      assertEquals("upstream", told.get("end").asString());
      assertTrue(told.get("upstream").isNull(), told.toString());
      assertHidden(told.toString());
      assertEquals("b-hidden-up", explain(ROOT, path).get("upstream").asString());
    }
    assertEquals("a-up", explain(A, "/a/own").get("upstream").asString());
  }

  @Test
  void requestsTellNoUpstreamAndEndpointOfOthers() {
    for (String path : new String[] {"/a/shared", "/a/alias", "/a/own"}) {
      assertEquals(502, teams.traffic(path).status());
    }
    Eventually.within(SOON, () -> json(teams.get(ROOT, "/requests")).get("items").size() == 3);

    RawResponse all = teams.get(A, "/requests");
    assertEquals(3, json(all).get("items").size());
    assertHidden(all.text());
    for (JsonNode one : json(all).get("items")) {
      RawResponse request = teams.get(A, "/requests/" + one.get("id").asString());
      assertHidden(request.text());
      boolean own = one.get("route").asString().equals("a-own");
      assertEquals(own ? "\"a-up\"" : "null", json(request).get("upstream").toString());
      assertEquals(own ? "\"127.0.0.1:7\"" : "null", json(request).get("endpoint").toString());
    }
    assertTrue(teams.get(ROOT, "/requests").text().contains("b-hidden-up"));
  }

  @Test
  void anAliasTellsNothingOfWhatItStandsFor() {
    for (String path : new String[] {"/upstreams", "/upstreams/a-alias", "/routes", "/traffic"}) {
      assertHidden(teams.get(A, path).text());
    }
  }

  @Test
  void whereTheDocumentHasItTellsNothingOfHowMuchOthersWrote() {
    String route = "{\"match\": {\"path\": \"/a/new\"}, \"to\": \"a-up\"}";
    for (String token : new String[] {A, ROOT}) {
      String written = teams.as(token, "PUT", "/config/routes/a-new", route).text();
      String told =
          String.join(
              "\n",
              written,
              teams.get(token, "/routes").text(),
              teams.get(token, "/routes/a-own").text(),
              teams.get(token, "/versions/diff?from=1&to=2").text(),
              explain(token, "/a/own").toString());
      assertEquals(token.equals(ROOT), PLACE.matcher(told).find(), told);
      assertEquals(200, teams.as(ROOT, "DELETE", "/config/routes/a-new", "").status());
    }
  }

  private static void assertHidden(String told) {
    assertFalse(told.contains("b-hidden") || told.contains("127.0.0.1:9"), told);
  }

  private JsonNode explain(String token, String path) {
    String body = "{\"url\": \"http://localhost" + path + "\"}";
    RawResponse answer = teams.as(token, "POST", "/explain", body);
    assertEquals(200, answer.status(), answer.text());
    return json(answer);
  }
}
