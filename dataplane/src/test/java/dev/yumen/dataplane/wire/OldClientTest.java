package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.raw;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** HTTP/1.0, on either side. */
class OldClientTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          upstreams: {service: {endpoints: %s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: fixed, match: {path: /fixed}, respond: {status: 200, body: fixed}}
          """
              .formatted(UPSTREAM.address()));

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, UPSTREAM);

  @Test
  void theConnectionEndsWithTheAnswer() {
    UPSTREAM.next(respond(200, "body"));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.0\r\nHost: h\r\n\r\n");
      RawResponse answer = client.readResponse();
      assertEquals("body", answer.text());
      assertEquals("close", answer.header("connection"));
      assertTrue(answer.head().startsWith("HTTP/1.1 "));
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
    assertTrue(UPSTREAM.requests().getLast().requestLine().endsWith(" HTTP/1.1"));
  }

  @Test
  void theConnectionGoesOnWhenAsked() {
    try (RawClient client = GATEWAY.connect()) {
      for (int i = 0; i < 3; i++) {
        client.send("GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
        RawResponse answer = client.readResponse();
        assertEquals(200, answer.status());
        assertEquals("keep-alive", answer.header("connection"));
      }
      client.send("GET /fixed HTTP/1.0\r\n\r\n");
      assertEquals("fixed", client.readResponse().text());
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void chunksAreTakenApart() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n",
            "3\r\nabc\r\n3\r\ndef\r\n0\r\nX-T: 1\r\n\r\n"));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
      RawResponse answer = client.readResponse();
      assertNull(answer.header("transfer-encoding"));
      assertNull(answer.header("content-length"));
      assertEquals("close", answer.header("connection"));
      assertEquals("abcdef", answer.text());
      assertTrue(answer.closed());
    }
  }

  @Test
  void aMissingHostIsTheEndpoints() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /x HTTP/1.0\r\n\r\n");
      assertEquals(200, client.readResponse().status());
    }
    Recorded seen = UPSTREAM.awaitRequest(before + 1);
    assertEquals(UPSTREAM.address(), seen.header("host"));
    assertNull(seen.header("x-forwarded-host"));
  }

  @Test
  void bodiesHaveALength() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST / HTTP/1.0\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      assertEquals(200, client.readResponse().status());
    }
    assertEquals("body", UPSTREAM.awaitRequest(before + 1).text());
  }

  @Test
  void anOldServiceIsUnderstood() {
    UPSTREAM.next(raw("HTTP/1.0 200 OK\r\n\r\n", "to the end").then(request -> request.close()));
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.get("/");
      assertEquals("to the end", answer.text());
      assertEquals("chunked", answer.header("transfer-encoding"));
      UPSTREAM.next(raw("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"));
      assertEquals("ok", client.get("/").text());
      int connection = UPSTREAM.requests().getLast().connection();
      client.get("/");
      // Without keep-alive it is not used again (RFC 9112 §9.3).
      assertTrue(UPSTREAM.requests().getLast().connection() != connection);
      UPSTREAM.next(
          raw("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"));
      client.get("/");
      connection = UPSTREAM.requests().getLast().connection();
      client.get("/");
      assertEquals(connection, UPSTREAM.requests().getLast().connection());
    }
  }
}
