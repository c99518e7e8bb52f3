package dev.yumen.dataplane.http2;

import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the fields of a stream into a head as HTTP/1.1 has it. What RFC 9113 calls malformed
 * (§8.1.1, §8.2, §8.3) is found here, before a byte is written; everything else is judged by the
 * parser that reads the written head. One for each connection; only on its loop.
 */
final class RequestHeads {
  private static final AsciiString COOKIE = AsciiString.cached("cookie");
  private static final AsciiString HOST = AsciiString.cached("host");
  private static final AsciiString TE = AsciiString.cached("te");
  private static final List<AsciiString> OF_CONNECTIONS =
      List.of(
          AsciiString.cached("connection"),
          AsciiString.cached("keep-alive"),
          AsciiString.cached("proxy-connection"),
          AsciiString.cached("transfer-encoding"),
          AsciiString.cached("upgrade"));
  private static final int KEPT_BYTES = 16 * 1024;

  private final HeadParser parser;
  private final HeadParser trailerParser;
  private ByteBuf text = Unpooled.buffer(1024);

  RequestHeads(HeadLimits limits) {
    parser = new HeadParser(HeadParser.Kind.REQUEST, limits);
    trailerParser = new HeadParser(HeadParser.Kind.TRAILERS, limits);
  }

  /** A request that RFC 9113 calls malformed: its stream is reset with PROTOCOL_ERROR. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Reads a request's fields into a table.
   *
   * @return why the parser refuses the head, or null when the table is complete
   * @throws Malformed when the stream is to be reset
   */
  @Nullable WireError read(Http2Headers headers, HeadTable into) throws Malformed {
    text.clear();
    startLine(headers);
    fields(headers);
    return parse(parser, into);
  }

  /**
   * Reads the fields behind a body; those that may not stand there are gone.
   *
   * @throws Malformed when the stream is to be reset
   */
  @Nullable WireError readTrailers(Http2Headers headers, HeadTable into) throws Malformed {
    text.clear();
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      if (field.getKey().isEmpty() || field.getKey().charAt(0) == ':') {
        throw new Malformed("a pseudo-header field in trailers");
      }
      field(field.getKey(), field.getValue());
    }
    text.writeByte('\r').writeByte('\n');
    return parse(trailerParser, into);
  }

  private @Nullable WireError parse(HeadParser reader, HeadTable into) {
    HeadParser.Result result = reader.parse(text, into);
    WireError error = result == HeadParser.Result.DONE ? null : refusal(reader, result);
    reader.reset();
    if (text.capacity() > KEPT_BYTES) {
      text = Unpooled.buffer(1024);
    }
    return error;
  }

  private static WireError refusal(HeadParser reader, HeadParser.Result result) {
    if (result == HeadParser.Result.NEED_MORE) {
      throw new IllegalStateException("a head was written that does not end");
    }
    return reader.error();
  }

  private void startLine(Http2Headers headers) throws Malformed {
    CharSequence method = one(headers, Http2Headers.PseudoHeaderName.METHOD);
    CharSequence authority = one(headers, Http2Headers.PseudoHeaderName.AUTHORITY);
    if (method == null || !isToken(method)) {
      throw new Malformed(":method is missing or no token");
    }
    CharSequence target = target(headers, method, authority);
    requirePlain(target, ":path");
    write(method);
    text.writeByte(' ');
    write(target);
    ByteBufUtil.writeAscii(text, " HTTP/1.1\r\n");
    host(headers, authority);
  }

  private static CharSequence target(
      Http2Headers headers, CharSequence method, @Nullable CharSequence authority)
      throws Malformed {
    CharSequence scheme = one(headers, Http2Headers.PseudoHeaderName.SCHEME);
    CharSequence path = one(headers, Http2Headers.PseudoHeaderName.PATH);
    if (AsciiString.contentEquals(method, "CONNECT")) {
      if (path != null || scheme != null || authority == null) {
        throw new Malformed("CONNECT takes :authority alone");
      }
      return authority;
    }
    if (path == null || scheme == null) {
      throw new Malformed(":path or :scheme is missing");
    }
    if (!isScheme(scheme)) {
      throw new Malformed(":scheme is neither http nor https");
    }
    return path;
  }

  private static @Nullable CharSequence one(
      Http2Headers headers, Http2Headers.PseudoHeaderName name) throws Malformed {
    CharSequence found = headers.get(name.value());
    if (found != null) {
      var all = headers.valueIterator(name.value());
      all.next();
      if (all.hasNext()) {
        throw new Malformed(name.value() + " is repeated");
      }
    }
    return found;
  }

  private static boolean isScheme(CharSequence scheme) {
    return AsciiString.contentEqualsIgnoreCase(scheme, "https")
        || AsciiString.contentEqualsIgnoreCase(scheme, "http");
  }

  /** {@code :authority} is what counts; a Host beside it must say the same (RFC 9113 §8.3.1). */
  private void host(Http2Headers headers, @Nullable CharSequence authority) throws Malformed {
    List<CharSequence> hosts = headers.getAll(HOST);
    if (hosts.size() > 1) {
      throw new Malformed("Host is repeated");
    }
    CharSequence host = hosts.isEmpty() ? null : hosts.getFirst();
    if (authority != null
        && host != null
        && !AsciiString.contentEqualsIgnoreCase(authority, host)) {
      throw new Malformed("Host differs from :authority");
    }
    CharSequence written = authority != null ? authority : host;
    if (written != null) {
      field(HOST, written);
    }
  }

  private void fields(Http2Headers headers) throws Malformed {
    boolean cookies = false;
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      CharSequence name = field.getKey();
      if (name.isEmpty()) {
        throw new Malformed("a field without a name");
      }
      if (name.charAt(0) == ':') {
        if (!isRequestPseudo(name)) {
          throw new Malformed("an unknown pseudo-header field");
        }
      } else if (AsciiString.contentEquals(name, COOKIE)) {
        cookies = true;
      } else if (!AsciiString.contentEquals(name, HOST)) {
        requireEndToEnd(name, field.getValue());
        field(name, field.getValue());
      }
    }
    if (cookies) {
      cookies(headers.getAll(COOKIE));
    }
    text.writeByte('\r').writeByte('\n');
  }

  private static boolean isRequestPseudo(CharSequence name) {
    Http2Headers.PseudoHeaderName pseudo =
        Http2Headers.PseudoHeaderName.getPseudoHeader(AsciiString.of(name));
    return pseudo != null && pseudo.isRequestOnly();
  }

  /** Fields that belong to a connection have no place in HTTP/2 (RFC 9113 §8.2.2). */
  private static void requireEndToEnd(CharSequence name, CharSequence value) throws Malformed {
    for (AsciiString own : OF_CONNECTIONS) {
      if (AsciiString.contentEquals(name, own)) {
        throw new Malformed("a field that belongs to an HTTP/1.1 connection");
      }
    }
    if (AsciiString.contentEquals(name, TE)
        && !AsciiString.contentEqualsIgnoreCase(value, "trailers")) {
      throw new Malformed("TE other than trailers");
    }
  }

  /** Cookies may come in pieces, which HTTP/1.1 has in one field (RFC 9113 §8.2.3). */
  private void cookies(List<CharSequence> pieces) throws Malformed {
    write(COOKIE);
    text.writeByte(':').writeByte(' ');
    for (int i = 0; i < pieces.size(); i++) {
      if (i > 0) {
        text.writeByte(';').writeByte(' ');
      }
      requireValue(pieces.get(i));
      write(pieces.get(i));
    }
    text.writeByte('\r').writeByte('\n');
  }

  private void field(CharSequence name, CharSequence value) throws Malformed {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!isTokenCharacter(c) || (c >= 'A' && c <= 'Z')) {
        throw new Malformed("a character in a field's name is not allowed");
      }
    }
    requireValue(value);
    write(name);
    text.writeByte(':').writeByte(' ');
    write(value);
    text.writeByte('\r').writeByte('\n');
  }

  /** What would end the line that is written, or be lost in it (RFC 9113 §8.2.1). */
  private static void requireValue(CharSequence value) throws Malformed {
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

  private static void requirePlain(CharSequence text, String what) throws Malformed {
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

  private static boolean isToken(CharSequence text) {
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

  private void write(CharSequence chars) {
    if (chars instanceof AsciiString ascii) {
      text.writeBytes(ascii.array(), ascii.arrayOffset(), ascii.length());
    } else {
      for (int i = 0; i < chars.length(); i++) {
        text.writeByte(chars.charAt(i));
      }
    }
  }
}
