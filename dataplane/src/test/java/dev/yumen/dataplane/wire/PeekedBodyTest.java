package dev.yumen.dataplane.wire;

import static dev.yumen.dataplane.wire.TestFilters.onRequest;
import static dev.yumen.testkit.Behaviours.echo;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Exchange;
import dev.yumen.api.FilterType;
import dev.yumen.api.Response;
import dev.yumen.api.Verdict;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A filter may look at the beginning of a body that goes on. */
@Timeout(60)
class PeekedBodyTest {
  private static final int MUCH = 50_000;
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final List<FilterType<?>> TYPES =
      List.of(
          onRequest("peeks", exchange -> peek(exchange, 7)),
          onRequest("peeks-at-much", exchange -> peek(exchange, MUCH)),
          onRequest(
              "refuses",
              exchange ->
                  Verdict.await(
                      exchange.peekBody(7).thenApply(bytes -> Verdict.respond(answer(bytes))))),
          onRequest(
              "answers",
              exchange ->
                  Verdict.await(
                      exchange.takeBody(99).thenApply(bytes -> Verdict.respond(answer(bytes))))));
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(yaml(), TYPES.toArray(FilterType<?>[]::new));

  private static Verdict peek(Exchange exchange, int most) {
    return Verdict.await(
        exchange
            .peekBody(most)
            .thenApply(
                bytes -> {
                  boolean all = bytes.length > 100;
                  String text = all ? bytes.length + " bytes" : new String(bytes, UTF_8);
                  exchange.request().headers().set("X-Peeked", "<" + text + ">");
                  return Verdict.proceed();
                }));
  }

  private static Response answer(byte[] bytes) {
    return Response.of(200).body("text/plain", "<" + new String(bytes, UTF_8) + ">");
  }

  private static String yaml() {
    return """
            limits: {buffer: 4KiB}
            upstreams: {service: {endpoints: %s}}
            routes:
              - {id: both, match: {path: "/both"}, to: service, filters: [peeks, peeks, answers]}
            """
            .formatted(UPSTREAM.address())
        + TestFilters.routes(TYPES);
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  private static Recorded seen() {
    return UPSTREAM.requests().getLast();
  }

  @ParameterizedTest
  @CsvSource({
    "'Content-Length: 5\r\n\r\nhello', <hello>, hello",
    "'Content-Length: 7\r\n\r\nhello w', <hello w>, hello w",
    "'Content-Length: 11\r\n\r\nhello world', <hello w>, hello world",
    "'Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n3\r\nlo!\r\n0\r\n\r\n', <hello!>, hello!",
    "'Content-Length: 0\r\n\r\n', <>, ''",
  })
  void theBodyGoesOnAsIfNobodyHadLooked(String rest, String peeked, String body) {
    try (RawClient client = GATEWAY.connect()) {
      String head = "POST /peeks HTTP/1.1\r\nHost: a\r\n";
      client.sendPieces(
          head + rest.substring(0, rest.length() - 4), rest.substring(rest.length() - 4));
      assertEquals(200, client.readResponse().status());
      assertEquals(peeked, seen().header("X-Peeked"));
      assertEquals(body, seen().text());
      assertEquals(200, client.get("/peeks").status(), "the connection goes on");
      assertEquals("<>", seen().header("X-Peeked"));
    }
  }

  @Test
  void onlyTheBeginningIsWaitedFor() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /refuses HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhello w");
      assertEquals("<hello w>", client.readResponse().text());
    }
  }

  @Test
  void moreThanTheBufferIsHeldForIt() {
    byte[] body = PatternBytes.of(3 * MUCH);
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /peeks-at-much HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length);
      client.send("\r\n\r\n").send(body);
      assertEquals(200, client.readResponse().status());
      assertEquals("<" + MUCH + " bytes>", seen().header("X-Peeked"));
      assertEquals(body.length, seen().bodyLength());
      PatternBytes.check(seen().body(), seen().body().length, 0);
    }
  }

  @Test
  void filtersAfterItSeeTheBodyToo() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /both HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world");
      assertEquals("<hello world>", client.readResponse().text());
    }
  }

  @Test
  void aClientThatAsksFirstIsToldToContinue() {
    try (RawClient client = GATEWAY.connect()) {
      client.send(
          "POST /peeks HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
      String interim = client.readHead();
      assertTrue(interim.startsWith("HTTP/1.1 100 "), interim);
      client.send("hello");
      assertEquals(200, client.readResponse().status());
      assertEquals("hello", seen().text());
      assertNull(seen().header("expect"));
    }
  }

  @Test
  void whatFollowsAnUpgradeIsNoBody() {
    try (RawClient client = GATEWAY.connect()) {
      client.send(
          "GET /peeks HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhello!!");
      assertEquals(200, client.readResponse().status());
      assertEquals("<>", seen().header("X-Peeked"));
    }
  }
}
