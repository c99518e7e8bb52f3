package dev.yumen.dataplane.http2;

import dev.yumen.dataplane.heads.HeadText;
import dev.yumen.dataplane.heads.Heads;
import dev.yumen.dataplane.heads.Malformed;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import io.netty.handler.codec.Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The heads of an upstream's answers. */
final class ResponseHeads extends Heads {
  ResponseHeads(HeadLimits limits) {
    super(HeadParser.Kind.RESPONSE, limits);
  }

  @Override
  protected void write(Headers<CharSequence, CharSequence, ?> headers) throws Malformed {
    CharSequence status = headers.get(Http2Headers.PseudoHeaderName.STATUS.value());
    if (status == null || status.length() != 3) {
      throw new Malformed(":status is missing or no number");
    }
    HeadText.requirePlain(status, ":status");
    if (AsciiString.contentEquals(status, "101")) {
      throw new Malformed("101 in HTTP/2");
    }
    text().write("HTTP/1.1 ");
    text().write(status);
    text().write(" \r\n");
    fields(headers);
  }

  /**
   * Reads the answer that opens a tunnel (RFC 8441 §5) as the 101 that it is in HTTP/1.1.
   *
   * @param protocol that was asked for
   * @param accept the proof that HTTP/1.1 has, and HTTP/2 has no need of; null for none
   * @return why the parser refuses the head, or null when the table is complete
   * @throws Malformed when the stream is to be reset
   */
  @Nullable WireError readSwitch(
      Http2Headers headers, HeadTable into, String protocol, @Nullable String accept)
      throws Malformed {
    text().clear();
    text().write("HTTP/1.1 101 \r\nconnection: upgrade\r\nupgrade: ");
    text().write(protocol);
    text().write("\r\n");
    if (accept != null) {
      text().write("sec-websocket-accept: ");
      text().write(accept);
      text().write("\r\n");
    }
    fields(headers);
    return parse(into);
  }

  private void fields(Headers<CharSequence, CharSequence, ?> headers) throws Malformed {
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      CharSequence name = field.getKey();
      if (!name.isEmpty() && name.charAt(0) == ':') {
        if (!AsciiString.contentEquals(name, ":status")) {
          throw new Malformed("an unknown pseudo-header field");
        }
      } else {
        HeadText.requireEndToEnd(name);
        text().field(name, field.getValue());
      }
    }
  }
}
