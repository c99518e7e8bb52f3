package dev.yumen.control.admin;

import static dev.yumen.control.admin.OperatedGateway.JSON;
import static dev.yumen.control.admin.OperatedGateway.OPEN;
import static dev.yumen.control.admin.OperatedGateway.PORTS;
import static dev.yumen.control.admin.OperatedGateway.YAML;
import static dev.yumen.control.admin.OperatedGateway.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is let in to the admin API, and from where. */
class AdminGuardTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String WITH_TOKENS =
      PORTS
          + """
          audit: audit.jsonl
          admin:
            address: "127.0.0.1:0"
            hosts: [Admin.example.com]
            max-body: 4KiB
            tokens:
              - {name: eve, token: viewer-0123456789}
              - {name: olga, token: operator-0123456789, role: operator}
              - {name: ada, token: admin-0123456789ab, role: admin}
          """;

  @TempDir Path folder;

  @AutoClose private OperatedGateway gateway;

  @BeforeEach
  void prepare() {
    gateway = new OperatedGateway(folder);
  }

  @Test
  void withTokensNobodyIsLetInWithoutOne() throws Exception {
    gateway.start(WITH_TOKENS);

    RawResponse missing = gateway.get("/status");
    assertEquals(401, missing.status());
    assertEquals("AUTH_MISSING", json(missing).get("code").asString());
    assertEquals("Bearer realm=\"yumen\"", missing.header("www-authenticate"));
    for (String wrong :
        List.of("Bearer viewer-012345678", "Bearer", "Bearer ", "Basic dmlld2VyOjE=", "x")) {
      RawResponse answer = gateway.get("/status", "Authorization: " + wrong);
      assertEquals(401, answer.status(), wrong);
      assertEquals("AUTH_INVALID", json(answer).get("code").asString(), wrong);
    }
    assertEquals(200, gateway.get("/status", "Authorization: bearer viewer-0123456789").status());
  }

  @Test
  void whatIsTurnedAwayIsCountedByItsCode() throws Exception {
    gateway.start(WITH_TOKENS);
    gateway.get("/status");
    gateway.get("/nothing", "Authorization: bearer viewer-0123456789");
    gateway.get("/a/../b");

    byte[] metrics = gateway.managed().gateway().metrics().scrape(null, null).body();
    String counted = new String(metrics, StandardCharsets.UTF_8);
    for (String code : List.of("AUTH_MISSING", "NOT_FOUND", "BAD_REQUEST")) {
      String line = "gateway_admin_refused_total{code=\"" + code + "\"} 1.0\n";
      assertTrue(counted.contains(line), counted);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "viewer-0123456789,   GET,  routes, 200",
    "viewer-0123456789,   POST, reload, 403",
    "viewer-0123456789,   POST, check,  403",
    "operator-0123456789, POST, reload, 200",
    "operator-0123456789, POST, check,  403",
    "admin-0123456789ab,  POST, reload, 200",
    "admin-0123456789ab,  POST, check,  422",
  })
  void rolesMayDoWhatTheyMay(String token, String method, String resource, int status)
      throws Exception {
    gateway.start(WITH_TOKENS);

    RawResponse answer =
        gateway.send(
            method,
            "/" + resource,
            method.equals("POST") ? "nonsense: 1\n" : "",
            "Authorization: Bearer " + token,
            YAML);
    assertEquals(status, answer.status(), answer.text());
  }

  @Test
  void whoWasRefusedIsInTheAuditLogWithoutTheToken() throws Exception {
    gateway.start(WITH_TOKENS);
    gateway.get("/status", "Authorization: Bearer wrong-token-9876");
    gateway.send("POST", "/reload", "", "Authorization: Bearer viewer-0123456789", JSON);
    gateway.close();

    String log = gateway.audit();
    assertTrue(log.contains("\"kind\":\"admin-refused\",\"by\":\"unknown\""), log);
    assertTrue(log.contains("\"by\":\"eve\",\"client\":\"127.0.0.1\",\"method\":\"POST\""), log);
    assertTrue(log.contains("\"code\":\"FORBIDDEN\""), log);
    assertFalse(log.contains("wrong-token"), log);
    assertFalse(log.contains("viewer-0123"), log);
  }

  @Test
  void tokensChangeWithAReload() throws Exception {
    gateway.start(WITH_TOKENS);
    gateway.write(WITH_TOKENS.replace("viewer-0123456789", "another-0123456789"));
    Eventually.within(SOON, () -> gateway.version() == 2);

    assertEquals(401, gateway.get("/status", "Authorization: Bearer viewer-0123456789").status());
    assertEquals(200, gateway.get("/status", "Authorization: Bearer another-0123456789").status());
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 401",
    "LOCALHOST:9901, 401",
    "127.0.0.1:80, 401",
    "[::1], 401",
    "admin.example.com:9901, 401",
    "evil.example.com, 421",
    "admin.example.com.evil.com, 421",
    "localhost.evil.com, 421",
    "127.0.0.1.nip.io, 421",
  })
  void namesOfOthersAreNotOurs(String host, int status) throws Exception {
    gateway.start(WITH_TOKENS);
    try (RawClient client = gateway.admin()) {
      client.send("GET /api/v1/status HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      assertEquals(status, client.readResponse("GET").status());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Origin: http://localhost, 200",
    "Origin: http://evil.example.com, 403",
    "Origin: null, 403",
    "Origin: http://localhost:8080, 403",
    "Origin: http://localhost.evil.com, 403",
    "Sec-Fetch-Site: same-origin, 200",
    "Sec-Fetch-Site: cross-site, 403",
    "Sec-Fetch-Site: same-site, 403",
    "Sec-Fetch-Site: none, 403",
  })
  void pagesOfOthersCanDoNothing(String field, int status) throws Exception {
    gateway.start(OPEN);

    RawResponse answer = gateway.send("POST", "/reload", "", field, JSON);
    assertEquals(status, answer.status(), answer.text());
    assertNull(answer.header("access-control-allow-origin"));
  }

  @Test
  void aLongBodyIsRefusedWithoutReadingIt() throws Exception {
    gateway.start(WITH_TOKENS);
    try (RawClient client = gateway.admin()) {
      client.send(
          "POST /api/v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n");
      assertEquals(413, client.readResponse("POST").status());
    }
    try (RawClient client = gateway.admin()) {
      client.send(
          "POST /api/v1/check HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin-0123456789ab\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "1000\r\n"
              + "a".repeat(4096)
              + "\r\n1\r\na\r\n");
      assertEquals(413, client.readResponse("POST").status());
    }
  }
}
