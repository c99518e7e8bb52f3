package dev.yumen.dataplane.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** What tests of the wire share: bytes from text, and limits that are in nobody's way. */
final class Wire {
  static final HeadLimits LIMITS = new HeadLimits(8192, 16384, 32768, 100, 256);

  private Wire() {}

  /** One byte for each character. */
  static ByteBuf bytes(String text) {
    return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static String text(ByteBuf buffer) {
    return buffer.toString(StandardCharsets.ISO_8859_1);
  }

  /** The fields as they would be written to the next hop. */
  static String written(HeadTable table) {
    ByteBuf out = Unpooled.buffer(0);
    table.writeFields(out);
    return text(out);
  }
}
