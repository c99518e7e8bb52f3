package dev.yumen.control.admin;

import static dev.yumen.control.admin.TeamGateway.A;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In a Redis that teams share, each counts under names of its own. */
class WorkspaceCountsTest {
  private static final String QUOTA =
      """
      {"match": {"path": "/a/q"}, "respond": {},
       "filters": [{"quota": {"limit": "1/day", "key": "client", "redis": "%s", "name": "%s"}}]}
      """;

  @TempDir Path folder;
  private TeamGateway teams;

  @BeforeEach
  void start() throws Exception {
    String redis = "redis: {shared: \"127.0.0.1:1\", a-redis: \"127.0.0.1:1\"}\n";
    teams = TeamGateway.start(folder, TeamGateway.FILES + redis);
  }

  @AfterEach
  void close() {
    teams.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"b-route", "b-quota", "free", "A-q"})
  void aCountOfAnotherNameIsRefused(String name) {
    for (String redis : new String[] {"shared", "a-redis"}) {
      RawResponse put = put(QUOTA.formatted(redis, name), "");
      assertEquals(403, put.status(), put.text());
      assertTrue(put.text().contains("name: " + name), put.text());
      assertEquals(403, put(QUOTA.formatted(redis, name), "?dry-run=true").status());
    }
    assertEquals(404, teams.get(A, "/config/routes/a-q").status());
  }

  @Test
  void aCountOfAnOwnNameOrOfTheRouteIsWritten() {
    RawResponse named = put(QUOTA.formatted("shared", "a-quota"), "");
    assertEquals(200, named.status(), named.text());
    RawResponse routes = put(QUOTA.formatted("shared", "").replace(", \"name\": \"\"", ""), "");
    assertEquals(200, routes.status(), routes.text());
  }

  @Test
  void aNameThatStandsInAnswersAloneIsFree() {
    String limit =
        """
        {"match": {"path": "/a/q"}, "respond": {}, "filters": [{"rate-limit":
         {"rate": "1/s", "key": "client", "name": "any", "shared": {"redis": "shared"}}}]}
        """;
    RawResponse put = put(limit, "");
    assertEquals(200, put.status(), put.text());
  }

  private RawResponse put(String body, String query) {
    return teams.as(A, "PUT", "/config/routes/a-q" + query, body);
  }
}
