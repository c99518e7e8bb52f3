package dev.yumen.dataplane.http2;

import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.InboundRequest;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/** A request's fields as HTTP/2 has them. */
final class RequestHeaders {
  private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
  private static final AsciiString KEY = AsciiString.cached("sec-websocket-key");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString TE = AsciiString.cached("te");
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");

  private RequestHeaders() {}

  static Http2Headers of(InboundRequest request, AsciiString scheme, Framing framing, long length) {
    Http2Headers headers = new DefaultHttp2Headers(false, 24);
    String protocol = framing == Framing.TUNNEL ? request.headers().first("upgrade") : null;
    headers.method(protocol == null ? AsciiString.of(request.method()) : CONNECT);
    if (protocol != null) {
      headers.set(Http2Headers.PseudoHeaderName.PROTOCOL.value(), AsciiString.of(protocol));
    }
    headers.scheme(scheme);
    headers.path(request.target());
    AsciiString authority = request.sentAuthority();
    if (!authority.isEmpty()) {
      headers.authority(authority);
    }
    request.forEachWritten(headers::add);
    if (protocol != null) {
      headers.remove(KEY); // It is of HTTP/1.1 alone (RFC 8441 §5).
    }
    if (request.headers().acceptsTrailers()) {
      headers.add(TE, TRAILERS);
    }
    if (framing == Framing.LENGTH) {
      headers.add(CONTENT_LENGTH, AsciiString.of(Long.toString(length)));
    }
    return headers;
  }
}
