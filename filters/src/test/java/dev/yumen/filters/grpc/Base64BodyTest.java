package dev.yumen.filters.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yumen.api.BodySink;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Base64BodyTest {

  /** Takes what comes out. */
  private static final class Out implements BodySink {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    @Nullable Failure failure;

    @Override
    public void emit(ByteBuf data) {
      byte[] piece = new byte[data.readableBytes()];
      data.readBytes(piece).release();
      bytes.writeBytes(piece);
    }

    @Override
    public void fail(Failure failure) {
      this.failure = failure;
    }
  }

  /** Decodes a text that comes in pieces of these sizes, the last taking the rest. */
  private static Out decode(String text, int... sizes) {
    Base64Body body = new Base64Body();
    Out out = new Out();
    ByteBuf all = Unpooled.copiedBuffer(text, ISO_8859_1);
    for (int size : sizes) {
      give(body, all.readRetainedSlice(Math.min(size, all.readableBytes())), out);
    }
    give(body, all, out);
    if (out.failure == null) {
      body.onEnd(out);
    }
    return out;
  }

  private static void give(Base64Body body, ByteBuf piece, Out out) {
    if (out.failure == null) {
      body.onChunk(piece, out);
      assertEquals(0, piece.refCnt() - (piece.unwrap() == null ? 0 : piece.unwrap().refCnt()));
    } else {
      piece.release();
    }
  }

  /** Any bytes, encoded in pieces with padding of their own, cut anywhere. */
  @Test
  void whatWasEncodedComesOutHoweverItIsCut() {
    Random random = new Random(42);
    for (int round = 0; round < 2_000; round++) {
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      StringBuilder text = new StringBuilder();
      for (int piece = random.nextInt(4); piece >= 0; piece--) {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        expected.writeBytes(bytes);
        text.append(Base64.getEncoder().encodeToString(bytes));
      }
      Out out = decode(text.toString(), random.ints(random.nextInt(9), 0, 12).toArray());
      assertNull(out.failure, text::toString);
      assertArrayEquals(expected.toByteArray(), out.bytes.toByteArray(), text::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "=",
        "A=",
        "A===",
        "AA=A",
        "====",
        "AAAA=",
        "AA-A",
        "AA_A",
        "AA A",
        "AAAA\r\nAAAA",
        "AAA",
        "A",
        "AAAAAA=",
        "AA\u00e9A",
        "AA\0A",
        "AAAAA"
      })
  void whatIsNoBase64IsRefused(String text) {
    for (int cut = 0; cut <= text.length(); cut++) {
      Failure failure = decode(text, cut).failure;
      assertNotNull(failure, text);
      assertEquals(FailureCode.BAD_REQUEST, failure.code());
    }
  }

  /** Random characters are refused or decoded, and nothing else. */
  @Test
  void anythingElseIsAFailureAndNoException() {
    Random random = new Random(7);
    for (int round = 0; round < 5_000; round++) {
      StringBuilder text = new StringBuilder();
      random.ints(random.nextInt(12), 0, 256).forEach(c -> text.append((char) c));
      decode(text.toString(), random.ints(3, 0, 4).toArray());
    }
  }
}
