package dev.yumen.dataplane.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Http2Accepted;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.Http2Request;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Services that speak HTTP/2 wrongly. What RFC 9113 calls malformed costs one request, what it
 * calls a connection error the connection; the client gets 502, or an answer that is visibly cut.
 */
@Timeout(60)
class Http2BadUpstreamTest {
  private static final int FRAME_SIZE_ERROR = 6;

  /** The stream of a connection's first request; 1 is left to requests that ask for an upgrade. */
  private static final int FIRST = 3;

  private static final Http2Service UPSTREAM = Http2Service.start();
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          runtime: {loops: 1}
          upstreams:
            service: {endpoints: "%1$s", protocol: h2c}
            slow: {endpoints: "%1$s", protocol: h2c, timeout: {header: 2s, idle: 2s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: slow, match: {path: "/slow"}, to: slow}
          """
              .formatted(UPSTREAM.address()));

  @AfterEach
  void closeConnections() {
    UPSTREAM.closeConnections();
    UPSTREAM.settings();
    GATEWAY.awaitUnconnected("service", "slow");
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  private static void ask(RawClient client, String method, String path) {
    client.send(method + " " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
  }

  private static Http2Request get(RawClient client) {
    ask(client, "GET", "/");
    return UPSTREAM.next();
  }

  private static void assertRefused(RawResponse answer, int status, String code) {
    assertEquals(status, answer.status(), answer::toString);
    assertEquals("application/problem+json", answer.header("content-type"));
    assertTrue(answer.text().contains("\"code\":\"" + code + "\""), answer::text);
  }

  private static void assertCut(RawClient client) {
    assertTrue(client.isClosedByPeer());
    assertFalse(client.received().endsWith("0\r\n\r\n"), client::received);
  }

  /** Asks and gets an answer; returns the connection that was used. */
  private static Http2Accepted exchange() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client).answer(200, "fine");
      assertEquals("fine", client.readResponse().text());
      return request.connection();
    }
  }

  // ---- heads that are malformed ----

  private static Stream<Arguments> malformedHeads() {
    return Stream.of(
        head("no :status", "x-secret", "1"),
        head("two :status", ":status", "200", ":status", "200"),
        head("two different :status", ":status", "200", ":status", "404"),
        head("an empty :status", ":status", ""),
        head("a short :status", ":status", "20"),
        head("a long :status", ":status", "2000"),
        head("no number", ":status", "abc"),
        head("a negative :status", ":status", "-20"),
        head("a :status below 100", ":status", "099"),
        head("a :status with a space", ":status", "20 "),
        head("101", ":status", "101"),
        head("an unknown pseudo-header field", ":status", "200", ":secret", "1"),
        head("a pseudo-header field of requests", ":status", "200", ":path", "/secret"),
        head(":status behind a field", "x-secret", "1", ":status", "200"),
        head("an upper-case name", ":status", "200", "X-Secret", "1"),
        head("an empty name", ":status", "200", "", "1"),
        head("a name with a space", ":status", "200", "x secret", "1"),
        head("a name with a colon", ":status", "200", "x-secret:", "1"),
        head("a name with CR LF", ":status", "200", "x-a: 1\r\nx-secret", "1"),
        head("a name with NUL", ":status", "200", "x-secret\0", "1"),
        head("CR in a value", ":status", "200", "x-secret", "a\rb"),
        head("LF in a value", ":status", "200", "x-secret", "a\nb"),
        head("CR LF in a value", ":status", "200", "x-a", "1\r\n\r\nHTTP/1.1 200 secret"),
        head("NUL in a value", ":status", "200", "x-secret", "a\0b"),
        head("a space before a value", ":status", "200", "x-secret", " a"),
        head("a space behind a value", ":status", "200", "x-secret", "a "),
        head("connection", ":status", "200", "connection", "close"),
        head("keep-alive", ":status", "200", "keep-alive", "timeout=5"),
        head("proxy-connection", ":status", "200", "proxy-connection", "close"),
        head("transfer-encoding", ":status", "200", "transfer-encoding", "chunked"),
        head("upgrade", ":status", "200", "upgrade", "h2c"),
        head("no length", ":status", "200", "content-length", "secret"),
        head("a signed length", ":status", "200", "content-length", "+4"),
        head("two lengths in one", ":status", "200", "content-length", "4,4"),
        head(
            "the same length twice",
            ":status",
            "200",
            "content-length",
            "4",
            "content-length",
            "4"),
        head("two lengths", ":status", "200", "content-length", "4", "content-length", "5"),
        head("a huge length", ":status", "200", "content-length", "9223372036854775808"));
  }

  private static Arguments head(String name, String... fields) {
    return Arguments.of(Named.of(name, fields));
  }

  @ParameterizedTest
  @MethodSource("malformedHeads")
  void aMalformedHeadIsBadGatewayAndCostsOneStream(String[] fields) {
    try (RawClient other = GATEWAY.connect();
        RawClient client = GATEWAY.connect()) {
      Http2Request neighbour = get(other);
      Http2Request request = get(client);
      request.send(
          Http2Frame.headers(request.stream(), false, fields),
          Http2Frame.data(request.stream(), true, "leak"));
      assertRefused(client.readResponse(), 502, "UPSTREAM_PROTOCOL");
      assertFalse(client.received().contains("secret"), client::received);
      assertEquals(Http2Frame.PROTOCOL_ERROR, request.awaitReset());
      neighbour.answer(200, "fine");
      assertEquals("fine", other.readResponse().text());
      // The client did nothing wrong, and the connection to the service is as good as before.
      Http2Request next = get(client).answer(200, "next");
      assertEquals("next", client.readResponse().text());
      assertEquals(request.connection(), next.connection());
      assertFalse(client.received().contains("leak"));
    }
  }

  @Test
  void headsBeyondTheLimitsAreBadGateway() {
    try (RawClient client = GATEWAY.connect()) {
      String[] many = new String[2 * 101];
      Arrays.setAll(many, i -> i % 2 == 0 ? "x-" + i : "a");
      get(client).head(200, many).end("leak");
      assertRefused(client.readResponse(), 502, "UPSTREAM_PROTOCOL");
      Http2Request request = get(client);
      request.send(
          Http2Frame.headersInParts(
              request.stream(), true, 16_000, ":status", "200", "x-large", "a".repeat(33_000)));
      assertRefused(client.readResponse(), 502, "UPSTREAM_PROTOCOL");
      exchange();
    }
  }

  @Test
  void interimAnswersThatAreMalformedAreBadGateway() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request ending = get(client);
      ending.send(Http2Frame.headers(ending.stream(), true, ":status", "103"));
      assertRefused(client.readResponse(), 502, "UPSTREAM_PROTOCOL");
      Http2Request body = get(client).head(103).data("body");
      assertEquals(103, client.readResponse().status());
      assertRefused(client.readResponse(), 502, "UPSTREAM_PROTOCOL");
      assertEquals(Http2Frame.PROTOCOL_ERROR, body.awaitReset());
      exchange();
    }
  }

  @Test
  void aFloodOfInterimAnswersIsBadGateway() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client);
      for (int i = 0; i < 101; i++) {
        request.head(103, "x-number", i + "");
      }
      RawResponse answer = client.readResponse();
      for (int i = 0; i < 100 && answer.status() == 103; i++) {
        answer = client.readResponse();
      }
      assertRefused(answer, 502, "UPSTREAM_PROTOCOL");
    }
  }

  // ---- bodies that are malformed ----

  @Test
  void aBodyWithoutAHeadIsBadGateway() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client).end("leak");
      assertRefused(client.readResponse(), 502, "UPSTREAM_PROTOCOL");
      assertEquals(Http2Frame.PROTOCOL_ERROR, request.awaitReset());
      assertEquals(request.connection(), exchange());
    }
  }

  private static Stream<Arguments> malformedBodies() {
    return Stream.of(
        body("longer than its length", 4, request -> request.data("leak!")),
        body("shorter than its length", 8, request -> request.end("part")),
        body("an end without its body", 8, request -> request.end("")),
        body("trailers instead of its rest", 8, request -> request.data("part").trailers("x", "1")),
        body("trailers instead of all", 8, request -> request.trailers("x", "1")),
        body("a second head", -1, request -> request.data("part").head(200, "x-secret", "1")),
        body("a status in trailers", -1, request -> request.trailers(":status", "200")),
        body("an unknown pseudo-header field", -1, request -> request.trailers(":secret", "1")),
        body("trailers in upper case", -1, request -> request.trailers("X-Secret", "1")),
        body("LF in trailers", -1, request -> request.trailers("x-secret", "a\nb")),
        body("trailers of a connection", -1, request -> request.trailers("connection", "close")),
        body(
            "an interim answer behind the head",
            -1,
            request -> request.data("part").head(103, "x-secret", "1")));
  }

  private static Arguments body(String name, int length, Consumer<Http2Request> sent) {
    return Arguments.of(Named.of(name, sent), length);
  }

  @ParameterizedTest
  @MethodSource("malformedBodies")
  void aMalformedBodyIsCutVisiblyAndCostsOneStream(Consumer<Http2Request> sent, int length) {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client);
      request.head(200, length < 0 ? new String[0] : new String[] {"content-length", "" + length});
      client.readUntil("\r\n\r\n");
      sent.accept(request);
      assertCut(client);
      assertFalse(client.received().contains("secret"), client::received);
      assertEquals(Http2Frame.PROTOCOL_ERROR, request.awaitReset());
      assertEquals(request.connection(), exchange());
    }
  }

  @Test
  void aHeadThatEndsWithoutTheBodyItPromisesIsNoAnswer() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client).onlyHead(200, "content-length", "8");
      assertRefused(client.readResponse(), 502, "UPSTREAM_PROTOCOL");
      assertEquals(request.connection(), exchange());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD 200", "GET 204", "GET 304"})
  void aBodyWhereThereCanBeNoneReachesNobody(String kind) {
    String method = kind.substring(0, kind.indexOf(' '));
    int status = Integer.parseInt(kind.substring(kind.indexOf(' ') + 1));
    try (RawClient client = GATEWAY.connect()) {
      ask(client, method, "/");
      Http2Request request = UPSTREAM.next().head(status).end("leak");
      client.timeout(Duration.ofMillis(100)).readEnd();
      assertFalse(client.received().contains("leak"), client::received);
      assertEquals(request.connection(), exchange());
    }
  }

  @Test
  void framesBehindTheEndOfAnAnswerReachNobody() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client).answer(200, "ok");
      assertEquals("ok", client.readResponse().text());
      request.data("leak");
      Http2Request next = get(client).answer(200, "next");
      assertEquals("next", client.readResponse().text());
      assertFalse(client.received().contains("leak"));
      assertTrue(next.isEnded());
    }
  }

  // ---- connection errors ----

  private static Stream<Arguments> connectionErrors() {
    byte[] one = {1};
    return Stream.of(
        frames("DATA on stream 0", Http2Frame.PROTOCOL_ERROR, Http2Frame.data(0, false, "leak")),
        frames(
            "HEADERS on stream 0",
            Http2Frame.PROTOCOL_ERROR,
            Http2Frame.headers(0, false, ":status", "200")),
        frames("RST_STREAM on stream 0", Http2Frame.PROTOCOL_ERROR, Http2Frame.reset(0, 8)),
        frames(
            "SETTINGS on a stream",
            Http2Frame.PROTOCOL_ERROR,
            new Http2Frame(Http2Frame.SETTINGS, 0, FIRST, new byte[0])),
        frames(
            "PING on a stream",
            Http2Frame.PROTOCOL_ERROR,
            new Http2Frame(Http2Frame.PING, 0, FIRST, new byte[8])),
        frames(
            "GOAWAY on a stream",
            Http2Frame.PROTOCOL_ERROR,
            new Http2Frame(Http2Frame.GOAWAY, 0, FIRST, new byte[8])),
        frames(
            "a short PING", FRAME_SIZE_ERROR, new Http2Frame(Http2Frame.PING, 0, 0, new byte[7])),
        frames(
            "SETTINGS of a wrong size",
            FRAME_SIZE_ERROR,
            new Http2Frame(Http2Frame.SETTINGS, 0, 0, new byte[5])),
        frames(
            "an ACK of SETTINGS with content",
            FRAME_SIZE_ERROR,
            new Http2Frame(Http2Frame.SETTINGS, Http2Frame.ACK, 0, new byte[6])),
        frames(
            "a short WINDOW_UPDATE",
            FRAME_SIZE_ERROR,
            new Http2Frame(Http2Frame.WINDOW_UPDATE, 0, 0, one)),
        frames(
            "a frame that is too large",
            FRAME_SIZE_ERROR,
            Http2Frame.data(FIRST, false, new byte[16_385])),
        frames(
            "more padding than content",
            Http2Frame.PROTOCOL_ERROR,
            new Http2Frame(Http2Frame.DATA, Http2Frame.PADDED, FIRST, new byte[] {9, 0})),
        frames(
            "WINDOW_UPDATE by nothing", Http2Frame.PROTOCOL_ERROR, Http2Frame.windowUpdate(0, 0)),
        frames(
            "a window that overflows",
            Http2Frame.FLOW_CONTROL_ERROR,
            Http2Frame.windowUpdate(0, Integer.MAX_VALUE)),
        frames(
            "an initial window that is too large",
            Http2Frame.FLOW_CONTROL_ERROR,
            Http2Frame.settings(Http2Frame.INITIAL_WINDOW_SIZE, -1)),
        frames("push that is switched on", Http2Frame.PROTOCOL_ERROR, Http2Frame.settings(2, 1)),
        frames(
            "PUSH_PROMISE",
            Http2Frame.PROTOCOL_ERROR,
            new Http2Frame(
                Http2Frame.PUSH_PROMISE, Http2Frame.END_HEADERS, FIRST, new byte[] {0, 0, 0, 2})),
        frames(
            "a block that can not be decoded",
            Http2Frame.COMPRESSION_ERROR,
            new Http2Frame(
                Http2Frame.HEADERS,
                Http2Frame.END_HEADERS,
                FIRST,
                new byte[] {(byte) 0xff, 127, -1})),
        frames(
            "an index that is not there",
            Http2Frame.COMPRESSION_ERROR,
            new Http2Frame(
                Http2Frame.HEADERS, Http2Frame.END_HEADERS, FIRST, new byte[] {(byte) 0xfe})),
        frames(
            "CONTINUATION of nothing",
            Http2Frame.PROTOCOL_ERROR,
            new Http2Frame(Http2Frame.CONTINUATION, Http2Frame.END_HEADERS, FIRST, new byte[0])),
        frames(
            "a frame within a block",
            Http2Frame.PROTOCOL_ERROR,
            new Http2Frame(Http2Frame.HEADERS, 0, FIRST, new byte[] {(byte) 0x88}),
            Http2Frame.data(FIRST, false, "leak")),
        frames(
            "HEADERS for a request that never was",
            Http2Frame.PROTOCOL_ERROR,
            Http2Frame.headers(99, false, ":status", "200")),
        frames(
            "DATA for a request that never was",
            Http2Frame.PROTOCOL_ERROR,
            Http2Frame.data(99, false, "leak")),
        frames(
            "RST_STREAM for a request that never was",
            Http2Frame.PROTOCOL_ERROR,
            Http2Frame.reset(99, Http2Frame.CANCEL)),
        frames(
            "a stream that the service opens",
            Http2Frame.PROTOCOL_ERROR,
            Http2Frame.headers(2, false, ":status", "200")));
  }

  private static Arguments frames(String name, int error, Http2Frame... frames) {
    return Arguments.of(Named.of(name, frames), error);
  }

  @ParameterizedTest
  @MethodSource("connectionErrors")
  void anErrorOfTheConnectionClosesItAndIsBadGateway(Http2Frame[] frames, int error) {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client);
      assertEquals(FIRST, request.stream());
      request.connection().ping().send(frames);
      assertRefused(client.readResponse(), 502, "UPSTREAM_PROTOCOL");
      assertEquals(error, request.connection().awaitGoAway().error());
      assertNotEquals(RawClient.End.STILL_OPEN, request.connection().awaitClosed());
      assertFalse(client.received().contains("leak"));
      assertNotEquals(request.connection(), exchange());
    }
  }

  @Test
  void anErrorOfAConnectionThatRestsClosesItAndHarmsNobody() {
    Http2Accepted connection = exchange();
    connection.send(Http2Frame.data(0, false, "leak"));
    assertEquals(Http2Frame.PROTOCOL_ERROR, connection.awaitGoAway().error());
    connection.awaitClosed();
    assertNotEquals(connection, exchange());
  }

  @Test
  void aWindowOfAStreamThatOverflowsCostsTheStream() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client);
      request.send(Http2Frame.windowUpdate(request.stream(), Integer.MAX_VALUE));
      assertRefused(client.readResponse(), 502, "UPSTREAM_PROTOCOL");
      assertEquals(Http2Frame.FLOW_CONTROL_ERROR, request.awaitReset());
      assertEquals(request.connection(), exchange());
    }
  }

  @Test
  void unknownFramesAndSettingsAreIgnored() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client);
      byte[] unknown = "whatever".getBytes(ISO_8859_1);
      request.send(
          new Http2Frame(0xee, 0xff, request.stream(), unknown),
          new Http2Frame(0xee, 0, 0, unknown),
          Http2Frame.settings(0xabcd, 7),
          Http2Frame.priority(request.stream(), 0));
      request.connection().ping();
      request.answer(200, "ok");
      assertEquals("ok", client.readResponse().text());
    }
  }

  @Test
  void aGoAwayWithDebugDataIsTaken() {
    Http2Accepted connection = exchange();
    byte[] payload = ByteBuffer.allocate(24).putInt(1).putInt(Http2Frame.NO_ERROR).array();
    connection.send(new Http2Frame(Http2Frame.GOAWAY, 0, 0, payload));
    connection.awaitClosed();
    exchange();
  }

  // ---- too slow ----

  @Test
  void aHeadThatDoesNotComeIsATimeoutOfItsStream() {
    try (RawClient client = GATEWAY.connect()) {
      ask(client, "GET", "/slow");
      Http2Request request = UPSTREAM.next();
      assertRefused(client.readResponse(), 504, "UPSTREAM_TIMEOUT");
      assertEquals(Http2Frame.CANCEL, request.awaitReset());
      request.answer(200, "late");
      ask(client, "GET", "/slow");
      Http2Request next = UPSTREAM.next().answer(200, "next");
      assertEquals("next", client.readResponse().text());
      assertEquals(request.connection(), next.connection());
      assertFalse(client.received().contains("late"));
    }
  }

  @Test
  void aBodyThatStopsIsCut() {
    try (RawClient client = GATEWAY.connect()) {
      ask(client, "GET", "/slow");
      Http2Request request = UPSTREAM.next().head(200).data("half");
      client.readUntil("half");
      assertCut(client);
      assertEquals(Http2Frame.CANCEL, request.awaitReset());
    }
  }
}
