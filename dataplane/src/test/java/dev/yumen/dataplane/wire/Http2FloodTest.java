package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.HpackLiterals;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients that make work for nothing: they are told to calm down, and closed; others are served.
 */
@Timeout(60)
class Http2FloodTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          limits: {http2: {resets: 50, control-frames: 200}}
          upstreams: {service: {endpoints: %s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: fixed, match: {path: "/fixed"}, respond: {body: fixed}}
          """
              .formatted(UPSTREAM.address()));

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  private static Http2Client connect() {
    return Http2Client.connect(GATEWAY.port());
  }

  /**
   * What a client sends again and again.
   *
   * @param frames those of a round, counted from 0
   */
  record Flood(String name, String reason, int error, IntFunction<List<Http2Frame>> frames) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Flood flood(String name, IntFunction<List<Http2Frame>> frames) {
    return new Flood(name, "http2_flood", Http2Frame.ENHANCE_YOUR_CALM, frames);
  }

  private static Http2Frame get(int stream, boolean last) {
    return Http2Frame.request(stream, last, "GET", "/");
  }

  private static Http2Frame frame(int type, int flags, int stream, int bytes) {
    return new Http2Frame(type, flags, stream, new byte[bytes]);
  }

  static List<Flood> floods() {
    return List.of(
        flood(
            "rapid reset",
            i -> List.of(get(2 * i + 1, true), Http2Frame.reset(2 * i + 1, Http2Frame.CANCEL))),
        flood(
            "rapid reset of bodies",
            i -> List.of(get(2 * i + 1, false), Http2Frame.reset(2 * i + 1, Http2Frame.CANCEL))),
        flood(
            "reset by a WINDOW_UPDATE of 0",
            i -> List.of(get(2 * i + 1, false), Http2Frame.windowUpdate(2 * i + 1, 0))),
        flood(
            "reset by a window that overflows",
            i ->
                List.of(
                    get(2 * i + 1, false), Http2Frame.windowUpdate(2 * i + 1, Integer.MAX_VALUE))),
        flood(
            "reset by a dependency on itself",
            i -> List.of(get(2 * i + 1, false), Http2Frame.priority(2 * i + 1, 2 * i + 1))),
        flood(
            "reset by fields that are malformed",
            i -> List.of(Http2Frame.headers(2 * i + 1, true, ":method", "GET", "X", "1"))),
        flood(
            "reset by DATA beyond the length",
            i ->
                List.of(
                    Http2Frame.headers(
                        2 * i + 1,
                        false,
                        ":method",
                        "POST",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "h",
                        "content-length",
                        "1"),
                    Http2Frame.data(2 * i + 1, false, "12"))),
        flood("PING", i -> List.of(Http2Frame.ping(i))),
        flood("PING answers", i -> List.of(frame(Http2Frame.PING, Http2Frame.ACK, 0, 8))),
        flood("SETTINGS", i -> List.of(Http2Frame.settings())),
        flood("SETTINGS that change", i -> List.of(Http2Frame.settings(4, i))),
        flood("PRIORITY", i -> List.of(Http2Frame.priority(1, 0))),
        flood("PRIORITY of new streams", i -> List.of(Http2Frame.priority(2 * i + 1, 0))),
        flood("WINDOW_UPDATE", i -> List.of(Http2Frame.windowUpdate(0, 1))),
        flood("unknown frames", i -> List.of(frame(0xbe, 0, 0, 10))),
        flood("GOAWAY", i -> List.of(frame(Http2Frame.GOAWAY, 0, 0, 8))),
        flood("empty DATA", i -> List.of(i == 0 ? get(1, false) : frame(Http2Frame.DATA, 0, 1, 0))),
        flood(
            "WINDOW_UPDATE of a stream",
            i -> List.of(i == 0 ? get(1, false) : Http2Frame.windowUpdate(1, 1))),
        flood(
            "empty CONTINUATION",
            i ->
                List.of(
                    i == 0
                        ? new Http2Frame(
                            Http2Frame.HEADERS, 0, 1, HpackLiterals.block(":method", "GET"))
                        : frame(Http2Frame.CONTINUATION, 0, 1, 0))),
        flood(
            "small CONTINUATION",
            i ->
                List.of(
                    i == 0
                        ? new Http2Frame(
                            Http2Frame.HEADERS, 0, 1, HpackLiterals.block(":method", "GET"))
                        : new Http2Frame(
                            Http2Frame.CONTINUATION, 0, 1, HpackLiterals.block("x", "1")))),
        new Flood(
            "large CONTINUATION",
            "http2_protocol_error",
            Http2Frame.PROTOCOL_ERROR,
            i ->
                List.of(
                    i == 0
                        ? new Http2Frame(
                            Http2Frame.HEADERS, 0, 1, HpackLiterals.block(":method", "GET"))
                        : new Http2Frame(
                            Http2Frame.CONTINUATION,
                            0,
                            1,
                            HpackLiterals.block("x", "1".repeat(16_000))))));
  }

  @ParameterizedTest
  @MethodSource("floods")
  void aFloodIsEndedAndOthersAreServed(Flood flood) {
    long counted = GATEWAY.rejected(flood.reason());
    try (Http2Client other = connect();
        Http2Client client = connect()) {
      assertEquals("fixed", other.answer(other.get("/fixed")).text());
      Thread sender = Thread.ofVirtual().start(() -> sendMany(client, flood));
      RawClient.End end = client.readEnd();
      assertNotEquals(RawClient.End.STILL_OPEN, end);
      // A reset of the connection may overtake the GOAWAY that was sent before it, and the sender
      // may
      // be the one who hears of it. That a GOAWAY comes at all: aClientIsToldWhyItIsClosed.
      client.goAways().forEach(told -> assertEquals(flood.error(), told.error()));
      client.reset();
      sender.interrupt();
      assertEquals("fixed", other.answer(other.get("/fixed")).text());
    }
    assertEquals(counted + 1, GATEWAY.rejected(flood.reason()));
    GATEWAY.awaitIdle();
  }

  @Test
  void aClientIsToldWhyItIsClosed() {
    try (Http2Client client = connect()) {
      Http2Frame[] pings = new Http2Frame[220];
      Arrays.setAll(pings, Http2Frame::ping);
      client.send(pings);
      Http2Frame told = client.awaitGoAway();
      assertEquals(Http2Frame.ENHANCE_YOUR_CALM, told.error());
      assertTrue(told.toString().contains("too many frames"), told::toString);
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void aBusyClientMaySendControlFramesToo() {
    try (Http2Client client = connect()) {
      for (int i = 0; i < 200; i++) {
        client.send(Http2Frame.ping(i), Http2Frame.ping(i), Http2Frame.ping(i));
        assertEquals("fixed", client.answer(client.get("/fixed")).text());
      }
    }
  }

  @Test
  void aClientMayCancelNowAndThen() {
    try (Http2Client client = connect()) {
      for (int i = 0; i < 50; i++) {
        client.send(Http2Frame.reset(client.get("/"), Http2Frame.CANCEL));
      }
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
    }
    GATEWAY.awaitIdle();
  }

  /** One entry of the table, then as many references to it as a frame holds (CVE-2016-1544). */
  @Test
  void aSmallBlockThatWouldBecomeLargeIsRefused() {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.writeBytes(
        HpackLiterals.block(
            ":method", "GET", ":scheme", "http", ":path", "/fixed", ":authority", "h"));
    byte[] literal = HpackLiterals.block("x-a", "a".repeat(3_900));
    literal[0] = 0x40; // with indexing: RFC 7541 §6.2.1
    bomb.writeBytes(literal);
    for (int i = 0; i < 8_000; i++) {
      bomb.write(0x80 | 62); // the newest entry: RFC 7541 §2.3.3
    }
    long counted = GATEWAY.rejected("header_too_large");
    int connections = UPSTREAM.connections();
    try (Http2Client client = connect()) {
      int stream = client.newStream();
      int flags = Http2Frame.END_HEADERS | Http2Frame.END_STREAM;
      client.send(new Http2Frame(Http2Frame.HEADERS, flags, stream, bomb.toByteArray()));
      assertEquals(431, client.answer(stream).status());
      // The tables of both sides are still the same.
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
    }
    assertEquals(counted + 1, GATEWAY.rejected("header_too_large"));
    assertEquals(connections, UPSTREAM.connections());
  }

  /** Blocks that can not be read at all leave no common state: the connection has to go. */
  static List<byte[]> unreadableBlocks() {
    return List.of(
        new byte[] {(byte) 0x80},
        new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f},
        new byte[] {(byte) 0xbe},
        new byte[] {0x00, 0x05, 'a'},
        new byte[] {0x3f, (byte) 0xe2, 0x1f},
        new byte[] {(byte) 0x82, 0x20});
  }

  @ParameterizedTest
  @MethodSource("unreadableBlocks")
  void aBlockThatCanNotBeReadIsACompressionError(byte[] block) {
    long counted = GATEWAY.rejected("http2_protocol_error");
    try (Http2Client client = connect()) {
      client.send(new Http2Frame(Http2Frame.HEADERS, Http2Frame.END_HEADERS, 1, block));
      assertEquals(Http2Frame.COMPRESSION_ERROR, client.awaitGoAway().error());
      assertNotEquals(RawClient.End.STILL_OPEN, client.readEnd());
    }
    assertEquals(counted + 1, GATEWAY.rejected("http2_protocol_error"));
  }

  private static void sendMany(Http2Client client, Flood flood) {
    try {
      for (int i = 0; i < 20_000; i += 50) {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        for (int j = i; j < i + 50; j++) {
          flood.frames().apply(j).forEach(frame -> batch.writeBytes(frame.bytes()));
        }
        client.sendBytes(batch.toByteArray());
      }
    } catch (UncheckedIOException closed) {
      // as it should be
    }
  }
}
