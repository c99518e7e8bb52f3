package dev.yumen.dataplane.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.dataplane.http1.HeadParser.Kind;
import dev.yumen.dataplane.http1.HeadParser.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** What tests of the wire share: bytes from text, and limits that are in nobody's way. */
final class Wire {
  static final HeadLimits LIMITS = new HeadLimits(8192, 16384, 32768, 100, 256);

  /** Stands for the reason of a head that is not refused. */
  static final String TAKEN = "";

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

  /** Parses a head and expects the name of a reason to refuse it, or {@link #TAKEN}. */
  static void parse(Kind kind, HeadLimits limits, String head, HeadTable table, String reason) {
    HeadParser parser = new HeadParser(kind, limits);
    Result result = parser.parse(bytes(head), table);
    assertEquals(reason, result == Result.FAILED ? parser.error().name() : TAKEN, head);
  }

  /** Text in which CR, LF, tab and bytes are written as in Java, or as backslash, x, two digits. */
  static String unescape(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char kind = text.charAt(++i);
      switch (kind) {
        case 'r' -> out.append('\r');
        case 'n' -> out.append('\n');
        case 't' -> out.append('\t');
        default -> {
          out.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
          i += 2;
        }
      }
    }
    return out.toString();
  }
}
