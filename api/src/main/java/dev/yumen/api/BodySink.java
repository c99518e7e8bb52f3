package dev.yumen.api;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Where a {@link BodyTransform} puts its result. Only valid during the call it was passed to. */
public interface BodySink {

  /** Sends these bytes on and takes ownership of them. */
  void emit(ByteBuf bytes);

  /**
   * Ends the exchange with a failure. If the head is on its way already, the connection is cut so
   * that nobody takes the body for complete.
   */
  void fail(Failure failure);

  /**
   * Holds a request back that is all there until the verdict is known, which must not wait again.
   * For what is found out on another thread. Not completing within {@code limits.filter-timeout} is
   * 504 {@code FILTER_TIMEOUT}.
   *
   * @throws IllegalStateException unless it is the body of a request and is treated as a {@link
   *     BodyTreatment.Whole}
   */
  default void await(CompletionStage<Verdict> later) {
    throw new IllegalStateException("nothing waits for this");
  }

  /**
   * Holds an answer back that is all there until its rest is found out on another thread: what the
   * stage completes with is called on the event loop with this sink, and emits the rest or fails.
   * Neither this nor the end is passed on before. It is never called when the exchange has ended,
   * so it holds nothing that wants to be released. Not completing within {@code
   * limits.filter-timeout} is 504 {@code FILTER_TIMEOUT}.
   *
   * @throws IllegalStateException unless it is the body of an answer and is treated as a {@link
   *     BodyTreatment.Whole}
   */
  default void later(CompletionStage<Consumer<BodySink>> rest) {
    throw new IllegalStateException("nothing waits for this");
  }
}
