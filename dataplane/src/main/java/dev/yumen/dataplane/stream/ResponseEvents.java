package dev.yumen.dataplane.stream;

import dev.yumen.api.Failure;
import dev.yumen.dataplane.http1.HeadTable;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What an exchange hears from its upstream's side. Only on its loop. */
public interface ResponseEvents {

  void onInterim(int status, HeadTable fields);

  /** The final answer's head. {@code fields} is valid up to the end of the answer. */
  void onResponseHead(HeadTable fields, Framing framing, long length);

  /** Body bytes; the receiver owns them. */
  void onResponseBody(ByteBuf data);

  /** The answer is complete; in a tunnel, the upstream will send no more. */
  void onResponseEnd(@Nullable HeadTable trailers);

  /** No more events for now: what was written towards the client should go out. */
  void onResponseFlush();

  void onUpstreamWritable();

  /**
   * The attempt failed and its connection is closed.
   *
   * @param reached how far the attempt had come
   */
  void onUpstreamFailure(Failure failure, Reached reached);

  /** How far an attempt had come when it failed. */
  enum Reached {
    /** The upstream said that it did nothing with the request (RFC 9113 §8.7). */
    REFUSED,
    /** Not one byte of an answer had come; nobody knows what was done. */
    UNANSWERED,
    ANSWERED
  }
}
