package dev.yumen.control.admin;

import static dev.yumen.control.admin.TeamGateway.A;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that nobody answers, whatever they ask for; the audit log tells of them. */
class RefusedRequestsTest {
  private static final String MARKER = "b-hidden";
  private static final String FILES =
      TeamGateway.FILES
          + """
          upstreams: {shared: {endpoints: ["127.0.0.1:1"]}}
          consumers: [{name: a-alice, credentials: [{api-key: key-of-alice-0123}]}]
          routes:
            - {id: b-hidden-route, match: {path: "/b/**"}, respond: {body: b-hidden}}
            - {id: a-plain, match: {path: "/a/**"}, respond: {}}
          """;

  @TempDir Path folder;
  @AutoClose private TeamGateway teams;

  @BeforeEach
  void start() throws Exception {
    teams = TeamGateway.start(folder, FILES);
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
  void whatIsNotOfTheWorkspaceIsForbidden(String method, String target) {
    RawResponse answer = teams.as(A, method, target, "{}");
    assertEquals(403, answer.status(), answer.text());
    String path = "/api/v1" + target.replaceAll("\\?.*", "");
    teams.awaitAudit("\"path\":\"" + path + "\",\"code\":\"FORBIDDEN\"");
  }

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
    try (RawClient client = teams.admin()) {
      client.send(
          "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(target, A));
      RawResponse answer = client.readResponse("GET");
      assertEquals(400, answer.status(), answer.text());
      assertFalse(answer.text().contains(MARKER), answer.text());
    }
    String written = target.replace("\\", "\\\\");
    teams.awaitAudit("\"path\":\"" + written + "\",\"code\":\"BAD_REQUEST\"");
  }

  @Test
  void whatIsNoRequestIsAuditedToo() {
    try (RawClient client = teams.admin()) {
      client.send("GET /api/v1/routes HTTP/1.1\r\nHost : localhost\r\n\r\n");
      assertEquals(400, client.readResponse("GET").status());
    }
    teams.awaitAudit("\"by\":\"unknown\",\"client\":\"127.0.0.1\",\"method\":\"\",\"path\":\"\"");
  }

  @Test
  void strangersDoNotFillTheAuditLog() {
    for (int i = 0; i < 200; i++) {
      try (RawClient client = teams.admin()) {
        client.send("GET /api/v1/../" + i + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertEquals(400, client.readResponse("GET").status());
      }
    }
    teams.awaitAudit("/api/v1/../0");
    long lines = teams.audit().lines().count();
    assertTrue(lines < 100, lines + " lines of 200 refusals");
  }
}
