package dev.yumen.dataplane.heads;

import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.Framing;
import io.netty.handler.codec.Headers;
import io.netty.util.AsciiString;

/** An answer's fields in lower case, with nothing that belongs to a connection. */
public final class AnswerHeaders {
  private static final AsciiString ACCEPT = AsciiString.cached("sec-websocket-accept");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString STATUS_NAME = AsciiString.cached(":status");
  private static final AsciiString[] STATUS = new AsciiString[600];

  static {
    for (int status = 100; status < STATUS.length; status++) {
      STATUS[status] = AsciiString.of(Integer.toString(status));
    }
  }

  private AnswerHeaders() {}

  /** Adds a head's status and fields to what is empty. */
  public static <H extends Headers<CharSequence, CharSequence, H>> H head(
      H into, int status, HeadTable fields, Framing framing, long length) {
    if (framing == Framing.TUNNEL) {
      // The answer to an extended CONNECT; the proof is of HTTP/1.1 alone (RFC 8441 §5).
      into.add(STATUS_NAME, STATUS[200]);
      fields.forEachWritten(into::add);
      into.remove(ACCEPT);
      return into;
    }
    into.add(STATUS_NAME, STATUS[status]);
    fields.forEachWritten(into::add);
    if (framing == Framing.LENGTH || framing == Framing.STATED) {
      into.add(CONTENT_LENGTH, AsciiString.of(Long.toString(length)));
    }
    return into;
  }

  /** Adds the fields behind a body to what is empty. */
  public static <H extends Headers<CharSequence, CharSequence, H>> H trailers(
      H into, HeadTable fields) {
    fields.forEachWritten(into::add);
    return into;
  }
}
