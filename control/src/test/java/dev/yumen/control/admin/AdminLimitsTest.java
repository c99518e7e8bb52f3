package dev.yumen.control.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What whoever reaches the admin port can not do to the process, and what is said of odd asks. */
class AdminLimitsTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String SMALL =
      TeamGateway.FILES.replace("tokens:", "max-body: 64KiB\n  tokens:");
  private static final String YAML = "Content-Type: application/yaml";
  private static final String BODY = "# " + "a".repeat(50 << 10) + "\nroutes: []\n";

  @TempDir Path folder;

  @Test
  void bodiesOfManyTogetherAreBounded() throws Exception {
    try (TeamGateway gateway = TeamGateway.start(folder, SMALL);
        RawClient one = gateway.admin();
        RawClient two = gateway.admin()) {
      one.send(unfinished("Authorization: Bearer " + TeamGateway.ROOT));
      two.send(unfinished("Authorization: Bearer " + TeamGateway.ROOT));
      Eventually.within(SOON, () -> check(gateway) == 503);
      assertEquals(200, gateway.get(TeamGateway.ROOT, "/status").status());

      one.close();
      two.close();
      Eventually.within(SOON, () -> check(gateway) == 200);
      for (int i = 0; i < 10; i++) {
        assertEquals(200, check(gateway));
        assertEquals(413, sent(gateway, BODY.repeat(2)).status());
      }
      assertEquals(200, check(gateway));
    }
  }

  private static int check(TeamGateway gateway) {
    return sent(gateway, BODY).status();
  }

  private static RawResponse sent(TeamGateway gateway, String body) {
    return gateway.as(TeamGateway.ROOT, "POST", "/check?part=source", body, YAML);
  }

  @ParameterizedTest
  @CsvSource({
    "X-No: token, 401",
    "Authorization: Bearer wrong-0123456789, 401",
    "Origin: http://evil.example.com, 403",
    "Expect: 100-continue, 401"
  })
  void theBodyOfAStrangerIsNotWaitedFor(String field, int status) throws Exception {
    try (TeamGateway gateway = TeamGateway.start(folder, SMALL);
        RawClient stranger = gateway.admin()) {
      stranger.send(unfinished(field));
      assertEquals(status, stranger.readResponse("POST").status());
      assertTrue(stranger.isClosedByPeer());
    }
  }

  /** A body of which the end does not come. */
  private static String unfinished(String field) {
    return "POST /api/v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65536\r\n"
        + field
        + "\r\n\r\n"
        + "a".repeat(60_000);
  }

  @ParameterizedTest
  @CsvSource({
    "/versions/at, time: missing (expected: such as 2026-01-31T14:03:00Z)",
    "/versions/diff, from: missing (expected: the number of a version)",
    "/status?x=1, parameter \"x\" (known: none)",
    "/versions/diff?to=1&x=1, 'parameter \"x\" (known: from, to)'",
  })
  void whatIsMissingOrUnknownIsSaid(String path, String detail) throws Exception {
    try (TeamGateway gateway = TeamGateway.start(folder, TeamGateway.FILES)) {
      RawResponse answer = gateway.get(TeamGateway.ROOT, path);
      assertEquals(400, answer.status());
      assertEquals(detail, TeamGateway.json(answer).path("detail").asString(""));
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "422, `\"time\": \"+999999999-01-01T00:00:00Z\"`, `(expected: a time of the years 0 to 9999)`",
        "422, `\"client\": \"999\"`, `client: \\\"999\\\" (expected: an IP address)`",
        "422, `\"client\": \"10.0.1\"`, `client: \\\"10.0.1\\\" (expected: an IP address)`",
        "400, `\"url\": \"http://other/\"`, `Duplicate`",
      })
  void anOddQuestionIsRefused(int status, String member, String said) throws Exception {
    try (TeamGateway gateway = TeamGateway.start(folder, TeamGateway.FILES)) {
      String body = "{\"url\": \"http://localhost/\", " + member + "}";
      RawResponse answer = gateway.as(TeamGateway.ROOT, "POST", "/explain", body);
      assertEquals(status, answer.status(), answer::text);
      assertTrue(answer.text().contains(said), answer::text);
    }
  }
}
