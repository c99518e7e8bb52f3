package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.respond;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.HpackLiterals;
import dev.yumen.testkit.Http2Accepted;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.Http2Request;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that do not speak HTTP/2 where they should, and those that want to wear us out. */
@Timeout(60)
class Http2HostileUpstreamTest {
  /** A service may make the gateway hold this much at most. */
  private static final long MOST_HELD = 8 << 20;

  private static final Http2Service UPSTREAM = Http2Service.start();
  private static final ScriptedUpstream OTHER = ScriptedUpstream.start(respond(200, "other"));
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          runtime: {loops: 1}
          upstreams:
            service: {endpoints: "%s", protocol: h2c}
            other: {endpoints: "%s"}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: other, match: {path: "/other"}, to: other}
          """
              .formatted(UPSTREAM.address(), OTHER.address()));

  @AfterEach
  void closeConnections() {
    UPSTREAM.closeConnections();
    GATEWAY.awaitUnconnected("service");
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
    OTHER.close();
  }

  private static Http2Request get(RawClient client) {
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    return UPSTREAM.next();
  }

  private static void assertRefused(RawResponse answer, String code) {
    assertEquals(502, answer.status(), answer::toString);
    assertTrue(answer.text().contains("\"code\":\"" + code + "\""), answer::text);
  }

  private static long buffers() {
    return GATEWAY.metric("gateway_buffer_memory_bytes{kind=\"direct\"}")
        + GATEWAY.metric("gateway_buffer_memory_bytes{kind=\"heap\"}");
  }

  private static void assertOthersLive() {
    try (RawClient client = GATEWAY.connect()) {
      assertEquals("other", client.get("/other").text());
      get(client).answer(200, "fine");
      assertEquals("fine", client.readResponse().text());
    }
  }

  /** Sends this again and again, until the gateway has closed or this much was taken. */
  private static long flood(Http2Accepted connection, long most, byte[] bytes) {
    long sent = 0;
    try {
      for (; sent < most; sent += bytes.length) {
        connection.sendBytes(bytes);
      }
    } catch (UncheckedIOException e) {
      // closed, as it should be
    }
    return sent;
  }

  private static byte[] many(int count, Http2Frame frame) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      bytes.writeBytes(frame.bytes());
    }
    return bytes.toByteArray();
  }

  // ---- no HTTP/2 at all ----

  private static GatewayFixture before(ScriptedUpstream service) {
    return before(service, "10s");
  }

  private static GatewayFixture before(ScriptedUpstream service, String connect) {
    return GatewayFixture.start(
        """
        runtime: {loops: 1}
        upstreams: {service: {endpoints: "%s", protocol: h2c, timeout: {connect: %s}}}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
            .formatted(service.address(), connect));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "SSH-2.0-OpenSSH_9.6\r\n",
        "\u0015\u0003\u0001\u0000\u0002\u0002\n and more than a frame's header",
        "\0\0\u0008\u0006\0\0\0\0\0PINGPING",
      })
  void aServiceThatSpeaksSomethingElseIsBadGateway(String greeting) {
    Behaviour greet =
        request -> {
          request.write(greeting.getBytes(ISO_8859_1));
          request.awaitClosedByPeer();
          request.close();
        };
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(greet);
        GatewayFixture gateway = before(service);
        RawClient client = gateway.connect()) {
      assertRefused(client.get("/"), "UPSTREAM_PROTOCOL");
      assertRefused(client.get("/"), "UPSTREAM_PROTOCOL");
      service.awaitOpenConnections(0);
      assertEquals(2, service.connections());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTT", "\0\0\u0006\u0004\0\0\0\0\0\0"})
  void aServiceThatClosesBeforeItsSettingsIsBadGateway(String greeting) {
    Behaviour greet =
        request -> {
          request.write(greeting.getBytes(ISO_8859_1));
          request.close();
        };
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(greet);
        GatewayFixture gateway = before(service);
        RawClient client = gateway.connect()) {
      RawResponse answer = client.get("/");
      assertEquals(502, answer.status(), answer::toString);
      assertEquals("application/problem+json", answer.header("content-type"));
    }
  }

  @Test
  void aClientThatGoesAwayDoesNotWaitForSettings() {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(Incoming::awaitClosedByPeer);
        GatewayFixture gateway = before(service)) {
      RawClient client = gateway.connect();
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      gateway.awaitMetric("gateway_requests_in_flight", 1);
      service.awaitOpenConnections(1);
      client.reset();
      gateway.awaitIdle();
    }
  }

  @Test
  void aServiceThatSaysNothingIsATimeout() {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(Incoming::awaitClosedByPeer);
        GatewayFixture gateway = before(service, "300ms");
        RawClient client = gateway.connect()) {
      RawResponse answer = client.get("/");
      assertEquals(504, answer.status(), answer::toString);
      assertTrue(answer.text().contains("UPSTREAM_CONNECT_TIMEOUT"), answer::text);
    }
  }

  // ---- floods ----

  @Test
  void aBombOfIndexedFieldsIsBadGateway() {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(0x88);
    // A literal with indexing, then that entry again and again: 16 KiB become 60 MiB.
    byte[] literal = HpackLiterals.block("x-bomb", "b".repeat(3_800));
    literal[0] = 0x40;
    block.writeBytes(literal);
    byte[] indexed = new byte[16_000 - block.size()];
    Arrays.fill(indexed, (byte) (0x80 | 62));
    block.writeBytes(indexed);
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client);
      long before = buffers();
      request.send(
          new Http2Frame(
              Http2Frame.HEADERS, Http2Frame.END_HEADERS, request.stream(), block.toByteArray()));
      assertRefused(client.readResponse(), "UPSTREAM_PROTOCOL");
      assertTrue(buffers() - before <= MOST_HELD, () -> before + " -> " + buffers());
    }
    assertOthersLive();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 64, 16_000})
  void fieldsThatNeverEndCloseTheConnection(int size) {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client);
      long before = buffers();
      byte[] part = size < 64 ? new byte[size] : HpackLiterals.block("x-a", "a".repeat(size - 8));
      Http2Frame more = new Http2Frame(Http2Frame.CONTINUATION, 0, request.stream(), part);
      request.send(new Http2Frame(Http2Frame.HEADERS, 0, request.stream(), new byte[] {-120}));
      long sent = flood(request.connection(), 64 << 20, many(size > 1000 ? 1 : 100, more));
      assertTrue(sent < 64 << 20, () -> sent + " bytes were taken");
      assertRefused(client.readResponse(), "UPSTREAM_PROTOCOL");
      assertFalse(request.connection().isOpen() && sent == 0);
      assertTrue(buffers() - before <= MOST_HELD, () -> before + " -> " + buffers());
    }
    assertOthersLive();
  }

  /** A service that floods and reads nothing, so that what answers its frames piles up. */
  private static void assertEnded(Http2Frame frame) {
    long most = 64 << 20;
    byte[] piece = many(1_000, frame);
    long[] sent = {0};
    Behaviour flood =
        request -> {
          request.write(Http2Frame.settings().bytes());
          try {
            for (; sent[0] < most; sent[0] += piece.length) {
              request.write(piece);
            }
          } catch (IOException e) {
            // closed, as it should be
          }
          request.close();
        };
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(flood);
        GatewayFixture gateway = before(service);
        RawClient client = gateway.connect()) {
      assertEquals(502, client.get("/").status());
      assertTrue(sent[0] < most, () -> sent[0] + " bytes were taken");
    }
  }

  @Test
  void aFloodOfPingEndsTheConnection() {
    assertEnded(Http2Frame.ping(1));
  }

  @Test
  void aFloodOfSettingsEndsTheConnection() {
    assertEnded(Http2Frame.settings(Http2Frame.INITIAL_WINDOW_SIZE, 65_535));
  }

  @Test
  void aServiceThatPingsOftenAndReadsIsEnded() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client);
      long most = 8 << 20;
      byte[] pings = many(1_000, Http2Frame.ping(1));
      assertTrue(flood(request.connection(), most, pings) < most);
      assertRefused(client.readResponse(), "UPSTREAM_PROTOCOL");
    }
    assertOthersLive();
  }

  @Test
  void emptyFramesWithoutEndAreEnded() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client).head(200);
      long most = 4 << 20;
      byte[] empty = many(1_000, Http2Frame.data(request.stream(), false, ""));
      assertTrue(flood(request.connection(), most, empty) < most);
      assertTrue(client.isClosedByPeer());
    }
    assertOthersLive();
  }
}
