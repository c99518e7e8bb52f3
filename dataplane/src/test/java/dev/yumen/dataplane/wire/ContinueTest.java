package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.continueAndReadBody;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.raw;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Interim answers: 100 for those who wait for it, and the others. */
class ContinueTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          upstreams:
            service: {endpoints: %s}
            deaf: {endpoints: %s, timeout: {header: 300ms}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: deaf, match: {path: "/deaf"}, to: deaf}
            - {id: fixed, match: {path: /fixed}, respond: {status: 403, body: fixed}}
          """
              .formatted(UPSTREAM.address(), UPSTREAM.address()));

  private static final String EXPECTING =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, UPSTREAM);

  @Test
  void theUpstreamsContinueReachesTheClient() {
    int before = UPSTREAM.requests().size();
    UPSTREAM.next(continueAndReadBody().then(respond(200, "done")));
    try (RawClient client = GATEWAY.connect()) {
      client.send(EXPECTING);
      assertEquals("HTTP/1.1 100 Continue\r\n\r\n", client.readHead());
      client.send("body");
      RawResponse answer = client.readResponse();
      assertEquals("done", answer.text());
      assertNull(answer.header("connection"));
      Recorded seen = UPSTREAM.awaitRequest(before + 1);
      assertEquals(List.of("100-continue"), seen.headerValues("expect"));
      assertEquals("body", seen.text());
      assertEquals(200, client.get("/").status());
    }
  }

  @Test
  void aFinalAnswerInsteadOfContinueEndsTheConnection() {
    UPSTREAM.next(write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send(EXPECTING);
      RawResponse answer = client.readResponse();
      assertEquals(403, answer.status());
      // Whether the body will follow is not known (RFC 9110 §10.1.1).
      assertEquals("close", answer.header("connection"));
      assertTrue(client.isClosedByPeer());
    }
    int connection = UPSTREAM.awaitRequest(before + 1).connection();
    try (RawClient client = GATEWAY.connect()) {
      client.get("/");
    }
    assertTrue(UPSTREAM.requests().getLast().connection() != connection);
  }

  @Test
  void whatTheGatewayAnswersItselfNeedsNoContinue() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send(EXPECTING.replace("POST /", "POST /fixed"));
      RawResponse answer = client.readResponse();
      assertEquals(403, answer.status());
      assertEquals("close", answer.header("connection"));
      assertTrue(client.isClosedByPeer());
    }
    assertEquals(before, UPSTREAM.requests().size());
  }

  @Test
  void aClientNeedNotWaitForContinue() {
    UPSTREAM.next(continueAndReadBody().then(respond(200, "done")));
    try (RawClient client = GATEWAY.connect()) {
      client.send(EXPECTING + "body");
      assertEquals(100, client.readResponse().status());
      assertEquals("done", client.readResponse().text());
      assertEquals("body", UPSTREAM.requests().getLast().text());
    }
  }

  @Test
  void expectationsOfOldClientsAreNotPassedOn() {
    int before = UPSTREAM.requests().size();
    UPSTREAM.next(continueAndReadBody().then(respond(200, "done")));
    try (RawClient client = GATEWAY.connect()) {
      client.send(EXPECTING.replace("HTTP/1.1", "HTTP/1.0") + "body");
      assertEquals("done", client.readResponse().text());
    }
    assertNull(UPSTREAM.awaitRequest(before + 1).header("expect"));
  }

  @Test
  void otherExpectationsAreRefused() {
    try (RawClient client = GATEWAY.connect()) {
      assertEquals(417, client.get("/", "Expect: the-unexpected").status());
    }
  }

  @Test
  void aServiceThatNeverSaysContinueIsGivenUp() {
    UPSTREAM.next(request -> request.awaitClosedByPeer());
    try (RawClient client = GATEWAY.connect()) {
      client.send(EXPECTING.replace("POST /", "POST /deaf"));
      RawResponse answer = client.readResponse();
      assertEquals(504, answer.status());
      assertTrue(answer.text().contains("UPSTREAM_TIMEOUT"));
    }
  }

  @Test
  void interimAnswersArePassedOn() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 102 Processing\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: X-Hop\r\n"
                + "X-Hop: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nLink: </b.css>\r\n\r\nok"));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals("HTTP/1.1 102 Processing\r\n\r\n", client.readHead());
      assertEquals(
          "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n", client.readHead());
      RawResponse answer = client.readResponse();
      assertEquals(200, answer.status());
      assertEquals(List.of("</b.css>"), answer.headerValues("link"));
      assertEquals("ok", answer.text());
    }
  }

  @Test
  void oldClientsGetNoInterimAnswers() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.0\r\nHost: h\r\n\r\n");
      assertEquals("ok", client.readResponse().text());
      assertTrue(!client.received().contains("HTTP/1.1 10"));
    }
  }

  @Test
  void interimAnswersWithoutEndAreAFault() {
    UPSTREAM.next(
        request -> {
          for (int i = 0; i < 100_000; i++) {
            request.write("HTTP/1.1 103 Early Hints\r\nX-A: " + "x".repeat(100) + "\r\n\r\n");
          }
        });
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      RawResponse answer = client.readResponse();
      while (answer.status() == 103) {
        answer = client.readResponse();
      }
      assertEquals(502, answer.status());
      assertTrue(answer.text().contains("UPSTREAM_PROTOCOL"));
    }
  }
}
