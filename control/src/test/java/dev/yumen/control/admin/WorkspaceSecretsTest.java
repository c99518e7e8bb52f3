package dev.yumen.control.admin;

import static dev.yumen.control.admin.TeamGateway.A;
import static dev.yumen.control.admin.TeamGateway.ROOT;
import static dev.yumen.control.admin.TeamGateway.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mark of a secret gives a workspace the secret nowhere but where it stands already. */
class WorkspaceSecretsTest {
  private static final String SECRET = "key-of-the-service";
  private static final String HELD =
      """
      {"match": {"path": "/a/held"}, "respond": {"body": "x"},
       "filters": [{"response-headers": {"set": {"X-Api-Key": "%s", "X-Other": "%s"}}}]}
      """;

  @TempDir Path folder;
  private TeamGateway teams;
  private String others;
  private String own;

  @BeforeEach
  void start() throws Exception {
    teams = TeamGateway.start(folder, TeamGateway.FILES);
    String consumer = "{\"credentials\": [{\"api-key\": \"key-of-a-consumer-0\"}]}";
    assertEquals(200, put(ROOT, "/config/consumers/a-alice", consumer).status());
    assertEquals(200, put(ROOT, "/config/routes/a-held", HELD.formatted(SECRET, "x")).status());
    others =
        json(teams.get(A, "/config/consumers/a-alice")).at("/credentials/0/api-key").asString();
    own = mark();
    assertTrue(others.startsWith("(hidden:"), others);
    assertTrue(own.startsWith("(hidden:"), own);
  }

  @AfterEach
  void close() {
    teams.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?dry-run=true"})
  void aMarkOfAnotherObjectIsRefusedWithItsPlace(String query) throws Exception {
    RawResponse put = put(A, "/config/routes/a-new" + query, HELD.formatted("y", others));
    assertEquals(422, put.status(), put.text());
    assertEquals(
        "/filters/0/response-headers/set/X-Other",
        json(put).at("/problems/0/pointer").asString(),
        put.text());
    assertFalse(store().contains("/a/new"), "nothing is written");
    RawResponse known = put(A, "/config/routes/a-new" + query, HELD.formatted("y", "z"));
    assertEquals(200, known.status(), known.text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"respond\": {\"body\": \"%s\"}}",
        "{\"respond\": {\"body\": \"as text %s\"}}",
        "{\"respond\": {\"headers\": {\"%s\": \"x\"}}}",
        "{\"filters\": [{\"response-headers\": {\"set\": {\"X-Other\": \"%s\"}}}]}",
        "{\"filters\": [{\"request-headers\": {\"set\": {\"X-Api-Key\": \"%s\"}}}]}"
      })
  void aMarkOfTheObjectIsRefusedWhereItDidNotStand(String change) {
    RawResponse patch = teams.as(A, "PATCH", "/config/routes/a-held", change.formatted(own));
    assertEquals(422, patch.status(), patch.text());
    assertFalse(patch.text().contains(SECRET), patch.text());
    assertFalse(teams.traffic("/a/held").text().contains(SECRET));
  }

  @Test
  void aMarkComesBackWhereItStands() throws Exception {
    RawResponse put = put(A, "/config/routes/a-held", HELD.formatted(own, "new"));
    assertEquals(200, put.status(), put.text());
    assertEquals(SECRET, teams.traffic("/a/held").header("x-api-key"));
    assertEquals("new", teams.traffic("/a/held").header("x-other"));

    String further =
        HELD.formatted(own, "new")
            .replace("[{", "[{\"request-headers\": {\"remove\": [\"X-A\"]}},{");
    assertEquals(200, put(A, "/config/routes/a-held", further).status(), "further down its list");
    assertEquals(SECRET, teams.traffic("/a/held").header("x-api-key"));
  }

  @Test
  void aPatchKeepsTheSecretsThatItLeavesOut() {
    RawResponse patch =
        teams.as(A, "PATCH", "/config/routes/a-held", "{\"respond\": {\"body\": \"other\"}}");
    assertEquals(200, patch.status(), patch.text());
    assertEquals("other", teams.traffic("/a/held").text());
    assertEquals(SECRET, teams.traffic("/a/held").header("x-api-key"));
  }

  @Test
  void whoeverMayReadEverythingPutsAMarkAnywhere() throws Exception {
    assertEquals(200, put(ROOT, "/config/routes/a-new", HELD.formatted("y", others)).status());
  }

  private String mark() {
    return json(teams.get(A, "/config/routes/a-held"))
        .at("/filters/0/response-headers/set/X-Api-Key")
        .asString();
  }

  private RawResponse put(String token, String path, String body) {
    String named = path.contains("a-new") ? body.replace("/a/held", "/a/new") : body;
    return teams.as(token, "PUT", path, named);
  }

  private String store() throws Exception {
    return Files.readString(folder.resolve(".yumen/store.yaml"));
  }
}
