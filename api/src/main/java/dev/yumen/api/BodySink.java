package dev.yumen.api;

import io.netty.buffer.ByteBuf;

/** Where a {@link BodyTransform} puts its result. Only valid during the call it was passed to. */
public interface BodySink {

  /** Sends these bytes on and takes ownership of them. */
  void emit(ByteBuf bytes);

  /**
   * Ends the exchange with a failure. If the head is on its way already, the connection is cut so
   * that nobody takes the body for complete.
   */
  void fail(Failure failure);
}
