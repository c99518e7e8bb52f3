/**
 * Clients that speak HTTP/3 (RFC 9114) over QUIC (RFC 9000). Packets, streams, QPACK and the TLS
 * inside are Netty's and its native library's; what is ours is the translation between a stream and
 * an exchange, in both directions, and the limits. Nothing here is loaded, and so no native library
 * either, before a listener asks for HTTP/3.
 *
 * <p>{@link dev.yumen.dataplane.http3.Http3Port} is the UDP port of a listener, {@link
 * dev.yumen.dataplane.http3.Http3ServerConnection} a client's connection to it, {@link
 * dev.yumen.dataplane.http3.Http3ServerStream} one request on that, read by {@link
 * dev.yumen.dataplane.http3.RequestReader} and answered by {@link
 * dev.yumen.dataplane.http3.Http3Answer}. What limits the client is shared with HTTP/2: {@link
 * dev.yumen.dataplane.server.BodyProgress}, {@link dev.yumen.dataplane.stream.IdleFrames}. A
 * request's fields take the way of those of HTTP/2: see {@link dev.yumen.dataplane.heads}.
 */
@NullMarked
package dev.yumen.dataplane.http3;

import org.jspecify.annotations.NullMarked;
