package dev.yumen.filters.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogFilterTest {
  @TempDir private Path folder;

  private String settings(String more) {
    return "{file: '" + folder.resolve("access.log") + "'" + more + "}";
  }

  /** The lines of the log, once there are as many; a thread of its own writes them. */
  private List<String> lines(int count) {
    Path file = folder.resolve("access.log");
    Eventually.within(
        Duration.ofSeconds(10), count + " lines in the log", () -> read(file).size() >= count);
    return read(file);
  }

  private static List<String> read(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void personalDataAndNamedHeadersAreHidden() {
    String more =
        ", fields: [path, query, user-agent, referer], headers: [X-Key, X-Tel], redact: [x-key],"
            + " mask: [phone, email]";
    try (FilterHarness gateway = FilterHarness.of("- access-log: " + settings(more))) {
      gateway.get(
          "/tel/13800138000?mail=ann%40example.com&n=1",
          "User-Agent: 13800138000",
          "Referer: http://a/?m=ann%40example.com",
          "X-Key: abc",
          "X-Tel: 13800138000");
    }
    assertEquals(
        "{\"path\":\"/tel/***********\",\"query\":\"mail=***@example.com&n=1\","
            + "\"user-agent\":\"***********\",\"referer\":\"http://a/?m=***@example.com\","
            + "\"header.x-key\":\"***\",\"header.x-tel\":\"***********\"}",
        lines(1).getFirst());
  }

  @Test
  void everyExchangeIsOneLineOfJson() {
    try (FilterHarness gateway =
        FilterHarness.of("/users/{id}", "- trace-id\n- access-log: " + settings(""), "")) {
      gateway.get("/users/7?x=1", "X-Trace-ID: abc", "User-Agent: a \"b\"", "Host: shop.example");
    }
    String line = lines(1).getFirst();
    assertTrue(
        line.matches(
            "\\{\"time\":\"20[0-9-]+T[0-9:]+\\.[0-9]{3}Z\",\"id\":\"[^\"]+\",\"trace-id\":\"abc\","
                + "\"client\":\"127.0.0.1\",\"method\":\"GET\",\"host\":\"shop.example\","
                + "\"path\":\"/users/7\",\"query\":\"x=1\",\"route\":\"test\",\"status\":200,"
                + "\"upstream\":\"127.0.0.1:[0-9]+\",\"duration-ms\":[0-9.]+,"
                + "\"upstream-ms\":[0-9.]+,\"request-bytes\":0,\"response-bytes\":5,"
                + "\"user-agent\":\"a \\\\\"b\\\\\"\"}"),
        line);
  }

  @Test
  void aGrpcCallTellsItsStatus() {
    try (FilterHarness gateway =
        FilterHarness.of("- access-log: " + settings(", fields: [grpc-status, code]"))) {
      gateway.upstreamAnswers(200, "Content-Type: application/grpc", "grpc-status: 5");
      gateway.send("POST", "/shop.Orders/Get", "Content-Type: application/grpc");
      gateway.upstreamNext(Behaviours.raw("nonsense\r\n\r\n"));
      gateway.send("POST", "/shop.Orders/Get", "Content-Type: application/grpc-web");
      gateway.upstreamAnswers(200, "grpc-status: 5");
      gateway.get("/");
    }
    assertEquals(
        List.of("{\"grpc-status\":5}", "{\"grpc-status\":13,\"code\":\"UPSTREAM_PROTOCOL\"}", "{}"),
        lines(3));
  }

  @Test
  void theLineTellsWhatTheClientAskedForNotWhatFiltersMadeOfIt() {
    try (FilterHarness gateway =
        FilterHarness.of(
            "/**",
            "- access-log: "
                + settings(", format: text, fields: [path, host, consumer, status], headers: [X-A]")
                + "\n- api-key\n- strip-prefix: /api\n- host: a.internal",
            "consumers: [{name: ann, credentials: [{api-key: k}]}]")) {
      gateway.get("/api/x", "Host: shop.example", "X-API-Key: k", "X-A: 1 2");
    }
    assertEquals(
        List.of("path=/api/x host=shop.example consumer=ann status=200 header.x-a=\"1 2\""),
        lines(1));
  }

  @Test
  void secretsInTheAddressOfThePageBeforeAreHidden() {
    try (FilterHarness gateway =
        FilterHarness.of(
            "- access-log: " + settings(", format: text, fields: [referer], headers: [Referer]"))) {
      gateway.get("/", "Referer: http://x/cb?code=hidden&a=1");
    }
    assertEquals(
        List.of("referer=\"http://x/cb?code=***&a=1\" header.referer=\"http://x/cb?code=***&a=1\""),
        lines(1));
  }

  @Test
  void failuresTellTheirCode() {
    try (FilterHarness gateway =
        FilterHarness.of(
            "- access-log: "
                + settings(", format: text, fields: [status, code, reason, upstream, attempts]")
                + "\n- ip-restriction: {deny: [127.0.0.1]}")) {
      gateway.get("/");
    }
    assertEquals(
        List.of(
            "status=403 code=FORBIDDEN reason=\"client address 127.0.0.1 is not allowed\""
                + " attempts=0"),
        lines(1));
  }

  @Test
  void aRequestThatNoRouteTakesHasALineWithoutRoute() {
    String log = "- access-log: " + settings(", format: text, fields: [path, route, status]");
    try (FilterHarness gateway = FilterHarness.of("/a", "[]", "filters:\n" + log.indent(2))) {
      assertEquals(404, gateway.get("/b").status());
      assertEquals(200, gateway.get("/a").status());
    }
    assertEquals(List.of("path=/b status=404", "path=/a route=test status=200"), lines(2));
  }

  @ParameterizedTest
  @CsvSource({
    "a=1&token=abc&b=2, a=1&token=***&b=2",
    "TOKEN=abc, TOKEN=***",
    "to%6ben=abc&x, to%6ben=***&x",
    "a=token, a=token",
    "password=, password=***",
  })
  void secretsInQueriesAreHidden(String query, String logged) {
    try (FilterHarness gateway =
        FilterHarness.of("- access-log: " + settings(", format: text, fields: [query]"))) {
      gateway.get("/?" + query);
    }
    assertEquals(List.of("query=\"" + logged + "\""), lines(1));
  }

  @Test
  void withoutASampleOnlyFailuresAreWritten() {
    try (FilterHarness gateway =
        FilterHarness.of(
            "- access-log: " + settings(", sample: 0, format: text, fields: [status]"))) {
      gateway.get("/");
      gateway.upstreamAnswers(503).get("/");
    }
    assertEquals(List.of("status=503"), lines(1));
  }

  @Test
  void aReloadGoesOnWithTheSameFile() {
    String log = "- access-log: " + settings(", format: text, fields: [path]");
    try (FilterHarness gateway = FilterHarness.of(log)) {
      gateway.get("/before");
      assertEquals(List.of(), gateway.reload("- trace-id\n" + log));
      gateway.get("/after");
    }
    assertEquals(List.of("path=/before", "path=/after"), lines(2));
  }

  @Test
  void aCheckMakesNeitherFileNorFolder() {
    String file = folder.resolve("logs/access.log").toString();
    assertEquals(List.of(), FilterHarness.problems("- access-log: {file: '" + file + "'}"));
    assertFalse(Files.exists(folder.resolve("logs")));
  }

  @Test
  void aFileThatCanNotBeWrittenIsFoundByACheck() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken"));
    Path inside = Files.writeString(folder.resolve("file"), "").resolve("deep/access.log");
    assertEquals(
        List.of(
            "test.yaml:8:28 routes[0].filters[0].access-log.file: \""
                + taken
                + "\" (expected: a file that can be written: "
                + taken
                + " is a folder)",
            "test.yaml:9:28 routes[0].filters[1].access-log.file: \""
                + inside
                + "\" (expected: a file that can be written: "
                + folder.resolve("file")
                + " is no folder)"),
        FilterHarness.problems(
            "- access-log: {file: '%s'}\n- access-log: {file: '%s'}".formatted(taken, inside)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{sample: 101}",
        "{headers: [Authorization]}",
        "{headers: [\"a b\"]}",
        "{fields: [nope]}",
        "{format: xml}",
        "{file: /dev/null/access.log}",
      })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- access-log: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertFalse(problems.getFirst().isEmpty());
  }
}
