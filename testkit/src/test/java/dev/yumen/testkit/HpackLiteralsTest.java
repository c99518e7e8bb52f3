package dev.yumen.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import org.junit.jupiter.api.Test;

class HpackLiteralsTest {

  @Test
  void everyLengthIsReadAsItWasWritten() throws Http2Exception {
    for (int length : new int[] {0, 1, 126, 127, 128, 254, 255, 256, 16_510, 16_511, 100_000}) {
      String value = "v".repeat(length);
      byte[] block = HpackLiterals.block("name", value, "X\r\n:", "\u0000\u00ff");
      Http2Headers read =
          new DefaultHttp2HeadersDecoder(false, 1 << 20)
              .decodeHeaders(1, Unpooled.wrappedBuffer(block));
      assertEquals(value, read.get("name").toString());
      assertEquals("\u0000\u00ff", read.get("X\r\n:").toString());
    }
  }
}
