/**
 * HTTP/2 (RFC 9113), towards clients and towards services. Frames, HPACK and flow control are
 * Netty's; what is ours is the translation between a stream and an exchange, in both directions,
 * and the limits.
 *
 * <p>{@link dev.yumen.dataplane.http2.Http2ServerConnection} is the handler of a client's
 * connection, {@link dev.yumen.dataplane.http2.Http2ServerStream} one request on it; {@link
 * dev.yumen.dataplane.http2.Http2UpstreamConnection} and {@link
 * dev.yumen.dataplane.http2.Http2UpstreamStream} are the same towards a service. What they have in
 * common is in {@link dev.yumen.dataplane.http2.MultiplexedConnection} and {@link
 * dev.yumen.dataplane.http2.MultiplexedStream}. A request's fields are written as an HTTP/1.1 head
 * and read by the same {@link dev.yumen.dataplane.http1.HeadParser} as those of every other client
 * ({@link dev.yumen.dataplane.heads.RequestHeads}): there is one strict reader, and what it would
 * refuse can not come to an upstream by way of HTTP/2.
 */
@NullMarked
package dev.yumen.dataplane.http2;

import org.jspecify.annotations.NullMarked;
