package dev.yumen.api;

import io.netty.buffer.ByteBuf;

/** Rewrites or watches one body. One instance per body, only ever called on its event loop. */
public interface BodyTransform {

  /** Takes ownership of {@code chunk}; passing it to {@code out} passes ownership on. */
  void onChunk(ByteBuf chunk, BodySink out);

  /** Called once after the last chunk; may emit what is left. */
  default void onEnd(BodySink out) {}
}
