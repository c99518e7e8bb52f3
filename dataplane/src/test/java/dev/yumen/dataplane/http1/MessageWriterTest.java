package dev.yumen.dataplane.http1;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.loop.SendQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MessageWriterTest {
  private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
  private final MessageWriter writer =
      new MessageWriter(context(), new SendQueue(Runnable::run), () -> {});

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(channel.pipeline().firstContext());
  }

  private static ByteBuf buffer(String text) {
    return Unpooled.copiedBuffer(text, US_ASCII);
  }

  private String sent() {
    StringBuilder text = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      text.append(out.toString(US_ASCII));
      out.release();
    }
    return text.toString();
  }

  private void head(boolean chunked) {
    writer.gather(64).writeBytes("HEAD ".getBytes(US_ASCII));
    writer.chunked(chunked);
  }

  @Property(tries = 300)
  void chunksAreReadBackAsTheyWereWritten(
      @ForAll @Size(max = 12) List<@IntRange(min = 0, max = 40_000) Integer> lengths) {
    head(true);
    StringBuilder expected = new StringBuilder();
    for (int length : lengths) {
      String piece = String.valueOf((char) ('a' + length % 26)).repeat(length);
      expected.append(piece);
      writer.body(buffer(piece));
    }
    writer.end(null);
    writer.flush();
    String wire = sent();
    assertTrue(wire.startsWith("HEAD "));
    ChunkedDecoder decoder = new ChunkedDecoder(new HeadLimits(100, 100, 256, 10, 64));
    ByteBuf in = buffer(wire.substring(5));
    StringBuilder read = new StringBuilder();
    for (ByteBuf data = decoder.next(in); data != null; data = decoder.next(in)) {
      read.append(data.toString(US_ASCII));
      data.release();
    }
    assertTrue(decoder.finished());
    assertEquals(0, in.readableBytes());
    in.release();
    assertEquals(expected.toString(), read.toString());
  }

  @Test
  void sizesAreHexadecimalWithoutLeadingZeros() {
    head(true);
    for (int length : new int[] {1, 15, 16, 255, 256, 4096, 4097, 65_536}) {
      writer.body(buffer("x".repeat(length)));
      writer.flush();
      String wire = sent();
      String size = wire.replace("HEAD ", "").substring(0, Integer.toHexString(length).length());
      assertEquals(Integer.toHexString(length), size);
    }
    writer.discard();
  }

  @Test
  void anEmptyPieceWouldEndTheBodySoItIsDropped() {
    head(true);
    writer.body(Unpooled.buffer(0));
    writer.body(buffer("ab"));
    writer.end(null);
    writer.flush();
    assertEquals("HEAD 2\r\nab\r\n0\r\n\r\n", sent());
  }

  @Test
  void bodiesOfKnownLengthAreNotFramed() {
    head(false);
    writer.body(buffer("ab"));
    writer.body(buffer("c".repeat(5000)));
    writer.end(null);
    writer.flush();
    assertEquals("HEAD ab" + "c".repeat(5000), sent());
  }

  @Test
  void aHeadAndASmallBodyLeaveInOnePiece() {
    head(false);
    writer.body(buffer("ab"));
    writer.flush();
    ByteBuf only = channel.readOutbound();
    assertEquals("HEAD ab", only.toString(US_ASCII));
    only.release();
    assertTrue(channel.outboundMessages().isEmpty());
    assertEquals(7, writer.queued());
  }

  @Test
  void whatIsDroppedIsNotSent() {
    head(false);
    writer.discard();
    writer.flush();
    assertEquals("", sent());
    assertEquals(0, writer.queued());
  }

  @Test
  void numbersAreDecimal() {
    for (long value : new long[] {0, 7, 10, 99, 100, 1_234_567_890_123L, Long.MAX_VALUE}) {
      ByteBuf out = Unpooled.buffer();
      MessageWriter.writeDecimal(out, value);
      assertEquals(Long.toString(value), out.toString(US_ASCII));
      out.release();
    }
  }
}
