package dev.yumen.filters.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardAuthFilterTest {
  private final ScriptedUpstream auth = ScriptedUpstream.start(Behaviours.respond(200, ""));

  @AfterEach
  void closeService() {
    auth.close();
  }

  private FilterHarness gateway(String settings) {
    return FilterHarness.run(configuration(settings), Path.of("target"));
  }

  private String configuration(String settings) {
    return """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams:
          users: {endpoints: ["127.0.0.1:9001"]}
          auth: {endpoints: ["%s"]}
        routes:
          - id: test
            match: {path: "/**"}
            to: users
            filters: [{forward-auth: {upstream: auth%s}}]
        """
        .formatted(auth.address(), settings);
  }

  @Test
  void theServiceSeesWhatIsAskedForAndBySelectedHeadersWho() {
    try (FilterHarness gateway = gateway(", path: '/verify?strict=1'")) {
      RawResponse answer =
          gateway.send("DELETE", "/users/7?force", "Authorization: Bearer x", "X-Other: no");
      assertEquals(200, answer.status());
      Recorded asked = auth.awaitRequest(1);
      assertEquals("GET", asked.method());
      assertEquals("/verify?strict=1", asked.target());
      assertEquals("Bearer x", asked.header("authorization"));
      assertNull(asked.header("x-other"));
      assertEquals("DELETE", asked.header("x-forwarded-method"));
      assertEquals("http", asked.header("x-forwarded-proto"));
      assertEquals("/users/7?force", asked.header("x-forwarded-uri"));
      assertEquals("127.0.0.1", asked.header("x-forwarded-for"));
      assertTrue(asked.header("x-forwarded-host") != null);
      assertEquals("Bearer x", gateway.seen().header("authorization"));
    }
  }

  @Test
  void aPathIsAskedForAsItIsForwarded() {
    try (FilterHarness gateway = gateway("")) {
      gateway.get("/public/%2e%2e/admin");
      assertEquals("/admin", auth.awaitRequest(1).header("x-forwarded-uri"));
      assertEquals("/admin", gateway.seen().target());
    }
  }

  @Test
  void whatClientsSayAboutThemselvesIsReplaced() {
    auth.next(Behaviours.respond(200, Map.of("X-User-ID", "alice"), ""));
    try (FilterHarness gateway = gateway(", upstream-headers: [X-User-ID, X-Role]")) {
      gateway.get("/", "X-User-ID: admin", "X_User_ID: admin", "X-Role: root", "x_role: root");
      Recorded seen = gateway.seen();
      assertEquals(List.of("alice"), seen.headerValues("x-user-id"));
      assertTrue(
          seen.headers().stream().noneMatch(field -> field.getKey().contains("_")), seen.head());
      assertNull(seen.header("x-role"));
    }
  }

  @Test
  void clientsCanNotHaveTheAnswerDropped() {
    auth.next(Behaviours.respond(200, Map.of("X-User-ID", "alice"), ""));
    try (FilterHarness gateway = gateway(", upstream-headers: X-User-ID")) {
      gateway.get("/", "Connection: close, X-User-ID");
      assertEquals(List.of("alice"), gateway.seen().headerValues("x-user-id"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 401, 403, 404, 429})
  void aRefusalGoesToTheClient(int status) {
    auth.next(
        Behaviours.respond(
            status,
            Map.of(
                "Location", "https://login.example/", "X-Internal", "secret", "Server", "auth/1"),
            "please log in"));
    try (FilterHarness gateway = gateway("")) {
      RawResponse answer = gateway.get("/");
      assertEquals(status, answer.status());
      assertEquals("please log in", answer.text());
      assertEquals("https://login.example/", answer.header("location"));
      assertNull(answer.header("x-internal"));
      assertEquals(0, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "302, '', AUTH_MISSING",
    "401, '', AUTH_MISSING",
    "401, 'Authorization: Bearer x', AUTH_INVALID",
    "403, 'Authorization: Bearer x', FORBIDDEN",
    "404, '', FORBIDDEN",
    "429, '', RATE_LIMITED"
  })
  void aRefusalHasACodeInTheLogsAndForMetrics(
      int status, String header, String code, @TempDir Path folder) throws IOException {
    auth.next(Behaviours.respond(status, "no"));
    String filters =
        "filters: [{access-log: {file: '%s', fields: [status, code]}}, "
            .formatted(folder.resolve("access.log"));
    String audit =
        "audit: {path: '%s', denied: [auth-missing, auth-invalid, forbidden, rate-limited]}\n"
            .formatted(folder.resolve("audit.jsonl"));
    try (FilterHarness gateway =
        FilterHarness.run(
            audit + configuration("").replace("filters: [", filters), Path.of("target"))) {
      RawResponse answer =
          header.isEmpty() ? gateway.get("/secret") : gateway.get("/secret", header);
      assertEquals(status, answer.status());
      assertEquals("no", answer.text());
    }
    assertEquals(
        "{\"status\":%d,\"code\":\"%s\"}".formatted(status, code),
        Files.readString(folder.resolve("access.log")).strip());
    String written = Files.readString(folder.resolve("audit.jsonl"));
    assertTrue(written.contains("\"kind\":\"denied\",\"code\":\"" + code + "\""), written);
    assertTrue(written.contains("\"path\":\"/secret\""), written);
  }

  @ParameterizedTest
  @ValueSource(strings = {"500", "gone", "silent"})
  void aServiceThatCanNotSayLetsNobodyIn(String how) {
    breakService(how);
    try (FilterHarness gateway = gateway(", timeout: 200ms")) {
      RawResponse answer = gateway.get("/");
      assertEquals(503, answer.status());
      assertTrue(answer.text().contains("AUTH_UNAVAILABLE"), answer::text);
      assertEquals(0, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"500", "gone", "silent"})
  void unlessTheSettingsSaySo(String how) {
    breakService(how);
    try (FilterHarness gateway =
        gateway(", timeout: 200ms, on-error: allow, upstream-headers: X-User-ID")) {
      assertEquals(200, gateway.get("/", "X-User-ID: admin").status());
      assertNull(gateway.seen().header("x-user-id"));
    }
  }

  private void breakService(String how) {
    switch (how) {
      case "500" -> auth.next(Behaviours.respond(500, "broken"));
      case "gone" -> auth.close();
      default -> auth.next(Behaviours.readBody());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'{}'",
    "'{upstream: nobody}'",
    "'{upstream: users, path: verify}'",
    "'{upstream: users, method: get}'",
    "'{upstream: users, timeout: 0s}'",
    "'{upstream: users, request-headers: Host}'",
    "'{upstream: users, upstream-headers: [X-A, Transfer-Encoding]}'",
    "'{upstream: users, on-error: perhaps}'"
  })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- forward-auth: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertFalse(problems.getFirst().contains("PT0S"), problems::toString);
  }
}
