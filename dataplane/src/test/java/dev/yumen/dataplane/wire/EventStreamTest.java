package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Server-sent events, and by them every answer that comes in pieces: each piece goes on by itself.
 * The service says the next only when the client has got the one before, so one that was held back
 * would be waited for in vain.
 */
class EventStreamTest {
  private static final String HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n";

  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture INNER =
      GatewayFixture.start(
          """
          upstreams: {service: {endpoints: %s}}
          routes: [{id: all, match: {path: "/**"}, to: service}]
          """
              .formatted(UPSTREAM.address()));
  private static final String TEXT =
      """
      upstreams:
        direct: {endpoints: "%s", timeout: {idle: 3s}}
        inner: {endpoints: "127.0.0.1:%d", protocol: h2c}
      routes:
      - {id: direct, match: {path: "/direct"}, to: direct}
      - {id: inner, match: {path: "/inner"}, to: inner}
      """
          .formatted(UPSTREAM.address(), INNER.port());
  private static final GatewayFixture GATEWAY = GatewayFixture.start(TEXT);

  private final Semaphore received = new Semaphore(0);

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, INNER, UPSTREAM);

  /** Says the head, then an event each time the one before has arrived. */
  private Behaviour events(String framing, int count) {
    boolean chunked = framing.startsWith("Transfer-Encoding");
    return request -> {
      request.write(HEAD + framing + "\r\n");
      for (int i = 0; i < count; i++) {
        received.acquire();
        String event = "data: " + i + "\n\n";
        String size = Integer.toHexString(event.length());
        request.write(chunked ? size + "\r\n" + event + "\r\n" : event);
      }
      received.acquire();
      request.write(chunked ? "0\r\n\r\n" : "");
      if (!chunked) {
        request.close();
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"/direct", "/inner"})
  void eachEventReachesAClientOfHttp1AtOnce(String path) {
    for (String framing :
        new String[] {"Transfer-Encoding: chunked\r\n", "Connection: close\r\n"}) {
      UPSTREAM.next(events(framing, 20));
      try (RawClient client = GATEWAY.connect()) {
        client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
        client.readUntil("\r\n\r\n");
        for (int i = 0; i < 20; i++) {
          received.release();
          client.readUntil("data: " + i + "\n\n");
        }
        received.release();
        client.readUntil("0\r\n\r\n");
      }
      GATEWAY.awaitIdle();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/direct", "/inner"})
  void eachEventReachesAClientOfHttp2AtOnce(String path) {
    UPSTREAM.next(events("Transfer-Encoding: chunked\r\n", 20));
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = client.get(path);
      Http2Answer answer = client.head(stream);
      assertEquals("text/event-stream", answer.header("content-type"));
      for (int i = 0; i < 20; i++) {
        String event = "data: " + i + "\n\n";
        received.release();
        client.await(event, () -> answer.text().endsWith(event));
      }
      received.release();
      assertTrue(client.answer(stream).isEnded());
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void aReloadDoesNotCutAStream() {
    UPSTREAM.next(events("Transfer-Encoding: chunked\r\n", 20));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /direct HTTP/1.1\r\nHost: h\r\n\r\n");
      client.readUntil("\r\n\r\n");
      for (int i = 0; i < 20; i++) {
        // Every other one takes the service away.
        GATEWAY.apply(i % 2 == 0 ? "routes: []" : TEXT);
        received.release();
        client.readUntil("data: " + i + "\n\n");
      }
      received.release();
      client.readUntil("0\r\n\r\n");
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void aStreamLivesAsLongAsItsHeartbeats() {
    CountDownLatch gone = new CountDownLatch(1);
    UPSTREAM.next(
        request -> {
          request.write(HEAD + "Connection: close\r\n\r\n");
          for (int i = 0; i < 3; i++) {
            received.acquire();
            request.write(":\n\n");
          }
          request.awaitClosedByPeer();
          gone.countDown();
        });
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /direct HTTP/1.1\r\nHost: h\r\n\r\n");
      client.readUntil("\r\n\r\n");
      for (int i = 0; i < 3; i++) {
        assertTrue(client.isQuietFor(Duration.ofMillis(1_600)));
        received.release();
        client.readUntil(":\n\n");
      }
      // Now nothing comes for timeout.idle.
      assertEquals(RawClient.End.RESET, client.readEnd());
    }
    Eventually.within(Duration.ofSeconds(5), () -> gone.getCount() == 0);
  }
}
