package dev.yumen.dataplane.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import dev.yumen.testkit.WebSocketEcho;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets to a service whose HTTP/2 does not take them: no RFC 8441 in its SETTINGS. */
@Timeout(60)
class WebSocketFallbackTest {
  /** A text of a client, masked by zeros; and as it comes back. */
  private static final String HELLO = "\u0081\u0085\0\0\0\0hello";

  private static final String ECHO = "\u0081\u0005hello";

  private static final Http2Service HTTP2 =
      Http2Service.answering(request -> request.awaitEnd().answer(200, "of HTTP/2"));
  private static final ScriptedUpstream HTTP1 = ScriptedUpstream.start(new WebSocketEcho());
  private static final AlpnRelay RELAY = AlpnRelay.start(HTTP2.port(), HTTP1.port());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          runtime: {loops: 1}
          upstreams:
            h2c: {endpoints: "%1$s", protocol: h2c}
            http2: {endpoints: "127.0.0.1:%2$d", protocol: http2, tls: {verify: none}}
            auto: {endpoints: "127.0.0.1:%2$d", protocol: auto, tls: {verify: none}}
          routes:
            - {id: h2c, match: {path: "/h2c"}, to: h2c}
            - {id: http2, match: {path: "/http2"}, to: http2}
            - {id: auto, match: {path: "/auto"}, to: auto}
          """
              .formatted(HTTP2.address(), RELAY.port()));

  @AfterAll
  static void close() {
    GATEWAY.close();
    HTTP2.close();
    HTTP1.close();
    RELAY.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/h2c", "/http2"})
  void whereHttp2IsDemandedItIsBadGateway(String path) {
    int before = HTTP2.requests();
    int others = HTTP1.connections();
    try (RawClient client = WebSocketTest.open(GATEWAY, path)) {
      RawResponse answer = client.readResponse();
      assertEquals(502, answer.status());
      assertTrue(answer.text().contains("\"code\":\"UPSTREAM_PROTOCOL\""), answer::text);
      assertEquals(before, HTTP2.requests());
      // The connection to the service is as good as before.
      assertEquals("of HTTP/2", client.get(path).text());
    }
    assertEquals(others, HTTP1.connections());
  }

  @Test
  void whereTheGatewayChoosesItGetsAConnectionInHttp11() {
    int before = HTTP2.requests();
    try (RawClient client = GATEWAY.connect()) {
      assertEquals("of HTTP/2", client.get("/auto").text());
    }
    try (RawClient client = WebSocketTest.open(GATEWAY, "/auto")) {
      assertEquals(101, client.readResponse().status());
      client.send(HELLO).readUntil(ECHO);
    }
    assertEquals(before + 1, HTTP2.requests());
    assertEquals("websocket", HTTP1.awaitRequest(1).header("upgrade"));
  }
}
