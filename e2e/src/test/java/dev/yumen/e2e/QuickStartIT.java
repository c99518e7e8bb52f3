package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Proc;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a new user sees after {@code ./yumen run}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuickStartIT {
  private static final Pattern CURL =
      Pattern.compile("  curl -i http://localhost:(\\d+)(/\\S*)(?: -H '([^']*)')?");

  private Proc gateway;
  private List<Matcher> curls;

  @BeforeAll
  void startAsTheLauncherDoes(@TempDir Path folder) {
    Path home = Path.of("").toAbsolutePath().getParent();
    gateway =
        GatewayProcess.command(
            folder,
            Map.of("API_GATEWAY_PORT", "0", "MANAGEMENT_PORT", "0"),
            List.of("-Dyumen.home=" + home),
            "run");
    gateway.awaitLine("Ctrl-C stops", GatewayProcess.PATIENCE);
    curls = gateway.lines().stream().map(CURL::matcher).filter(Matcher::matches).toList();
  }

  @AfterAll
  void stop() {
    gateway.close();
  }

  @Test
  void threePrintedCurlLinesAnswer() {
    assertEquals(3, curls.size(), gateway.output());
    for (Matcher curl : curls) {
      RawResponse response = run(curl);
      assertEquals(200, response.status(), curl.group() + "\n" + response);
      assertNotNull(response.header("X-Trace-ID"), response.head());
    }
  }

  @Test
  void serviceSeesTheRewrittenPathAndTheTraceId() {
    assertTrue(run(curls.get(0)).text().contains("\"target\":\"/1\""));
    assertTrue(run(curls.get(1)).text().contains("\"target\":\"/order/42\""));
    assertTrue(run(curls.get(1)).text().contains("\"x-trace-id\":\"my-own-id\""));
    assertEquals("my-own-id", run(curls.get(1)).header("X-Trace-ID"));
  }

  @Test
  void servicesListenWhereTheTextSays() {
    for (String name : List.of("user-service", "order-service")) {
      Matcher line =
          gateway.awaitLine(
              "^  " + name + " +http://127\\.0\\.0\\.1:(\\d+)", GatewayProcess.PATIENCE);
      try (RawClient client = RawClient.connect(Integer.parseInt(line.group(1)))) {
        assertTrue(client.get("/").text().contains("\"service\":\"" + name + "\""));
      }
    }
  }

  @Test
  void metricsAndHealthAnswerWhereTheTextSays() {
    Matcher line =
        gateway.awaitLine(
            "Metrics and health: http://localhost:(\\d+)/metrics", GatewayProcess.PATIENCE);
    int port = Integer.parseInt(line.group(1));
    try (RawClient client = RawClient.connect(port)) {
      assertEquals(200, client.get("/health").status());
      assertTrue(client.get("/metrics").text().contains("gateway_requests_total"));
    }
  }

  @Test
  void unknownPathIsAProblemInTheLanguageOfTheClient() {
    int port = Integer.parseInt(curls.getFirst().group(1));
    try (RawClient client = RawClient.connect(port)) {
      RawResponse response = client.get("/nothing", "Accept-Language: zh-CN");
      assertEquals(404, response.status());
      assertEquals("application/problem+json", response.header("Content-Type"));
      assertTrue(response.text().contains("NO_ROUTE"), response.text());
      assertTrue(response.text().codePoints().anyMatch(c -> c > 0x3000), response.text());
    }
  }

  @Test
  void partnerNeedsTheKey() {
    int port = Integer.parseInt(curls.getFirst().group(1));
    try (RawClient client = RawClient.connect(port)) {
      assertEquals(401, client.get("/partner/x").status());
      assertEquals(200, client.get("/partner/x", "X-API-Key: quickstart-key").status());
    }
  }

  @Test
  void filesOfTheExampleAreServed() {
    int port = Integer.parseInt(curls.getFirst().group(1));
    try (RawClient client = RawClient.connect(port)) {
      RawResponse page = client.get("/welcome/");
      assertEquals(200, page.status(), page.toString());
      assertTrue(page.text().contains("Yumen is running"));
    }
  }

  private static RawResponse run(Matcher curl) {
    try (RawClient client = RawClient.connect(Integer.parseInt(curl.group(1)))) {
      String header = curl.group(3);
      return header == null ? client.get(curl.group(2)) : client.get(curl.group(2), header);
    }
  }
}
