package dev.yumen.dataplane.heads;

import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A head in the form of HTTP/1.1 while it is written. Nothing is written that could end a line, or
 * that RFC 9113 §8.2 and RFC 9114 §4.2 call malformed. One for each connection; only on its loop.
 */
public final class HeadText {
  private static final List<AsciiString> OF_CONNECTIONS =
      List.of(
          AsciiString.cached("connection"),
          AsciiString.cached("keep-alive"),
          AsciiString.cached("proxy-connection"),
          AsciiString.cached("transfer-encoding"),
          AsciiString.cached("upgrade"));
  private static final int USUAL_BYTES = 1024;
  private static final int KEPT_BYTES = 16 * 1024;

  private ByteBuf text = Unpooled.buffer(USUAL_BYTES);

  public void clear() {
    text.clear();
  }

  /** Reads what was written; gives why it is refused, or null when the table is complete. */
  @Nullable WireError parse(HeadParser parser, HeadTable into) {
    HeadParser.Result result = parser.parse(text, into);
    if (result == HeadParser.Result.NEED_MORE) {
      throw new IllegalStateException("a head was written that does not end");
    }
    WireError error = result == HeadParser.Result.DONE ? null : parser.error();
    parser.reset();
    if (text.capacity() > KEPT_BYTES) {
      text = Unpooled.buffer(USUAL_BYTES);
    }
    return error;
  }

  /** Writes the fields behind a body. */
  void trailers(Headers<CharSequence, CharSequence, ?> headers) throws Malformed {
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      if (field.getKey().isEmpty() || field.getKey().charAt(0) == ':') {
        throw new Malformed("a pseudo-header field in trailers");
      }
      requireEndToEnd(field.getKey());
      field(field.getKey(), field.getValue());
    }
    write("\r\n");
  }

  /** Fields that belong to a connection have no place here (RFC 9113 §8.2.2, RFC 9114 §4.2). */
  public static void requireEndToEnd(CharSequence name) throws Malformed {
    for (AsciiString own : OF_CONNECTIONS) {
      if (AsciiString.contentEquals(name, own)) {
        throw new Malformed("a field that belongs to an HTTP/1.1 connection");
      }
    }
  }

  /** Writes one line. */
  public void field(CharSequence name, CharSequence value) throws Malformed {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!isTokenCharacter(c) || (c >= 'A' && c <= 'Z')) {
        throw new Malformed("a character in a field's name is not allowed");
      }
    }
    requireValue(value);
    write(name);
    write(": ");
    write(value);
    write("\r\n");
  }

  /** What would end the line that is written, or be lost in it (RFC 9113 §8.2.1). */
  static void requireValue(CharSequence value) throws Malformed {
    int length = value.length();
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c == 0 || c == '\r' || c == '\n' || c > 0xff) {
        throw new Malformed("CR, LF or NUL in a field's value");
      }
    }
    if (length > 0 && (isSpace(value.charAt(0)) || isSpace(value.charAt(length - 1)))) {
      throw new Malformed("white space around a field's value");
    }
  }

  public static void requirePlain(CharSequence text, String what) throws Malformed {
    if (text.isEmpty()) {
      throw new Malformed(what + " is empty");
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c >= 0x7f) {
        throw new Malformed("a character in " + what + " is not allowed");
      }
    }
  }

  static boolean isToken(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isTokenCharacter(text.charAt(i))) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** RFC 9110 §5.6.2. */
  private static boolean isTokenCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || (c >= 'A' && c <= 'Z')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }

  public void write(CharSequence chars) {
    if (chars instanceof AsciiString ascii) {
      text.writeBytes(ascii.array(), ascii.arrayOffset(), ascii.length());
    } else {
      for (int i = 0; i < chars.length(); i++) {
        text.writeByte(chars.charAt(i));
      }
    }
  }
}
