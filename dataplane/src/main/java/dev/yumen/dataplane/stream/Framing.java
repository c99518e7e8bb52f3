package dev.yumen.dataplane.stream;

/** How the end of a body is known (RFC 9112 §6). */
public enum Framing {
  /** There is no body and nothing is said about its length: 1xx, 204, a request without body. */
  NONE,
  /** A length is said, and exactly that many bytes follow. */
  LENGTH,
  /** A length is said but nothing follows: the answer to HEAD, and 304. */
  STATED,
  /** The length is unknown: chunked, or up to the end of the connection. */
  STREAM,
  /** No messages any more: after 101 both sides send what they like. */
  TUNNEL
}
