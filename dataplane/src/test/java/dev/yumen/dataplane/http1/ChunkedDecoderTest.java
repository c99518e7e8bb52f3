package dev.yumen.dataplane.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedDecoderTest {
  private final ChunkedDecoder decoder = new ChunkedDecoder(Wire.LIMITS);

  @Test
  void chunksAndTrailersAreTakenApart() {
    ByteBuf in = Wire.bytes("5\r\nhello\r\n1;a=b\r\n!\r\n0\r\nX-Sum: 1\r\n\r\nnext");
    assertEquals("hello!", drain(decoder, in));
    assertTrue(decoder.finished());
    assertEquals("1", decoder.trailers().first("x-sum"));
    assertEquals("next", Wire.text(in));
  }

  @Test
  void decoderIsUsedAgainAfterReset() {
    assertEquals("a", drain(decoder, Wire.bytes("1\r\na\r\n0\r\nX: y\r\n\r\n")));
    decoder.reset();
    assertFalse(decoder.finished());
    assertEquals(0, decoder.trailers().size());
    assertEquals("b", drain(decoder, Wire.bytes("1\r\nb\r\n0\r\n\r\n")));
    decoder.reset();
    drain(decoder, Wire.bytes("x"));
    assertTrue(decoder.failed());
    decoder.reset();
    assertEquals("c", drain(decoder, Wire.bytes("1\r\nc\r\n0\r\n\r\n")));
    assertTrue(decoder.finished());
  }

  @Test
  void dataIsASliceThatTheCallerOwns() {
    ByteBuf in = PooledByteBufAllocator.DEFAULT.buffer();
    in.writeCharSequence("5\r\nhel", StandardCharsets.US_ASCII);
    ByteBuf slice = Objects.requireNonNull(decoder.next(in));
    assertEquals("hel", Wire.text(slice));
    assertEquals(2, in.refCnt());
    assertEquals(in.memoryAddress() + 3, slice.memoryAddress());
    slice.release();
    assertEquals(1, in.refCnt());
    assertNull(decoder.next(in));
    in.release();
    assertEquals(0, in.refCnt());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BAD_CHUNK_SIZE      | x
          BAD_CHUNK_SIZE      | /r/n
          BAD_CHUNK_SIZE      | 0x5/r/n
          BAD_CHUNK_SIZE      | +5/r/n
          BAD_CHUNK_SIZE      | -5/r/n
          BAD_CHUNK_SIZE      | 1_0/r/n
          BAD_CHUNK_SIZE      | ;a/r/n
          BAD_CHUNK_SIZE      | ' 5/r/n'
          BAD_CHUNK_SIZE      | 8000000000000000/r/n
          BAD_CHUNK_SIZE      | FFFFFFFFFFFFFFFF/r/n
          BAD_CHUNK_SIZE      | 10000000000000000/r/n
          BAD_CHUNK_SIZE      | 00000000000000001/r/n
          BAD_CHUNK_SIZE      | 5,5/r/n
          BARE_LF             | 5/nhello
          BARE_LF             | 5;a/nhello
          BARE_LF             | 5;a="/n"
          BARE_CR             | 5/rhello
          BARE_CR             | 5;a/rb
          BAD_CHUNK_EXTENSION | '5 /r/nhello'
          BAD_CHUNK_EXTENSION | 5;/r/n
          BAD_CHUNK_EXTENSION | 5;a=/r/n
          BAD_CHUNK_EXTENSION | 5;a="/r/n"
          BAD_CHUNK_EXTENSION | 5;a="b/r/nc"/r/n
          BAD_CHUNK_EXTENSION | 5;a="b"c/r/n
          BAD_CHUNK_EXTENSION | '5;a /r/n'
          BAD_CHUNK_EXTENSION | '5;a b/r/n'
          BAD_CHUNK_EXTENSION | 5;a=b=c/r/n
          BAD_CHUNK_EXTENSION | 5;a=(/r/n
          BAD_CHUNK_EXTENSION | '5 x/r/n'
          BAD_CHUNK_END       | 5/r/nhello!/r/n
          BAD_CHUNK_END       | 5/r/nhello/n
          BAD_CHUNK_END       | 5/r/nhello/rx
          BAD_CHUNK_END       | 5/r/nhello0/r/n/r/n
          BAD_TRAILER         | 0/r/n/n
          BAD_TRAILER         | 0/r/n a: b/r/n
          BAD_TRAILER         | 0/r/na : b/r/n
          BAD_TRAILER         | 0/r/na: b/r/n c/r/n
          BAD_TRAILER         | 0/r/n: b/r/n
          BAD_TRAILER         | 0/r/nb/r/n
          """)
  void badBodyIsRefused(String reason, String body) {
    drain(decoder, Wire.bytes(body.replace("/r", "\r").replace("/n", "\n")));
    assertTrue(decoder.failed());
    assertEquals(reason, decoder.error().name());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "01",
        "0000000000000001",
        "1;a",
        "1;a=b",
        "1 ; a = b",
        "1;a=\"b\"",
        "1;a=\"\\\"\t;\"",
        "1;a;b=c;d=\"\"",
        "1\t;\ta"
      })
  void sizeLineIsTaken(String line) {
    assertEquals("x", drain(decoder, Wire.bytes(line + "\r\nx\r\n0\r\n\r\n")));
    assertTrue(decoder.finished());
  }

  @Test
  void largestSizeIsTaken() {
    assertEquals("abc", drain(decoder, Wire.bytes("7fffffffFFFFFFFF\r\nabc")));
    assertFalse(decoder.failed());
  }

  @Test
  void chunkLineIsBoundedExactly() {
    String longest = "1;" + "a".repeat(254);
    assertEquals("x", drain(decoder, Wire.bytes(longest + "\r\nx\r\n")));
    drain(decoder, Wire.bytes(longest + "a"));
    assertEquals(WireError.CHUNK_LINE_TOO_LONG, decoder.error());
  }

  @Test
  void floodOfExtensionsIsRefused() {
    ByteBuf chunk = Wire.bytes("1;" + "a".repeat(200) + "\r\nx\r\n");
    int chunks = 0;
    while (!decoder.failed() && chunks < 1000) {
      drain(decoder, chunk.duplicate());
      chunks++;
    }
    assertEquals(WireError.CHUNK_LINE_TOO_LONG, decoder.error());
    assertEquals(82, chunks);
  }

  @Test
  void forbiddenTrailersAreDropped() {
    String fields =
        """
        Content-Length: x
        Transfer-Encoding: y
        Host: a
        Host: b
        Authorization: c
        Cookie: d
        connection: e
        X-Forwarded-For: f
        X_Forwarded_For: f
        X-Consumer-Name: g
        content_length: 5
        Set-Cookie: h
        Trailer: i
        """
            .replace("\n", "\r\n");
    drain(decoder, Wire.bytes("0\r\n" + fields + "X-Sum: 1\r\nETag: z\r\n\r\n"));
    assertTrue(decoder.finished());
    assertEquals(2, decoder.trailers().size());
    assertEquals("X-Sum: 1\r\nETag: z\r\n", Wire.written(decoder.trailers()));
  }

  @Test
  void trailersAreBounded() {
    drain(decoder, Wire.bytes("0\r\n" + "a: b\r\n".repeat(101)));
    assertEquals(WireError.TOO_MANY_HEADERS, decoder.error());
    decoder.reset();
    drain(decoder, Wire.bytes("0\r\na: " + "b".repeat(20_000)));
    assertEquals(WireError.HEADER_TOO_LARGE, decoder.error());
  }

  /** All data up to the end, an error, or where the input runs out. */
  static String drain(ChunkedDecoder decoder, ByteBuf in) {
    StringBuilder data = new StringBuilder();
    for (ByteBuf piece = decoder.next(in); piece != null; piece = decoder.next(in)) {
      data.append(Wire.text(piece));
      piece.release();
    }
    return data.toString();
  }
}
