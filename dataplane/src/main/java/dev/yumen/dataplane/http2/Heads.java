package dev.yumen.dataplane.http2;

import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * Turns the fields of a stream into a head as HTTP/1.1 has it. What RFC 9113 calls malformed
 * (§8.1.1, §8.2, §8.3) is found here, before a byte is written; everything else is judged by the
 * parser that reads the written head. One for each connection; only on its loop.
 */
abstract class Heads {
  private final HeadText text = new HeadText();
  private final HeadParser parser;
  private final HeadParser trailerParser;

  Heads(HeadParser.Kind kind, HeadLimits limits) {
    parser = new HeadParser(kind, limits);
    trailerParser = new HeadParser(HeadParser.Kind.TRAILERS, limits);
  }

  /** What is written of the head at hand. */
  final HeadText text() {
    return text;
  }

  /** Writes start line and fields. */
  abstract void write(Http2Headers headers) throws Malformed;

  /**
   * Reads the fields of a head into a table.
   *
   * @return why the parser refuses the head, or null when the table is complete
   * @throws Malformed when the stream is to be reset
   */
  final @Nullable WireError read(Http2Headers headers, HeadTable into) throws Malformed {
    text.clear();
    write(headers);
    return parse(into);
  }

  /** Ends the head that was written and reads it. */
  final @Nullable WireError parse(HeadTable into) {
    text.write("\r\n");
    return text.parse(parser, into);
  }

  /**
   * Reads the fields behind a body; those that may not stand there are gone.
   *
   * @throws Malformed when the stream is to be reset
   */
  final @Nullable WireError readTrailers(Http2Headers headers, HeadTable into) throws Malformed {
    text.clear();
    text.trailers(headers);
    return text.parse(trailerParser, into);
  }
}
