package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.close;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.neverAnswer;
import static dev.yumen.testkit.Behaviours.raw;
import static dev.yumen.testkit.Behaviours.readBody;
import static dev.yumen.testkit.Behaviours.reset;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that answer wrongly, break off, or do not answer. */
class BadUpstreamTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final int NOBODY = ScriptedUpstream.unusedPort();
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          runtime: {loops: 1}
          upstreams:
            service: {endpoints: %1$s}
            half: {endpoints: ["127.0.0.1:%2$d", "%1$s"]}
            none: {endpoints: ["127.0.0.1:%2$d"]}
            slow: {endpoints: "%1$s", timeout: {header: 200ms, idle: 250ms}}
            stops: {endpoints: "%1$s", timeout: {idle: 250ms}}
            limited: {endpoints: "%1$s", timeout: {request: 2s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: half, match: {path: /half}, to: half}
            - {id: half-host, match: {path: /half-host}, to: half, host: endpoint}
            - {id: none, match: {path: /none}, to: none}
            - {id: slow, match: {path: /slow}, to: slow}
            - {id: stops, match: {path: /stops}, to: stops}
            - {id: limited, match: {path: /limited}, to: limited}
          """
              .formatted(UPSTREAM.address(), NOBODY));

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, UPSTREAM);

  private static void assertRefused(RawResponse answer, int status, String code) {
    assertEquals(status, answer.status(), answer::toString);
    assertEquals("application/problem+json", answer.header("content-type"));
    assertTrue(answer.text().contains("\"code\":\"" + code + "\""), answer::text);
  }

  // ---- heads that are refused ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0x4\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4,4\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: \u000bchunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Secret: 1\r\n folded\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Secret : 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: 1\r\n\r\n",
        "HTTP/1.1 200 OK\nX-Secret: 1\n\n",
        "HTTP/1.1 200 OK\r\nX-Secret: 1\nX-B: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Secret: 1\rX-B: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Secret: 1\u0000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Se(ret: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Secret\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 99 OK\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "{\"no\": \"http\"}\r\n\r\n",
      })
  void malformedHeadsBecomeBadGatewayAndNothingOfThemIsPassedOn(String head) {
    UPSTREAM.next(raw(head, "leak").then(Incoming::awaitClosedByPeer));
    try (RawClient client = GATEWAY.connect()) {
      assertRefused(client.get("/"), 502, "UPSTREAM_PROTOCOL");
      assertFalse(client.received().contains("leak"));
      assertFalse(client.received().contains("Secret"));
      // The client did nothing wrong.
      assertEquals(200, client.get("/").status());
    }
  }

  @Test
  void headsBeyondTheLimitsBecomeBadGateway() {
    String flood = "X-A: b\r\n".repeat(101);
    String large = "X-A: " + "b".repeat(17_000) + "\r\n";
    for (String fields : List.of(flood, large, large.substring(0, 15_000) + "\r\n" + large)) {
      UPSTREAM.next(
          raw("HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 0\r\n\r\n")
              .then(Incoming::awaitClosedByPeer));
      try (RawClient client = GATEWAY.connect()) {
        assertRefused(client.get("/"), 502, "UPSTREAM_PROTOCOL");
      }
    }
  }

  @Test
  void aMalformedHeadIsFoundHoweverItIsCut() {
    String head = "HTTP/1.1 200 OK\r\nX-Secret : 1\r\n\r\n";
    for (int cut = 1; cut < head.length(); cut += 3) {
      UPSTREAM.next(
          raw(head.substring(0, cut), head.substring(cut)).then(Incoming::awaitClosedByPeer));
      try (RawClient client = GATEWAY.connect()) {
        assertRefused(client.get("/"), 502, "UPSTREAM_PROTOCOL");
        assertFalse(client.received().contains("Secret"));
      }
    }
  }

  // ---- broken bodies ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zz\r\nhello\r\n",
        "-5\r\nhello\r\n",
        "0x5\r\nhello\r\n",
        "5_0\r\nhello\r\n",
        "5\nhello\n0\n\n",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "FFFFFFFFFFFFFFFFF\r\nhello",
        "5;a=\"\n\"\r\nhello\r\n",
      })
  void aMalformedChunkCutsTheAnswerVisibly(String chunks) {
    UPSTREAM.next(
        raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", chunks)
            .then(Incoming::awaitClosedByPeer));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      assertTrue(client.isClosedByPeer());
      assertFalse(client.received().contains("0\r\n\r\n"), client::received);
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void brokenOffAnswersAreCutVisibly() {
    List<String> beginnings =
        List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\nX-T: 1\r\n");
    for (String beginning : beginnings) {
      for (Behaviour end : List.of(close(), reset())) {
        UPSTREAM.next(raw(beginning).then(end));
        try (RawClient client = GATEWAY.connect()) {
          client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
          assertTrue(client.isClosedByPeer());
          assertFalse(client.received().endsWith("0\r\n\r\n"), client::received);
        }
      }
    }
  }

  @Test
  void aCloseDelimitedAnswerThatIsResetIsCutVisibly() {
    for (String version : List.of("1.1", "1.0")) {
      UPSTREAM.next(
          raw("HTTP/1.1 200 OK\r\n\r\nhalf")
              .then(
                  request -> {
                    // The first half has arrived when the client has it.
                    request.awaitClosedByPeer();
                  }));
      try (RawClient client = GATEWAY.connect()) {
        client.send("GET / HTTP/" + version + "\r\nHost: h\r\n\r\n");
        client.readUntil("half");
        UPSTREAM.resetConnections();
        RawClient.End end = client.readEnd();
        if (version.equals("1.0")) {
          // Nothing but a reset tells a client without chunks.
          assertEquals(RawClient.End.RESET, end);
        } else {
          assertNotEquals(RawClient.End.STILL_OPEN, end);
          assertFalse(client.received().endsWith("0\r\n\r\n"));
        }
      }
    }
  }

  @Test
  void anAnswerBrokenOffForAnOldClientIsReset() {
    UPSTREAM.next(
        raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n").then(close()));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.0\r\nHost: h\r\n\r\n");
      assertEquals(RawClient.End.RESET, client.readEnd());
    }
  }

  // ---- connections that can not be used again ----

  @Test
  void extraBytesAfterAnAnswerEndTheConnectionAndReachNobody() {
    List<String> answers =
        List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokleak",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nleak",
            "HTTP/1.1 204 No Content\r\n\r\nleak",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nleak",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n"
                + "\r\nleak");
    for (String answer : answers) {
      UPSTREAM.next(raw(answer));
      try (RawClient client = GATEWAY.connect()) {
        client.get("/");
        int connection = UPSTREAM.requests().getLast().connection();
        RawResponse next = client.get("/");
        assertTrue(next.text().startsWith("{\"method\""), next::toString);
        assertNotEquals(connection, UPSTREAM.requests().getLast().connection());
        assertFalse(client.received().contains("leak"));
      }
    }
  }

  @Test
  void theBodyOfAHeadAnswerReachesNobody() {
    UPSTREAM.next(raw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nleak"));
    try (RawClient client = GATEWAY.connect()) {
      client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals("4", client.readResponse("HEAD").header("content-length"));
      assertTrue(client.get("/").text().startsWith("{\"method\""));
      assertFalse(client.received().contains("leak"));
    }
  }

  @Test
  void bytesOnAnIdleConnectionEndIt() {
    try (RawClient client = GATEWAY.connect()) {
      client.get("/");
      int connection = UPSTREAM.requests().getLast().connection();
      String idle = "gateway_upstream_connections{upstream=\"service\",state=\"idle\"}";
      // The answer arrives a moment before its connection rests.
      GATEWAY.awaitMetric(idle.replace("idle", "active"), 0);
      long before = GATEWAY.metric(idle);
      UPSTREAM.writeToConnection(connection, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nleak");
      GATEWAY.awaitMetric(idle, before - 1);
      assertTrue(client.get("/").text().startsWith("{\"method\""));
      assertNotEquals(connection, UPSTREAM.requests().getLast().connection());
    }
  }

  @Test
  void anAnswerBeforeTheRequestIsAFault() {
    // The bytes of two answers to one request, the second late: never taken for the next answer.
    UPSTREAM.next(raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));
    try (RawClient client = GATEWAY.connect()) {
      client.get("/");
      int connection = UPSTREAM.requests().getLast().connection();
      client.get("/");
      assertNotEquals(connection, UPSTREAM.requests().getLast().connection());
    }
  }

  // ---- stale connections ----

  private static void makeStale(RawClient client) {
    client.get("/");
    UPSTREAM.next(close());
  }

  @Test
  void aRequestOnAStaleConnectionIsSentAgain() {
    try (RawClient client = GATEWAY.connect()) {
      for (String method : List.of("GET", "HEAD", "DELETE", "OPTIONS")) {
        makeStale(client);
        int before = UPSTREAM.requests().size();
        client.send(method + " /again HTTP/1.1\r\nHost: h\r\n\r\n");
        assertEquals(200, client.readResponse(method).status());
        assertEquals(before + 2, UPSTREAM.requests().size());
        assertEquals(
            UPSTREAM.requests().get(before).head(), UPSTREAM.requests().get(before + 1).head());
      }
    }
  }

  @Test
  void aRequestThatMayHaveTakenEffectIsNotSentAgain() {
    try (RawClient client = GATEWAY.connect()) {
      makeStale(client);
      int before = UPSTREAM.requests().size();
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      assertRefused(client.readResponse(), 502, "UPSTREAM_RESET");
      assertEquals(before + 1, UPSTREAM.requests().size());
    }
  }

  @Test
  void whatMayBeRepeatedIsSentAgainWithItsBody() {
    try (RawClient client = GATEWAY.connect()) {
      makeStale(client);
      int before = UPSTREAM.requests().size();
      client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      assertEquals(200, client.readResponse().status());
      assertEquals("body", UPSTREAM.awaitRequest(before + 2).text());
    }
  }

  @Test
  void anEndpointThatAlwaysClosesIsNotTriedForEver() {
    UPSTREAM.closeConnections();
    UPSTREAM.awaitOpenConnections(0);
    UPSTREAM.next(close()).next(close()).next(close());
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      assertRefused(client.get("/"), 502, "UPSTREAM_RESET");
    }
    assertTrue(UPSTREAM.requests().size() - before <= 2);
  }

  @Test
  void anAnswerThatHasBegunIsNotAskedForAgain() {
    try (RawClient client = GATEWAY.connect()) {
      client.get("/");
      UPSTREAM.next(raw("HTTP/1.1 200").then(close()));
      int before = UPSTREAM.requests().size();
      assertRefused(client.get("/"), 502, "UPSTREAM_RESET");
      assertEquals(before + 1, UPSTREAM.requests().size());
    }
  }

  // ---- connecting ----

  @Test
  void aRefusedConnectionGoesToTheNextEndpoint() {
    try (RawClient client = GATEWAY.connect()) {
      for (int i = 0; i < 6; i++) {
        assertEquals(200, client.get("/half").status());
        client.send("POST /half HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
        assertEquals(200, client.readResponse().status());
        assertEquals("body", UPSTREAM.requests().getLast().text());
      }
    }
    assertTrue(GATEWAY.metric("gateway_upstream_retries_total{upstream=\"half\"}") > 0);
  }

  @Test
  void theHostFieldIsTheOneOfTheEndpointThatIsTriedLast() {
    try (RawClient client = GATEWAY.connect()) {
      for (int i = 0; i < 4; i++) {
        client.get("/half-host");
        assertEquals(UPSTREAM.address(), UPSTREAM.requests().getLast().header("host"));
        client.send("GET /half HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        client.readResponse();
        assertEquals(UPSTREAM.address(), UPSTREAM.requests().getLast().header("host"));
      }
    }
  }

  @Test
  void nobodyThereIsConnectRefused() {
    try (RawClient client = GATEWAY.connect()) {
      assertRefused(client.get("/none"), 502, "UPSTREAM_CONNECT_REFUSED");
      client.send("POST /none HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      assertRefused(client.readResponse(), 502, "UPSTREAM_CONNECT_REFUSED");
      assertRefused(client.get("/none"), 502, "UPSTREAM_CONNECT_REFUSED");
    }
  }

  // ---- too slow ----

  @Test
  void aHeadThatDoesNotComeIsATimeout() {
    UPSTREAM.next(neverAnswer());
    try (RawClient client = GATEWAY.connect()) {
      assertRefused(client.get("/slow"), 504, "UPSTREAM_TIMEOUT");
    }
    UPSTREAM.next(raw("HTTP/1.1 200 OK\r\nX-A").then(Incoming::awaitClosedByPeer));
    try (RawClient client = GATEWAY.connect()) {
      assertRefused(client.get("/slow"), 504, "UPSTREAM_TIMEOUT");
    }
  }

  @Test
  void aBodyThatStopsIsCut() {
    UPSTREAM.next(
        raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            .then(Incoming::awaitClosedByPeer)
            .then(close()));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /stops HTTP/1.1\r\nHost: h\r\n\r\n");
      client.readUntil("half");
      assertTrue(client.isClosedByPeer());
    }
  }

  @Test
  void anAnswerThatTakesTooLongInAllIsATimeout() {
    UPSTREAM.next(neverAnswer());
    try (RawClient client = GATEWAY.connect()) {
      assertRefused(client.get("/limited"), 504, "UPSTREAM_TIMEOUT");
      assertEquals(200, client.get("/limited").status());
    }
    UPSTREAM.next(
        readBody()
            .then(write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
            .then(BadUpstreamTest::drip));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /limited HTTP/1.1\r\nHost: h\r\n\r\n");
      assertTrue(client.isClosedByPeer());
      assertFalse(client.received().endsWith("0\r\n\r\n"));
    }
  }

  private static void drip(Incoming request) throws java.io.IOException {
    for (int i = 0; i < 500; i++) {
      request.write("1\r\nx\r\n");
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
  }

  @Test
  void anUpstreamThatNeverReadsALargeBodyIsGivenUp() {
    UPSTREAM.next(Incoming::idle);
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n");
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      client.sendPattern(100_000_000);
                    } catch (UncheckedIOException e) {
                      // the gateway closed: as it should
                    }
                  });
      assertRefused(client.readResponse(), 504, "UPSTREAM_TIMEOUT");
      client.reset();
      sender.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void failuresAreCountedByCode() {
    String series =
        "gateway_upstream_requests_total{upstream=\"service\",result=\"UPSTREAM_PROTOCOL\"}";
    long before = GATEWAY.metric(series);
    long failures = GATEWAY.failed("UPSTREAM_PROTOCOL");
    UPSTREAM.next(raw("nonsense\r\n\r\n").then(close()));
    try (RawClient client = GATEWAY.connect()) {
      assertRefused(client.get("/"), 502, "UPSTREAM_PROTOCOL");
    }
    assertEquals(before + 1, GATEWAY.metric(series));
    assertEquals(failures + 1, GATEWAY.failed("UPSTREAM_PROTOCOL"));
  }

  @Test
  void theProblemIsToldInTheClientsLanguage() {
    try (RawClient client = GATEWAY.connect()) {
      RawResponse chinese = client.get("/none", "Accept-Language: zh-CN,zh;q=0.9,en;q=0.8");
      assertEquals("zh", chinese.header("content-language"));
      RawResponse english = client.get("/none", "Accept-Language: fr");
      assertEquals("en", english.header("content-language"));
      assertNotEquals(chinese.text(), english.text());
      assertFalse(english.text().contains("127.0.0.1"));
    }
  }

  @Test
  void otherAnswersArePassedOnAsTheyAre() {
    UPSTREAM.next(respond(500, "own error"));
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.get("/");
      assertEquals(500, answer.status());
      assertEquals("own error", answer.text());
    }
  }
}
