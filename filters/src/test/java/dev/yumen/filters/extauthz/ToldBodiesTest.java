package dev.yumen.filters.extauthz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the service is told of a request's body, and that the body goes on nevertheless. */
@Timeout(60)
class ToldBodiesTest {
  private static final String TOKEN = "Authorization: Bearer abc\r\n";

  private final GuardedRoute route = new GuardedRoute();

  @AfterEach
  void closeService() {
    route.close();
  }

  private static RawResponse post(FilterHarness gateway, String framed, String... lines) {
    String head = "POST / HTTP/1.1\r\nHost: a\r\n" + String.join("", lines);
    try (RawClient client = gateway.connect()) {
      return client.send((head + framed).getBytes(ISO_8859_1)).readResponse("POST");
    }
  }

  @Test
  void withoutASettingNothingOfTheBodyIsTold() {
    try (FilterHarness gateway = route.gateway("")) {
      assertEquals(200, post(gateway, "Content-Length: 5\r\n\r\nhello", TOKEN).status());
      assertEquals("", route.told(1).getBody());
      assertFalse(route.told(1).containsHeaders("x-envoy-auth-partial-body"));
      assertEquals("hello", gateway.seen().text());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
      })
  void aBodyIsToldAndGoesOn(String framed) {
    try (FilterHarness gateway = route.gateway(", max-body: 5, headers: [Authorization]")) {
      String forged = "X-Envoy-Auth-Partial-Body: true\r\n";
      assertEquals(200, post(gateway, framed, TOKEN, forged).status());
      assertEquals("hello", route.told(1).getBody());
      assertTrue(route.told(1).getRawBody().isEmpty());
      assertEquals("false", route.told(1).getHeadersOrThrow("x-envoy-auth-partial-body"));
      assertEquals("hello", gateway.seen().text());
    }
  }

  @Test
  void aBodyThatIsNoTextIsToldAsItCame() {
    try (FilterHarness gateway = route.gateway(", max-body: 1KiB")) {
      post(gateway, "Content-Length: 4\r\n\r\na\u00ffbc", TOKEN);
      assertEquals("a\ufffdbc", route.told(1).getBody());
      assertEquals("a\u00ffbc", route.told(1).getRawBody().toString(ISO_8859_1));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 6\r\n\r\nhello!",
        "Transfer-Encoding: chunked\r\n\r\n6\r\nhello!\r\n0\r\n\r\n"
      })
  void aLongerBodyIsRefusedUnlessItsBeginningIsEnough(String framed) {
    try (FilterHarness strict = route.gateway(", max-body: 5");
        FilterHarness lenient = route.gateway(", max-body: 5, allow-partial: true")) {
      RawResponse answer = post(strict, framed, TOKEN);
      assertEquals(413, answer.status());
      assertTrue(answer.text().contains("PAYLOAD_TOO_LARGE"), answer::text);
      assertEquals(0, strict.forwarded());
      assertEquals(200, post(lenient, framed, TOKEN).status());
      assertEquals("hello", route.told(1).getBody());
      assertEquals("true", route.told(1).getHeadersOrThrow("x-envoy-auth-partial-body"));
      assertEquals("hello!", lenient.seen().text());
    }
  }

  @Test
  void aRefusalComesBeforeTheRestOfALongBody() {
    try (FilterHarness gateway = route.gateway(", max-body: 5, allow-partial: true")) {
      assertEquals(401, post(gateway, "Content-Length: 5000\r\n\r\nhello!").status());
      assertEquals("hello", route.told(1).getBody());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void aRouteThatAnswersItselfIsGuardedJustSo() {
    String yaml =
        route
            .configuration(", max-body: 1KiB")
            .replace("to: users\n", "respond: {status: 200, body: secret}\n");
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
      RawResponse answer = post(gateway, "Content-Length: 5\r\n\r\nhello");
      assertEquals(401, answer.status());
      assertEquals("who are you?", answer.text());
    }
  }

  @Test
  void bodiesAreToldAmongOtherFiltersToo() {
    String yaml = route.among("all: [api-key, ");
    yaml = yaml.replace("upstream-headers:", "max-body: 1KiB, upstream-headers:");
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
      String framed = "Content-Length: 5\r\n\r\nhello";
      assertEquals(200, post(gateway, framed, TOKEN, "X-API-Key: robot-key\r\n").status());
      assertEquals("hello", route.told(1).getBody());
      assertEquals("alice", gateway.seen().header("x-user-id"));
      assertEquals("hello", gateway.seen().text());
    }
  }
}
