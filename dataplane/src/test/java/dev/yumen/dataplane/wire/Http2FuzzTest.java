package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.testkit.HpackLiterals;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Frames in any order, right, wrong and broken, at a gateway that lives on: no exception, no leak,
 * no request that never ends. {@link GatewayFixture#close} proves the first two.
 */
class Http2FuzzTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          limits:
            body: 20KiB
            half-close: 0s
            http2: {streams: 5, stream-window: 16KiB, connection-window: 64KiB}
          upstreams: {service: {endpoints: %s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: fixed, match: {path: "/fixed"}, respond: {body: fixed}}
          """
              .formatted(UPSTREAM.address()));

  @AfterContainer
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  /** How a client leaves. */
  enum Leaving {
    CLOSE,
    HALF_CLOSE,
    RESET
  }

  @Property(tries = 250, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
  void noSequenceOfFramesDoesHarm(
      @ForAll("sequences") List<byte[]> frames, @ForAll boolean together, @ForAll Leaving leaving) {
    Http2Client client = Http2Client.connect(GATEWAY.port());
    try {
      send(client, frames, together);
      if (leaving == Leaving.HALF_CLOSE) {
        client.shutdownOutput();
      }
    } catch (UncheckedIOException closed) {
      // the gateway had enough
    }
    try (Http2Client other = Http2Client.connect(GATEWAY.port())) {
      assertEquals("fixed", other.answer(other.get("/fixed")).text());
    }
    if (leaving == Leaving.CLOSE) {
      client.close();
    } else {
      client.reset();
    }
    GATEWAY.awaitIdle();
  }

  private static void send(Http2Client client, List<byte[]> frames, boolean together) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] frame : frames) {
      if (together) {
        all.writeBytes(frame);
      } else {
        client.sendBytes(frame);
      }
    }
    client.sendBytes(all.toByteArray());
  }

  @Provide
  Arbitrary<List<byte[]>> sequences() {
    Arbitrary<byte[]> good = goodFrames().map(Http2Frame::bytes);
    return Arbitraries.frequencyOf(
            Tuple.of(12, good),
            Tuple.of(3, anyFrames().map(Http2Frame::bytes)),
            Tuple.of(2, mutated(good)),
            Tuple.of(1, cut(good)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }

  private static Arbitrary<Integer> streams() {
    return Arbitraries.frequency(
        Tuple.of(6, 1),
        Tuple.of(6, 3),
        Tuple.of(4, 5),
        Tuple.of(3, 7),
        Tuple.of(2, 9),
        Tuple.of(1, 0),
        Tuple.of(1, 2),
        Tuple.of(1, Integer.MAX_VALUE));
  }

  private static Arbitrary<Http2Frame> goodFrames() {
    Arbitrary<Integer> stream = streams();
    Arbitrary<Integer> more = Arbitraries.of(0, 1, 1000, 65_535, Integer.MAX_VALUE);
    Arbitrary<Boolean> last = Arbitraries.of(true, false);
    Arbitrary<Integer> length = Arbitraries.of(0, 1, 10, 5000, 16_384);
    return Arbitraries.frequencyOf(
        Tuple.of(10, Combinators.combine(stream, blocks(), last).as(Http2FuzzTest::headers)),
        Tuple.of(
            6,
            Combinators.combine(stream, length, last)
                .as((id, bytes, end) -> Http2Frame.data(id, end, new byte[bytes]))),
        Tuple.of(3, Combinators.combine(stream, Arbitraries.of(0, 5, 8)).as(Http2Frame::reset)),
        Tuple.of(3, Combinators.combine(stream, more).as(Http2Frame::windowUpdate)),
        Tuple.of(
            2,
            Combinators.combine(Arbitraries.of(1, 3, 4, 5, 6, 99), more)
                .as((id, value) -> Http2Frame.settings(id, value))),
        Tuple.of(1, Combinators.combine(stream, stream).as(Http2Frame::priority)),
        Tuple.of(1, Arbitraries.longs().map(Http2Frame::ping)),
        Tuple.of(
            1,
            Combinators.combine(stream, blocks(), Arbitraries.of(0, 4))
                .as((id, block, flags) -> new Http2Frame(9, flags, id, block))));
  }

  private static Http2Frame headers(int stream, byte[] block, boolean last) {
    int flags = Http2Frame.END_HEADERS | (last ? Http2Frame.END_STREAM : 0);
    return new Http2Frame(Http2Frame.HEADERS, flags, stream, block);
  }

  private static Arbitrary<byte[]> blocks() {
    return Arbitraries.of(
        request("GET", "/fixed"),
        request("GET", "/"),
        request("POST", "/", "content-length", "10"),
        request("POST", "/fixed", "expect", "100-continue"),
        request("HEAD", "/", "te", "trailers"),
        request("GET", "/", "connection", "close"),
        request("GET", "/", "X", "1"),
        request("GET", "/a b"),
        request("CONNECT", "/"),
        HpackLiterals.block("etag", "1"),
        HpackLiterals.block(":status", "200"),
        HpackLiterals.block("x", "y".repeat(10_000)),
        new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, 1, 'h'},
        new byte[] {0x3f, (byte) 0xe1, 0x1f},
        new byte[] {(byte) 0x80},
        new byte[0]);
  }

  private static byte[] request(String method, String path, String... fields) {
    String[] all =
        Arrays.copyOf(
            new String[] {
              ":method", method, ":scheme", "http", ":path", path, ":authority", "localhost"
            },
            8 + fields.length);
    System.arraycopy(fields, 0, all, 8, fields.length);
    return HpackLiterals.block(all);
  }

  private static Arbitrary<Http2Frame> anyFrames() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 12),
            Arbitraries.integers().between(0, 255),
            streams(),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(60))
        .as(Http2Frame::new);
  }

  private static Arbitrary<byte[]> mutated(Arbitrary<byte[]> frames) {
    return Combinators.combine(frames, Arbitraries.integers().between(0, 60), Arbitraries.bytes())
        .as(
            (frame, at, value) -> {
              byte[] copy = frame.clone();
              copy[at % copy.length] = value;
              return copy;
            });
  }

  private static Arbitrary<byte[]> cut(Arbitrary<byte[]> frames) {
    return Combinators.combine(frames, Arbitraries.integers().between(0, 60))
        .as((frame, at) -> Arrays.copyOf(frame, at % frame.length));
  }
}
