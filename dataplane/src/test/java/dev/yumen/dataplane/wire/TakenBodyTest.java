package dev.yumen.dataplane.wire;

import static dev.yumen.dataplane.wire.TestFilters.onRequest;
import static dev.yumen.testkit.Behaviours.echo;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Exchange;
import dev.yumen.api.FilterType;
import dev.yumen.api.Response;
import dev.yumen.api.Verdict;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A filter that answers a request itself may read the body that came with it. */
class TakenBodyTest {
  private static final int MOST = 20;
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final List<FilterType<?>> TYPES =
      List.of(
          onRequest("answers", TakenBodyTest::answer),
          onRequest(
              "goes-on",
              exchange ->
                  Verdict.await(exchange.takeBody(MOST).thenApply(_ -> Verdict.proceed()))));
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(yaml(), TYPES.toArray(FilterType<?>[]::new));

  private static Verdict answer(Exchange exchange) {
    return Verdict.await(
        exchange
            .takeBody(MOST)
            .thenApply(
                bytes ->
                    Verdict.respond(
                        Response.of(200)
                            .body("text/plain", "<" + new String(bytes, UTF_8) + ">"))));
  }

  private static String yaml() {
    return """
            upstreams: {service: {endpoints: %s}}
            routes:
              - {id: plain, match: {path: "/plain"}, to: service}
            """
            .formatted(UPSTREAM.address())
        + TestFilters.routes(TYPES);
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
      })
  void theBodyIsThereInFull(String rest) {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      String head = "POST /answers HTTP/1.1\r\nHost: a\r\n";
      client.sendPieces(
          head + rest.substring(0, rest.length() - 4), rest.substring(rest.length() - 4));
      assertEquals("<hello>", client.readResponse().text());
      assertEquals(before, UPSTREAM.requests().size());
      assertEquals(200, client.get("/plain").status(), "the connection goes on");
    }
  }

  @Test
  void withoutABodyItIsEmpty() {
    try (RawClient client = GATEWAY.connect()) {
      assertEquals("<>", client.get("/answers").text());
      assertEquals(200, client.get("/plain").status());
    }
  }

  @Test
  void aClientThatAsksFirstIsToldToContinue() {
    try (RawClient client = GATEWAY.connect()) {
      client.send(
          "POST /answers HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
      String interim = client.readHead();
      assertTrue(interim.startsWith("HTTP/1.1 100 "), interim);
      client.send("hello");
      assertEquals("<hello>", client.readResponse().text());
    }
  }

  @Test
  void aLongerBodyIs413() {
    try (RawClient client = GATEWAY.connect()) {
      client.send(
          "POST /answers HTTP/1.1\r\nHost: a\r\nContent-Length: 21\r\n\r\n" + "a".repeat(21));
      RawResponse answer = client.readResponse();
      assertEquals(413, answer.status());
      assertTrue(answer.text().contains("PAYLOAD_TOO_LARGE"), answer::text);
    }
  }

  @Test
  void aFilterThatGoesOnWithoutItFails() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /goes-on HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
      RawResponse answer = client.readResponse();
      assertEquals(500, answer.status());
      assertTrue(answer.text().contains("FILTER_FAILED"), answer::text);
      assertEquals(before, UPSTREAM.requests().size());
    }
  }
}
