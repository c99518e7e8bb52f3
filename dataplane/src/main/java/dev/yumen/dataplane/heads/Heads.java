package dev.yumen.dataplane.heads;

import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import io.netty.handler.codec.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Turns the fields of a stream into a head as HTTP/1.1 has it. What RFC 9113 (§8.1.1, §8.2, §8.3)
 * and RFC 9114 (§4.1.2, §4.2, §4.3) call malformed is found here, before a byte is written;
 * everything else is judged by the parser that reads the written head. One for each connection;
 * only on its loop.
 */
public abstract class Heads {
  private final HeadText text = new HeadText();
  private final HeadParser parser;
  private final HeadParser trailerParser;

  protected Heads(HeadParser.Kind kind, HeadLimits limits) {
    parser = new HeadParser(kind, limits);
    trailerParser = new HeadParser(HeadParser.Kind.TRAILERS, limits);
  }

  /** What is written of the head at hand. */
  protected final HeadText text() {
    return text;
  }

  /** Writes start line and fields. */
  protected abstract void write(Headers<CharSequence, CharSequence, ?> headers) throws Malformed;

  /**
   * Reads the fields of a head into a table.
   *
   * @return why the parser refuses the head, or null when the table is complete
   * @throws Malformed when the stream is to be reset
   */
  public final @Nullable WireError read(
      Headers<CharSequence, CharSequence, ?> headers, HeadTable into) throws Malformed {
    text.clear();
    write(headers);
    return parse(into);
  }

  /** Ends the head that was written and reads it. */
  protected final @Nullable WireError parse(HeadTable into) {
    text.write("\r\n");
    return text.parse(parser, into);
  }

  /**
   * Reads the fields behind a body; those that may not stand there are gone.
   *
   * @throws Malformed when the stream is to be reset
   */
  public final @Nullable WireError readTrailers(
      Headers<CharSequence, CharSequence, ?> headers, HeadTable into) throws Malformed {
    text.clear();
    text.trailers(headers);
    return text.parse(trailerParser, into);
  }
}
