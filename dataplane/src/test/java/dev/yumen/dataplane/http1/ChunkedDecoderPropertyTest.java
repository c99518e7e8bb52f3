package dev.yumen.dataplane.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/** The decoder against {@link SlowChunkReader}, on good bodies and on what edits make of them. */
class ChunkedDecoderPropertyTest {
  private static final HeadLimits LIMITS = new HeadLimits(64, 1000, 10_000, 100, 24);

  @Property(tries = 4000)
  void bodyIsReadAsTheSlowReaderReadsIt(@ForAll("bodies") String wire) {
    SlowChunkReader.Body expected = SlowChunkReader.read(wire, LIMITS.chunkLine());
    Statistics.collect(expected != null);
    Statistics.coverage(
        coverage -> {
          coverage.check(true).percentage(percent -> percent > 15);
          coverage.check(false).percentage(percent -> percent > 15);
        });
    ChunkedDecoder decoder = new ChunkedDecoder(LIMITS);
    ByteBuf in = Wire.bytes(wire);
    String data = ChunkedDecoderTest.drain(decoder, in);
    assertEquals(expected != null, decoder.finished());
    if (expected != null) {
      List<String> trailers = new ArrayList<>();
      decoder.trailers().forEach((name, value) -> trailers.add(name + ": " + value));
      assertEquals(expected, new SlowChunkReader.Body(in.readerIndex(), data, trailers));
    }
  }

  @Property(tries = 150)
  void cutsDoNotChangeABody(@ForAll("bodies") String wire) {
    String whole = outcome(wire, wire.length(), wire.length());
    for (int cut = 1; cut < wire.length(); cut++) {
      assertEquals(whole, outcome(wire, cut, wire.length()));
    }
    assertEquals(whole, outcome(wire, 1, 1));
  }

  @Property(tries = 500)
  void goodBodyIsNeitherRefusedNorFinishedBeforeItsEnd(@ForAll("bodies") String wire) {
    SlowChunkReader.Body good = SlowChunkReader.read(wire, LIMITS.chunkLine());
    ChunkedDecoder decoder = new ChunkedDecoder(LIMITS);
    int until = good == null ? 0 : good.consumed();
    for (int i = 0; i < until; i++) {
      assertFalse(decoder.finished() || decoder.failed());
      ChunkedDecoderTest.drain(decoder, Wire.bytes(wire.substring(i, i + 1)));
    }
    assertEquals(good != null, decoder.finished());
  }

  /** All there is to see of a body that arrives in pieces; their buffers must come back. */
  private static String outcome(String wire, int first, int then) {
    ChunkedDecoder decoder = new ChunkedDecoder(LIMITS);
    StringBuilder data = new StringBuilder();
    int sent = 0;
    int left = 0;
    while (!decoder.finished() && !decoder.failed() && sent < wire.length()) {
      int end = Math.min(wire.length(), sent + (sent == 0 ? first : then));
      ByteBuf piece = PooledByteBufAllocator.DEFAULT.buffer();
      piece.writeCharSequence(wire.substring(sent, end), StandardCharsets.ISO_8859_1);
      data.append(ChunkedDecoderTest.drain(decoder, piece));
      left = piece.readableBytes();
      assertTrue(piece.release());
      sent = end;
    }
    String end =
        decoder.failed() ? decoder.error().name() : decoder.finished() + "@" + (sent - left);
    return data + "|" + end + "|" + Wire.written(decoder.trailers());
  }

  @Provide
  Arbitrary<String> bodies() {
    Arbitrary<String> extensions =
        Arbitraries.of(
            "",
            "",
            "",
            "",
            ";a",
            ";a=b",
            " ; a = b",
            ";a=\"b;\\\"c\"",
            ";a;b",
            ";a=\"\u00ff\t\"",
            ";long=123456789012345678",
            ";",
            ";a=",
            " ",
            ";a=\"");
    Arbitrary<String> data =
        Arbitraries.of("a", "hello", "0\r\n\r\n", "\r\n", "x".repeat(20), "\0");
    Arbitrary<String> chunks =
        Combinators.combine(
                data, extensions, Arbitraries.of("%x", "%x", "%X", "%02x", "0x%x", "+%x"))
            .as(
                (text, extension, form) ->
                    String.format(Locale.ROOT, form, text.length())
                        + extension
                        + "\r\n"
                        + text
                        + "\r\n");
    Arbitrary<String> trailers =
        Arbitraries.of("X-Sum: 1\r\n", "x-sum:\t2 \r\n", "Host: a\r\n", "Content-Length: 1\r\n");
    Arbitrary<String> good =
        Combinators.combine(
                chunks.list().ofMaxSize(3),
                Arbitraries.of("0", "0", "000", "0;a"),
                trailers.list().ofMaxSize(2),
                Arbitraries.of("", "GET /"))
            .as(
                (body, last, fields, rest) ->
                    String.join("", body)
                        + last
                        + "\r\n"
                        + String.join("", fields)
                        + "\r\n"
                        + rest);
    Arbitrary<Edit> edits =
        Combinators.combine(
                Arbitraries.of(Edit.Kind.class),
                Arbitraries.integers().between(0, 500),
                Arbitraries.of(
                    "\r",
                    "\n",
                    "\r\n",
                    " ",
                    ";",
                    "=",
                    "\"",
                    "\\",
                    "0",
                    "1",
                    "f",
                    "g",
                    "\0",
                    "-",
                    "\t",
                    ":",
                    "0\r\n",
                    "FFFFFFFFFFFFFFFF",
                    "8000000000000000",
                    "\u007f"))
            .as(Edit::new);
    Arbitrary<List<Edit>> some =
        Arbitraries.frequencyOf(
            Tuple.of(2, Arbitraries.just(List.of())), Tuple.of(3, edits.list().ofMaxSize(2)));
    return Combinators.combine(good, some).as(Edit::applyAll);
  }
}
