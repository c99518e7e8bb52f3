package dev.yumen.dataplane.http2;

import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.Framing;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/** An answer's fields as HTTP/2 has them: lower case, nothing that belongs to a connection. */
final class AnswerHeaders {
  private static final AsciiString ACCEPT = AsciiString.cached("sec-websocket-accept");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString[] STATUS = new AsciiString[600];

  static {
    for (int status = 100; status < STATUS.length; status++) {
      STATUS[status] = AsciiString.of(Integer.toString(status));
    }
  }

  private AnswerHeaders() {}

  static Http2Headers of(int status, HeadTable fields, Framing framing, long length) {
    Http2Headers headers = new DefaultHttp2Headers(false, 16);
    if (framing == Framing.TUNNEL) {
      // The answer to an extended CONNECT; the proof is of HTTP/1.1 alone (RFC 8441 §5).
      headers.status(STATUS[200]);
      fields.forEachWritten(headers::add);
      headers.remove(ACCEPT);
      return headers;
    }
    headers.status(STATUS[status]);
    fields.forEachWritten(headers::add);
    if (framing == Framing.LENGTH || framing == Framing.STATED) {
      headers.add(CONTENT_LENGTH, AsciiString.of(Long.toString(length)));
    }
    return headers;
  }

  static Http2Headers trailers(HeadTable fields) {
    Http2Headers headers = new DefaultHttp2Headers(false, 8);
    fields.forEachWritten(headers::add);
    return headers;
  }
}
