package dev.yumen.dataplane.http2;

import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;

/** The heads of an upstream's answers. */
final class ResponseHeads extends Heads {
  ResponseHeads(HeadLimits limits) {
    super(HeadParser.Kind.RESPONSE, limits);
  }

  @Override
  void write(Http2Headers headers) throws Malformed {
    CharSequence status = headers.status();
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
