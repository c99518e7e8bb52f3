package dev.yumen.api;

import io.netty.buffer.ByteBuf;

/** Rewrites or watches one body. One instance per body, only ever called on its event loop. */
public interface BodyTransform {

  /** Takes ownership of {@code chunk}; passing it to {@code out} passes ownership on. */
  void onChunk(ByteBuf chunk, BodySink out);

  /** Called once after the last chunk; may emit what is left. */
  default void onEnd(BodySink out) {}

  /**
   * The same for a transform that cares for trailers, the fields behind a body (RFC 9110 §6.5): it
   * may read and edit them, and what they are afterwards goes on. Trailers that the protocol on the
   * other side has no place for are dropped.
   *
   * @param trailers empty when there are none; only valid during the call
   */
  default void onEnd(Headers trailers, BodySink out) {
    onEnd(out);
  }
}
