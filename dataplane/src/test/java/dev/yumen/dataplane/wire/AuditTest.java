package dev.yumen.dataplane.wire;

import static dev.yumen.dataplane.wire.TestFilters.onRequest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.api.Verdict;
import dev.yumen.dataplane.audit.AuditCheck;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway that runs writes into its audit log. */
@Timeout(60)
class AuditTest {
  private static String routes(Path file) {
    return """
    audit: {path: '%s'}
    runtime: {loops: 1}
    routes:
      - {id: shut, match: {path: /shut}, filters: [shut], respond: {status: 200}}
      - {id: open, match: {path: /open}, respond: {status: 200}}
    """
        .formatted(file);
  }

  @TempDir Path folder;

  @Test
  void aRefusalWithAnAnswerOfItsOwnIsWrittenToo() throws IOException {
    Path file = folder.resolve("audit.jsonl");
    Failure failure = Failure.of(FailureCode.FORBIDDEN, "never");
    try (GatewayFixture gateway =
            GatewayFixture.start(
                routes(file),
                onRequest(
                    "shut",
                    _ -> Verdict.fail(failure, Response.of(404).body("text/plain", "nothing"))));
        RawClient client = gateway.connect()) {
      RawResponse answer = client.get("/shut");
      assertEquals(404, answer.status());
      assertEquals("nothing", answer.text());
      assertEquals(
          1, gateway.metric("gateway_failures_total{code=\"FORBIDDEN\",source=\"client\"}"));
    }
    String all = Files.readString(file);
    assertTrue(all.contains("\"kind\":\"denied\",\"code\":\"FORBIDDEN\",\"count\":1"), all);
  }

  @Test
  void refusalsAreWrittenWithoutQueryAndCredentials() throws IOException {
    Path file = folder.resolve("audit.jsonl");
    try (GatewayFixture gateway =
            GatewayFixture.start(
                routes(file),
                onRequest("shut", _ -> Verdict.fail(FailureCode.FORBIDDEN, "never")));
        RawClient client = gateway.connect()) {
      for (int i = 0; i < 5; i++) {
        assertEquals(403, client.get("/shut?token=hidden").status());
      }
      assertEquals(200, client.get("/open").status());
      assertEquals(404, client.get("/nowhere").status());
      assertTrue(
          gateway.apply("audit: {path: '" + folder + "'}").toString().contains("is a folder"));
    }

    List<String> lines = Files.readAllLines(file);
    String all = String.join("\n", lines);
    assertTrue(lines.getFirst().contains("\"kind\":\"start\""), all);
    assertTrue(lines.getLast().contains("\"kind\":\"stop\""), all);
    String denied = lines.get(1);
    assertTrue(denied.contains("\"kind\":\"denied\",\"code\":\"FORBIDDEN\",\"count\":"), denied);
    assertTrue(
        denied.contains("\"route\":\"shut\",\"client\":\"127.0.0.1\",\"method\":\"GET\""), denied);
    assertTrue(denied.contains("\"path\":\"/shut\",\"reason\":\"never\",\"trace-id\":\""), denied);
    assertFalse(all.contains("hidden"), all);
    assertFalse(all.contains("NO_ROUTE"), all);
    assertNull(AuditCheck.of(List.of(file), List.of(), null).broken());
  }
}
