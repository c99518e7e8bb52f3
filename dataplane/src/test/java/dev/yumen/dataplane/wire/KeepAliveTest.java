package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.stream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connections that carry more than one request, one after another or sent ahead. */
class KeepAliveTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          limits: {buffer: 64KiB, requests-per-connection: 40}
          upstreams: {service: {endpoints: %s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: fixed, match: {path: /fixed}, respond: {status: 200, body: fixed}}
          """
              .formatted(UPSTREAM.address()));

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, UPSTREAM);

  private static String get(String target) {
    return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }

  private static String post(String target, String body) {
    return "POST "
        + target
        + " HTTP/1.1\r\nHost: h\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static Recorded lastRequest() {
    List<Recorded> all = UPSTREAM.requests();
    return all.getLast();
  }

  @Test
  void oneConnectionCarriesManyRequests() {
    try (RawClient client = GATEWAY.connect()) {
      for (int i = 0; i < 20; i++) {
        RawResponse answer = client.get("/" + i);
        assertEquals(200, answer.status());
        assertNull(answer.header("connection"));
        assertEquals("/" + i, lastRequest().target());
      }
    }
  }

  @Test
  void requestsOnOneConnectionShareOneUpstreamConnection() {
    try (RawClient client = GATEWAY.connect()) {
      client.get("/first");
      int connection = lastRequest().connection();
      for (int i = 0; i < 5; i++) {
        client.get("/next");
        assertEquals(connection, lastRequest().connection());
      }
    }
  }

  @Test
  void closeIsHonoured() {
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.get("/", "Connection: close");
      assertEquals("close", answer.header("connection"));
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void theLastRequestThatAConnectionMayCarryIsAnsweredWithClose() {
    try (RawClient client = GATEWAY.connect()) {
      for (int i = 1; i < 40; i++) {
        assertNull(client.get("/fixed").header("connection"));
      }
      assertEquals("close", client.get("/fixed").header("connection"));
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void answersToPipelinedRequestsComeInOrderAlsoWhenTheFirstIsSlow() {
    CountDownLatch slow = new CountDownLatch(1);
    UPSTREAM.next(await(slow).then(respond(200, "first")));
    UPSTREAM.next(respond(200, "second"));
    UPSTREAM.next(respond(200, "fourth"));
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send(get("/a") + get("/b") + get("/fixed") + post("/c", "body"));
      UPSTREAM.awaitRequest(before + 1);
      assertTrue(client.isQuietFor(Duration.ofMillis(100)));
      slow.countDown();
      assertEquals("first", client.readResponse().text());
      assertEquals("second", client.readResponse().text());
      assertEquals("fixed", client.readResponse().text());
      assertEquals("fourth", client.readResponse().text());
    }
    assertEquals("body", lastRequest().text());
    assertEquals(before + 3, UPSTREAM.requests().size());
  }

  @Test
  void manyPipelinedRequestsAreAllAnswered() {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 39; i++) {
      requests.append(i % 3 == 0 ? get("/fixed") : post("/p" + i, "x".repeat(i * 10)));
    }
    try (RawClient client = GATEWAY.connect()) {
      client.send(requests.toString());
      for (int i = 0; i < 39; i++) {
        RawResponse answer = client.readResponse();
        assertEquals(200, answer.status());
        if (i % 3 == 0) {
          assertEquals("fixed", answer.text());
        } else {
          assertTrue(answer.text().contains("\"/p" + i + "\""), answer.text());
          assertTrue(answer.text().contains("\"bodyLength\":" + i * 10), answer.text());
        }
      }
    }
  }

  @Test
  void pipelinedRequestsAreTakenByteByByte() {
    try (RawClient client = GATEWAY.connect()) {
      client.sendByteByByte(get("/fixed") + post("/x", "0123456789") + get("/fixed"));
      assertEquals("fixed", client.readResponse().text());
      assertTrue(client.readResponse().text().contains("\"bodyLength\":10"));
      assertEquals("fixed", client.readResponse().text());
    }
  }

  @Test
  void requestsBehindTheOneThatClosesAreNotServed() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + get("/b"));
      assertEquals(200, client.readResponse().status());
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
    assertEquals(before + 1, UPSTREAM.requests().size());
  }

  @Test
  void emptyLinesBeforeARequestAreSkipped() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("\r\n" + get("/fixed") + "\r\n" + get("/fixed"));
      assertEquals("fixed", client.readResponse().text());
      assertEquals("fixed", client.readResponse().text());
    }
  }

  @Test
  void aLargeAnswerIsFollowedByTheNextPipelinedOne() {
    UPSTREAM.next(stream(3_000_000));
    try (RawClient client = GATEWAY.connect()) {
      client.send(get("/large") + get("/fixed"));
      assertTrue(client.readHead().startsWith("HTTP/1.1 200 "));
      client.readPattern(3_000_000);
      assertEquals("fixed", client.readResponse().text());
    }
  }

  @Test
  void ownAnswersThatTheClientReadsLateAllArrive() {
    try (GatewayFixture gateway =
            GatewayFixture.start(
                "routes: [{id: big, match: {path: /big}, respond: {body: \"%s\"}}]"
                    .formatted("x".repeat(20_000)));
        RawClient client = gateway.connect()) {
      client.send(get("/big").repeat(1000));
      for (int i = 0; i < 1000; i++) {
        assertEquals(20_000, client.readResponse().text().length(), "answer " + i);
      }
    }
  }
}
