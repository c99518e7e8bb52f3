package dev.yumen.dataplane.http2;

import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the fields of an upstream's answer into a head, as {@link RequestHeads} does. */
final class ResponseHeads {
  private final HeadText text = new HeadText();
  private final HeadParser parser;
  private final HeadParser trailerParser;

  ResponseHeads(HeadLimits limits) {
    parser = new HeadParser(HeadParser.Kind.RESPONSE, limits);
    trailerParser = new HeadParser(HeadParser.Kind.TRAILERS, limits);
  }

  /**
   * Reads an answer's fields into a table.
   *
   * @return why the parser refuses the head, or null when the table is complete
   * @throws Malformed when the stream is to be reset
   */
  @Nullable WireError read(Http2Headers headers, HeadTable into) throws Malformed {
    text.clear();
    CharSequence status = headers.status();
    if (status == null || status.length() != 3) {
      throw new Malformed(":status is missing or no number");
    }
    HeadText.requirePlain(status, ":status");
    if (AsciiString.contentEquals(status, "101")) {
      throw new Malformed("101 in HTTP/2");
    }
    text.write("HTTP/1.1 ");
    text.write(status);
    text.write(" \r\n");
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      CharSequence name = field.getKey();
      if (!name.isEmpty() && name.charAt(0) == ':') {
        if (!AsciiString.contentEquals(name, ":status")) {
          throw new Malformed("an unknown pseudo-header field");
        }
      } else {
        HeadText.requireEndToEnd(name);
        text.field(name, field.getValue());
      }
    }
    text.write("\r\n");
    return text.parse(parser, into);
  }

  /**
   * Reads the fields behind a body; those that may not stand there are gone.
   *
   * @throws Malformed when the stream is to be reset
   */
  @Nullable WireError readTrailers(Http2Headers headers, HeadTable into) throws Malformed {
    text.clear();
    text.trailers(headers);
    return text.parse(trailerParser, into);
  }
}
